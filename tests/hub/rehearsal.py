"""A class, rehearsed: students log in at a real hub, fetch an assignment, work, hand in; a teacher grades what came back.

    python -m tests.hub.rehearsal --students 20 --lesson 03 --restart

It prints the seconds to a lesson that is ready, the memory of each student, what failed, and how many such students the machine
could hold. Everything is on this machine, in a folder that is deleted at the end.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from helpers import exercises
from tests.hub.hub import Hub, why_not
from tests.hub.student import Student
from tests.nbgrader_commands import nbgrader, scores
from tools import class_edition, notebooks

ANSWERED = 2  # exercises that each student answers; the others stay blank
SYSTEM = 2**30  # bytes for the system and the hub, as docs/hosting.md reckons


@dataclass
class Report:
    """What a rehearsal measured: seconds by student and step, bytes by student (and what they would be if no pages were shared), points by student and exercise."""

    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    unshared: dict[str, int] = field(default_factory=dict)
    points: dict[str, dict[str, float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return the figures as lines."""
        lines = []
        for step in next(iter(self.seconds.values()), {}):
            times = [seconds[step] for seconds in self.seconds.values() if step in seconds]
            lines.append(f"{step}: median {statistics.median(times):.1f} s, longest {max(times):.1f} s")
        if self.memory:
            most = max(self.memory.values())
            room = (psutil.virtual_memory().total - SYSTEM) // most
            lines.append(
                f"memory of a student with this lesson open: median {statistics.median(self.memory.values()) / 1e9:.2f} GB, "
                f"most {most / 1e9:.2f} GB (shared pages counted by their share; if nothing were shared: median "
                f"{statistics.median(self.unshared.values()) / 1e9:.2f} GB); this machine has room for {room}"
            )
        lines.append(f"failures: {len(self.failures)}" + "".join(f"\n  {failure}" for failure in self.failures))
        return lines


def assignment(folder: Path, lesson: str) -> Path:
    """Make the class folder and the git repository of what students get; return the lesson's path."""
    (path,) = [path for path in notebooks.lessons() if path.name.startswith(lesson)]
    class_edition.build(folder / "class", [path])
    nbgrader(folder / "class", "generate_assignment", path.stem)
    release = folder / "class" / "release"
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org", "commit", "--quiet", "-m", "Assignment"],
    ):
        subprocess.run(["git", *words], cwd=release, check=True)
    return path


def attend(student: Student, repository: Path, path: Path, half_way: threading.Barrier, report: Report) -> None:
    """Do what one student does; what fails is noted in the report."""
    try:
        with student.timed("ready"):
            with student.timed("log in"):
                student.log_in()
            with student.timed("own server"):
                student.start_server()
            with student.timed("fetch"):
                student.fetch(f"file://{repository}", "main", "assignments")
            place = f"assignments/{path.stem}/{path.name}"
            kernel = student.open(place)
            notebook = nbformat.from_dict(student.ask(f"contents/{place}")["content"])
            answered = [exercise for exercise, _ in exercises.answer_cells(notebook)][:ANSWERED]
            for exercise, cell in exercises.answer_cells(notebook):
                if exercise in answered:
                    cell["source"] = exercise.source
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            for cell in code[:2]:
                cell.outputs = list(map(nbformat.from_dict, kernel.run(cell.source)))
        half_way.wait(timeout=900)  # everyone has the lesson open
        half_way.wait(timeout=900)  # whatever happens to the class has happened
        with student.timed("whole lesson"):
            for cell in code[2:]:
                cell.outputs = list(map(nbformat.from_dict, kernel.run(cell.source)))
        report.failures += [
            f"{student.name}: {output.ename}: {output.evalue}"
            for cell in code
            for output in cell.outputs
            if output.output_type == "error"
        ]
        student.ask(f"contents/{place}", "PUT", type="notebook", format="json", content=notebook)
        half_way.wait(timeout=900)  # everyone has run the lesson, so pages are shared by all of them
        report.memory[student.name], report.unshared[student.name] = memory_of(student.name)
        report.seconds[student.name] = student.seconds
    except Exception as error:  # one student's trouble is a line of the report, not the end of the class
        half_way.abort()
        report.failures.append(f"{student.name}: {type(error).__name__}: {error}")


def memory_of(name: str) -> tuple[int, int]:
    """Return the bytes of a student's processes: each page counted by its share of those who have it, and each in full."""
    total = in_full = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get("JUPYTERHUB_USER") == name:
                details = process.memory_full_info()
                total += getattr(details, "pss", details.rss)
                in_full += details.rss
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return total, in_full


def collect_and_grade(hub: Hub, path: Path, names: list[str]) -> dict[str, dict[str, float]]:
    """Copy what the students saved, as an administrator does; return their points by exercise."""
    folder = hub.folder / "class"
    for name in names:
        target = folder / "submitted" / name / path.stem / path.name
        target.parent.mkdir(parents=True)
        target.write_bytes((hub.homes / name / "assignments" / path.stem / path.name).read_bytes())
    nbgrader(folder, "autograde", path.stem)
    return {name: scores(folder, name) for name in names}


def deserved(path: Path) -> dict[str, float]:
    """Return the points that each student should get."""
    asked = [exercise for exercise, _ in exercises.answer_cells(notebooks.read(path))]
    return {exercise.name: float(exercise.points * (place < ANSWERED)) for place, exercise in enumerate(asked)}


def rehearse(folder: Path, count: int, lesson: str, restart: bool = False) -> Report:
    """Rehearse a class of `count` students. restart: kill hub and proxy while everyone has the lesson open."""
    report = Report()
    path = assignment(folder, lesson)
    names = [f"student-{number}" for number in range(1, count + 1)]
    half_way = threading.Barrier(count + 1)
    hub = Hub(folder, names, COURSE_BUDGET="quick", COURSE_SOURCE="offline")
    try:
        with ThreadPoolExecutor(count) as pool:
            students = [Student(name, hub.address, hub.password) for name in names]
            done = [
                pool.submit(attend, student, folder / "class" / "release", path, half_way, report)
                for student in students
            ]
            try:
                half_way.wait(timeout=900)
                for part in ("hub", "proxy") if restart else ():
                    hub.kill(part)
                    hub.start(part)
                if restart:
                    _wait_for_routes(hub, count)
                half_way.wait(timeout=900)
                half_way.wait(timeout=900)  # for those who measure
            except threading.BrokenBarrierError:
                report.failures.append("The class broke off before everyone had the lesson open.")
            except BaseException:
                half_way.abort()  # no one waits for what won't come
                raise
            for one in done:
                one.result()
            if not report.failures:
                report.points = collect_and_grade(hub, path, names)
                wanted = deserved(path)
                report.failures += [
                    f"{name}: {got} instead of {wanted}" for name, got in report.points.items() if got != wanted
                ]
            cookies = [cookie for one in students for cookie in one.session.cookies if "login" in cookie.name]
            for secret in (hub.password, *(cookie.value for cookie in cookies)):
                report.failures += [
                    f"A secret is in {part}.log" for part in ("hub", "proxy") if secret in hub.log(part)
                ]
    finally:
        hub.stop()
        _end_servers(names)
    return report


def _wait_for_routes(hub: Hub, count: int) -> None:
    """Wait until a new proxy knows the way to every student again."""
    for _ in range(900):
        if hub.routes() > count:
            return
        time.sleep(0.2)
    raise TimeoutError("The new proxy doesn't know the students' servers.")


def _end_servers(names: list[str]) -> None:
    for process in psutil.process_iter():
        try:
            if process.environ().get("JUPYTERHUB_USER") in names:
                process.kill()
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue


def main() -> int:
    """Rehearse a class and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.hub.rehearsal", description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=4)
    parser.add_argument("--lesson", default="03", help='as in "03"')
    parser.add_argument("--restart", action="store_true", help="kill hub and proxy while everyone works")
    options = parser.parse_args()
    if why_not():
        print(why_not())
        return 1
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        report = rehearse(Path(folder), options.students, options.lesson, options.restart)
    print(
        f"{options.students} students, lesson {options.lesson}, {os.cpu_count()} cores", *report.sentences(), sep="\n"
    )
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
