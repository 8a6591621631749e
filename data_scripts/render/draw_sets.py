"""Rendered images as files, drawn by as many processes as there are processor cores; what is finished survives a kill."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from data_scripts import atomic, manifest
from data_scripts.errors import DataError, as_data_error
from data_scripts.image_sets import FIRST, SEED, Counts, ImageSet
from data_scripts.progress import progress_steps

MOST_DRAWN = 100_000  # images at once, some 3 GB
EDITION = "2"  # of what the studio draws, not of how its code reads
Job = tuple[str, str, int, int, int | None]  # file, kind, seed, the studio's number, size
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def studio_edition() -> str:
    """Return the edition of the studio: images of two editions are never mixed in one set.

    Raise `EDITION` when other images come out than before, and only then: every prepared set is rendered again, and
    every result measured on one is out of date. `tests/test_studio_edition.py` fails until that has been done.
    """
    return EDITION


def make_set(image_set: ImageSet, counts: Counts, target: Path) -> None:
    """Draw a set into the folder `target`. Use it inside `atomic.lock(target)`.

    The images grow in a hidden folder next to it, which becomes `target` when all are there; a second call after
    a kill goes on with those that are missing.
    """
    work = target.with_name(f".{target.name}.drawing-{studio_edition()}")
    with as_data_error(target.parent):
        for other in target.parent.glob(f".{target.name}.drawing-*"):
            if other != work:
                shutil.rmtree(other)  # begun by another edition of the studio
        jobs = _jobs(image_set, counts)
        missing = [job for job in jobs if not _is_whole(work / job[0])]
        draw_files(missing, work, f"{image_set.name}: rendering {len(jobs):,} images, once")
        for draft in work.glob("*/*/.*"):
            draft.unlink(missing_ok=True)  # of a worker that was killed
        manifest.of_folder(work, recipe=studio_edition()).write(work)
        old = target.with_name(f".{target.name}-old")  # swept up by `atomic.lock` should a kill leave it
        if target.exists():
            os.rename(target, old)
        os.rename(work, target)
        shutil.rmtree(old, ignore_errors=True)


def draw_new(
    kind: str, count: int, folder: Path, seed: int = SEED, size: int | None = None, *, only_missing: bool = False
) -> list[Path]:
    """Draw `count` images that are in no set, as JPEG files in `folder`; the same ones each time, of another seed others.

    kind: one of `image_sets.KINDS`. size: in pixels; None: varied, as in photographs.
    only_missing: leave the files alone that are there already.
    Raises DataError for a number that makes no sense, a folder that has files in it already (unless `only_missing`) or
    cannot be written to, and a full disk. What was begun is removed again, except with `only_missing`.
    """
    limits = {
        "count": (count, 1, MOST_DRAWN),
        "seed": (seed, 0, 2**32 - 1),
        "size": (32 if size is None else size, 32, 2000),
    }
    for name, limit in limits.items():
        check_number(name, *limit)
    with as_data_error(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not only_missing and any(folder.iterdir()):
            raise DataError(f"{folder} has files in it already. Name a new folder, or an empty one.")
        tempfile.TemporaryFile(dir=folder).close()
    numbers = range(FIRST["fresh"], FIRST["fresh"] + count)
    jobs = [(f"{kind}.{number}.jpg", kind, seed, number, size) for number in numbers]
    due = [job for job in jobs if not (only_missing and _is_whole(folder / job[0]))]
    try:
        with as_data_error(folder):
            draw_files(due, folder, f"rendering {len(due):,} of {kind}")
    except BaseException:
        for path in [] if only_missing else [*(folder / job[0] for job in jobs), *folder.glob(f".{kind}.*.jpg.*")]:
            path.unlink(missing_ok=True)  # the hidden ones are drafts of workers that were ended
        raise
    return [folder / job[0] for job in jobs]


def check_number(name: str, value: int, least: int, most: int) -> None:
    """Raise DataError unless `value` is a whole number in this range."""
    if not isinstance(value, int) or not least <= value <= most:
        shown = f"{value:,}" if isinstance(value, int) else f"{value!r}, no whole number"
        raise DataError(f"The {name} is {shown}; it can be from {least:,} to {most:,}.")


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
    """Start a Python of its own: unlike a fork it is safe with TensorFlow's threads, and unlike multiprocessing's spawn
    it does not run the learner's script again.
    """
    path = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "data_scripts.render.draw_sets", str(folder)],
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(path)},
        text=True,
    )
    assert process.stdin
    with suppress(BrokenPipeError), process.stdin as order:  # if it is gone, what is missing will be noticed
        json.dump(jobs, order)
    return process


def work(folder: Path) -> None:
    """Draw what stdin lists, as one worker; report every finished image on stdout, and end when no one listens."""
    jobs = json.load(sys.stdin)
    from data_scripts import render

    for file, kind, seed, number, size in jobs:
        try:
            atomic.write(folder / file, render.jpeg(kind, seed, number, size))
            line = file
        except DataError as error:
            line = f"!{getattr(error.__cause__, 'errno', 0) or 0}"
        try:
            os.write(1, f"{line}\n".encode())  # one write, so that lines of two workers never mix
        except OSError:
            os._exit(0)  # the process that asked for the images was killed
        if line.startswith("!"):
            return


def _jobs(image_set: ImageSet, counts: Counts) -> list[Job]:
    return [
        (
            f"{split}/{label}/{image_set.rendered_stem(split, label, i)}.jpg",
            image_set.kinds[label],
            SEED,
            FIRST[split] + i,
            image_set.rendered_size,
        )
        for split, labels in counts.items()
        for label, count in labels.items()
        for i in range(count)
    ]


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 8)


def _is_whole(path: Path) -> bool:
    """Tell whether a JPEG has its end, the last two bytes: after a power cut a file may be there without it."""
    return path.is_file() and path.read_bytes()[-2:] == b"\xff\xd9"


if __name__ == "__main__":
    work(Path(sys.argv[1]))
