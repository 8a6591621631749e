"""Run the lessons and store their outputs: `make notebooks`, or some: `make notebooks LESSON=03`, `LESSON='06 07 08'`.

Full budget, offline data, exercises left blank. What would only work in a running kernel (widget views) or differs from
run to run (timings, version of the kernel) is taken out; a fault in an output, or a need for more than 2 GB of memory,
stops it, and the file stays as it was.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import nbclient
import nbformat

from data_scripts import atomic
from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT, home
from helpers.widgets import base
from tools import lesson_costs, repository
from tools.lesson_costs import Meter

LESSONS = CHECKOUT / "notebooks"
KEPT = ("tags", "slideshow", "jupyter", "cellView")  # of a cell's metadata; the last two fold a cell
LARGEST = 1_500_000
LONGEST_CELL = 25
MOST_GB = 2.0  # of memory for a lesson
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
WIDGET = "application/vnd.jupyter.widget-view+json"
A_PATH = re.compile(r"(?<![\w/.:])/(?:root|home|work|tmp|Users|var|content)/[\w.-]+")
DRAWN = re.compile(r"^(?:\w+: )?rendering [\d,]+ .*…(?: \d+ %)*\n?", re.MULTILINE)
A_BAR = re.compile(r"\d+%\|[█▉▊▋▌▍▎▏# ]+\||\d+/\d+ [━=>.\[]{4,}|(?:\d+ % ){3,}")


def lessons(number: str = "") -> list[Path]:
    """Return the notebooks in reading order, or the one of that number. Raises ValueError if there is none."""
    paths = sorted(LESSONS.glob(f"{number.zfill(2)}_*.ipynb" if number else "[0-9][0-9]_*.ipynb"))
    if not paths:
        raise ValueError(f"notebooks/ has no lesson {number!r}.")
    return paths


def read(path: Path) -> nbformat.NotebookNode:
    """Return the notebook of a file."""
    return nbformat.read(path, as_version=4)


def run(
    notebook: nbformat.NotebookNode, folder: Path, timeout: int = 900, first: str = "", meter: Meter | None = None
) -> nbformat.NotebookNode:
    """Execute every cell in `folder` with this Python, the code `first` before them. Raises CellExecutionError."""
    notebook.metadata["kernelspec"] = KERNEL
    place = {"metadata": {"path": str(folder)}}
    arguments = ["--log-level=ERROR", f"--IPKernelApp.exec_lines={first}"]
    client = nbclient.NotebookClient(
        notebook, timeout=timeout, coalesce_streams=True, extra_arguments=arguments, resources=place
    )
    if meter is None:
        return client.execute()
    client.on_cell_execute = meter.cell
    with meter.running():
        return client.execute()


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Remove what a reader cannot use or what differs from run to run."""
    base.strip_views(notebook)
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.text = DRAWN.sub("", output.text)  # the first run alone renders images
            cell.outputs = [output for output in cell.outputs if output.get("data") != {} and output.get("text") != ""]
    return notebook


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what must not be in a stored lesson, each fault as a sentence that names the cell."""
    wrong = []
    for number, cell in enumerate(notebook.cells):
        where = f"cell {number} ({cell.get('id', '')})"
        if cell.cell_type != "code":
            continue
        if len(cell.source.splitlines()) > LONGEST_CELL:
            wrong.append(f"{where} has {len(cell.source.splitlines())} lines; {LONGEST_CELL} is the most")
        if cell.source.strip() and cell.execution_count is None:
            wrong.append(f"{where} was never run")
        for output in cell.outputs:
            wrong += [f"{where} {fault}" for fault in _output_faults(output)]
    size = len(nbformat.writes(notebook).encode())
    if size > LARGEST:
        wrong.append(f"it has {size:,} bytes; {LARGEST:,} is the most")
    return wrong


def _output_faults(output: nbformat.NotebookNode) -> Iterator[str]:
    if output.output_type == "error":
        yield f"raises {output.ename}: {output.evalue}"
        return
    if output.output_type == "stream" and output.name == "stderr":
        yield f"writes to stderr: {output.text.strip()[:200]}"
    pieces = [output.text] if output.output_type == "stream" else [*output.data.values()]
    text = "\n".join(piece for piece in pieces if isinstance(piece, str))
    if path := A_PATH.search(text):
        yield f"shows a path of this machine: {path.group()}"
    if A_BAR.search(text):
        yield "keeps a progress bar"
    if WIDGET in (output.get("data") or {}):
        yield "keeps a widget view, which needs a running kernel"


@contextlib.contextmanager
def own_home() -> Iterator[Path]:
    """Give a run a `COURSE_HOME` of its own that shares the prepared data, so that no progress shows in outputs."""
    (home() / "data").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(home() / "data", target_is_directory=True)
        with mock.patch.dict(os.environ, COURSE_HOME=folder):
            yield Path(folder)


def main(arguments: list[str]) -> int:
    """Store the lessons of these numbers, or all; return the exit code."""
    os.environ |= {"COURSE_BUDGET": "full", "COURSE_SOURCE": "offline", "MALLOC_ARENA_MAX": "1"}  # as in `make lab`
    os.environ["PYTHONPATH"] = str(CHECKOUT)
    os.environ.pop("NBGRADER_EXECUTION", None)
    try:
        chosen = [path for number in arguments or [""] for path in lessons(number)]
    except ValueError as error:
        print(error)
        return 1
    repository.publish(repository.published())  # the cells that are the same in all lessons
    failed = False
    with own_home() as folder:  # one for all: lessons 08 to 10 load the networks that 06 to 08 save
        for path in chosen:
            failed |= not store(path, folder)
    return int(failed)


def store(path: Path, folder: Path) -> bool:
    """Run a lesson and replace the file; a lesson with faults is left alone, and they are printed."""
    meter = Meter()
    notebook = tidy(run(read(path), folder, meter=meter))
    wrong = faults(notebook)
    if meter.most > MOST_GB:
        wrong.append(f"takes {meter.most:.2f} GB of memory; {MOST_GB} is the most")
    print(f"{path.name}: {meter}", flush=True)
    for fault in wrong:
        print(f"  {fault}")
    if not wrong:
        atomic.write(path, nbformat.writes(notebook) + "\n")
        lesson_costs.note(path.name[:2], meter)
    return not wrong


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
