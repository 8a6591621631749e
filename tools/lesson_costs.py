"""What a lesson costs at the full budget: seconds, processor seconds and memory, as `make notebooks` measured them.

`docs/lesson_costs.json` keeps the numbers of the run whose outputs are stored; docs/hosting.md shows them as a table, and a test
compares them with the minutes that each lesson states.
"""

import contextlib
import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psutil

from data_scripts import atomic
from data_scripts.paths import CHECKOUT

COSTS = CHECKOUT / "docs" / "lesson_costs.json"
HEAD = ["| lesson | seconds on two cores | processor seconds | most memory, GB |", "|---|---|---|---|"]
STEP = 0.05  # seconds between two looks
GB = 1e9


class Meter:
    """Measure memory, wall time and processor time of all child processes, many times a second.

    `seconds` and `cpu` are of the whole run; `peaks` {cell id: GB} is the most resident memory while a cell ran.
    """

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0
        self.peaks: dict[str, float] = {}
        self._cell = ""
        self._spent: dict[int, float] = {}

    def cell(self, cell: Mapping[str, Any], cell_index: int = 0) -> None:
        """Note that what follows belongs to this cell: nbclient's `on_cell_execute`."""
        self._cell = cell.get("id", str(cell_index))

    @contextlib.contextmanager
    def running(self) -> Iterator["Meter"]:
        """Measure what runs inside the block."""
        begin, ended = time.perf_counter(), threading.Event()

        def look() -> None:
            while not ended.wait(STEP):
                self._look()

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield self
        finally:
            ended.set()
            watcher.join()
            self.seconds = time.perf_counter() - begin
            self.cpu = sum(self._spent.values())

    def _look(self) -> None:
        resident = 0
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it may end while we look
                resident += process.memory_info().rss
                spent = process.cpu_times()
                self._spent[process.pid] = spent.user + spent.system
        self.peaks[self._cell] = max(self.peaks.get(self._cell, 0), resident / GB)

    @property
    def most(self) -> float:
        """Return the most memory of all cells, in GB."""
        return max(self.peaks.values(), default=0.0)

    def __str__(self) -> str:
        if not self.peaks:
            return f"{self.seconds:.0f} s"
        worst = max(self.peaks, key=self.peaks.__getitem__)
        return f"{self.seconds:.0f} s, {self.cpu:.0f} CPU s, at most {self.most:.2f} GB (in cell {worst})"


def load() -> dict[str, dict[str, float]]:
    """Return the costs by lesson: {"01": {"seconds": 53, "cpu": 56, "gb": 1.1}, …}."""
    return json.loads(COSTS.read_text("utf-8"))


def note(lesson: str, meter: Meter) -> None:
    """Write down what a run of a lesson has cost."""
    costs = load() | {lesson: {"seconds": round(meter.seconds), "cpu": round(meter.cpu), "gb": round(meter.most, 1)}}
    atomic.write(COSTS, json.dumps(dict(sorted(costs.items())), indent=1) + "\n")


def table(lessons: Iterable[str]) -> str:
    """Return the costs as a table in Markdown, a row for each of these lessons; of one that was rewritten since, no numbers."""
    costs = load()
    rows = []
    for lesson in lessons:
        cost = costs.get(lesson)
        numbers = (
            f"{cost['seconds']} | {cost['cpu']} | {cost['gb']}" if cost else "not measured since it was rewritten | |"
        )
        rows.append(f"| {lesson} | {numbers} |")
    return "\n".join([*HEAD, *rows])
