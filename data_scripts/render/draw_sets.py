"""Drawn images as files, by as many processes as there are processor cores; what is finished survives a kill."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

from data_scripts import manifest
from data_scripts.errors import DataError, as_data_error
from data_scripts.image_sets import FIRST, SEED, Counts, ImageSet
from data_scripts.progress import progress_steps

Job = tuple[str, str, int, int, int | None]  # file, kind, seed, the studio's number, size
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@cache
def studio_edition() -> str:
    """Tells one edition of the studio from another: images of two are never mixed in one set."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def make_set(one: ImageSet, counts: Counts, target: Path) -> None:
    """Draw a set into the folder `target`. Use it inside `safely.alone(target)`.

    The images grow in a hidden folder beside it, which becomes `target` when all are there; a second call after
    a kill goes on with those that are missing.
    """
    work = target.with_name(f".{target.name}.drawing-{studio_edition()}")
    with as_data_error(target.parent):
        for other in target.parent.glob(f".{target.name}.drawing-*"):
            if other != work:
                shutil.rmtree(other)  # begun by another edition of the studio
        draw_files([job for job in _jobs(one, counts) if not _is_whole(work / job[0])], work, _doing(one.name, counts))
        for part in work.glob("*/*/.*.part"):
            part.unlink(missing_ok=True)  # of a worker that was killed
        manifest.of_folder(work, recipe=studio_edition()).write(work)
        old = target.with_name(f".{target.name}-old")  # swept up by `safely.alone` should a kill leave it
        if target.exists():
            os.rename(target, old)
        os.rename(work, target)
        shutil.rmtree(old, ignore_errors=True)


def draw_new(kind: str, count: int, folder: Path, seed: int = SEED, size: int | None = None) -> list[Path]:
    """Draw `count` images that are in no set, as JPEG files in `folder`; the same ones each time."""
    if count < 1:
        raise DataError(f"Draw at least one image, not {count}.")
    numbers = range(FIRST["fresh"], FIRST["fresh"] + count)
    jobs = [(f"{kind}.{number}.jpg", kind, seed, number, size) for number in numbers]
    with as_data_error(folder):
        draw_files(jobs, folder, f"drawing {count:,} of {kind}")
    return [folder / job[0] for job in jobs]


def draw_files(jobs: list[Job], folder: Path, doing: str, workers: int | None = None) -> None:
    """Draw the images of `jobs` into `folder`. Each is written whole or not at all. Raises `OSError`, `DataError`."""
    workers = min(workers or _cores(), len(jobs))
    for parent in {(folder / job[0]).parent for job in jobs}:
        parent.mkdir(parents=True, exist_ok=True)
    if not jobs:
        return
    reading, writing = os.pipe()
    running = []
    try:
        with open(reading) as finished, progress_steps(len(jobs), doing) as step:
            try:
                running += [_worker(jobs[i::workers], folder, writing) for i in range(workers)]
            finally:
                os.close(writing)  # so that reading ends when the last worker does
            for line in finished:
                if line.startswith("!"):
                    raise OSError(int(line[1:]), os.strerror(int(line[1:])))
                step()
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
    missing = [job[0] for job in jobs if not (folder / job[0]).is_file()]
    if missing:
        raise DataError(f"Drawing stopped before {missing[0]}. Call again; it goes on with those that are missing.")


def _worker(jobs: list[Job], folder: Path, writing: int) -> subprocess.Popen:
    """A Python of its own: unlike a fork it is safe beside TensorFlow's threads, and unlike multiprocessing's spawn
    it does not run the reader's script again."""
    path = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "data_scripts.render.draw_sets", str(folder)],
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(path)},
        text=True,
    )
    try:
        with process.stdin as order:
            json.dump(jobs, order)
    except BrokenPipeError:
        pass  # it is gone; what is missing will be noticed
    return process


def work(folder: Path) -> None:
    """One worker: draws what stdin lists, tells every finished image on stdout, and ends when nobody listens."""
    jobs = json.load(sys.stdin)
    from data_scripts import render

    for file, kind, seed, number, size in jobs:
        try:
            path = folder / file
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            part.write_bytes(render.jpeg(kind, seed, number, size))
            os.replace(part, path)
            said = file
        except OSError as error:
            said = f"!{error.errno or 0}"
        try:
            os.write(1, f"{said}\n".encode())  # one write, so that lines of two workers never mix
        except OSError:
            os._exit(0)  # whoever asked for the images was killed
        if said.startswith("!"):
            return


def _jobs(one: ImageSet, counts: Counts) -> list[Job]:
    return [
        (
            f"{split}/{label}/{one.rendered_stem(split, label, i)}.jpg",
            one.kinds[label],
            SEED,
            FIRST[split] + i,
            one.rendered_size,
        )
        for split, labels in counts.items()
        for label, count in labels.items()
        for i in range(count)
    ]


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 8)


def _doing(name: str, counts: Counts) -> str:
    return f"{name}: drawing {sum(sum(labels.values()) for labels in counts.values()):,} images, once"


def _is_whole(path: Path) -> bool:
    """After a power cut a file may be there without its end: the last two bytes of a JPEG."""
    return path.is_file() and path.read_bytes()[-2:] == b"\xff\xd9"


if __name__ == "__main__":
    work(Path(sys.argv[1]))
