"""Runs of the experiment bench: settings and what came of them, kept on disk as one small file each."""

import csv
import io
import json
import math
import os
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, overload

from data_scripts.atomic import write
from data_scripts.errors import DataError, as_data_error
from data_scripts.paths import home
from helpers.plots.curves import History, main_metric
from helpers.training.progress import format_settings


@dataclass(frozen=True)
class Run:
    """One run of `fit`. `curves` maps a metric ("accuracy", "val_accuracy", …) to its (epoch, value) points."""

    settings: dict[str, int | float | str]
    parameters: int
    images: int | None  # how many it was trained on; None if that could not be known
    seconds: float
    curves: History = field(default_factory=dict)
    stopped: bool = False
    date: str = field(default_factory=lambda: time.strftime("%Y-%m-%d %H:%M"))

    @property
    def metric(self) -> str:
        """The metric that runs are compared by, such as "accuracy"; or "loss"."""
        return main_metric(self.curves)

    @property
    def training(self) -> float | None:
        """The metric on the training data in the last epoch; None if no epoch was finished."""
        return self._last(self.metric)

    @property
    def validation(self) -> float | None:
        """The metric on the validation data in the last epoch; None if it was not measured."""
        return self._last(f"val_{self.metric}")

    def _last(self, name: str) -> float | None:
        points = self.curves.get(name)
        return points[-1][1] if points else None

    def __str__(self) -> str:
        measured = {f"training {self.metric}": self.training, f"validation {self.metric}": self.validation}
        values = "".join(f"{name} {value:.3f}, " for name, value in measured.items() if value is not None)
        numbers = f"{values}{self.parameters:,} parameters, {self.seconds:.1f} s"
        return f"{format_settings(self.settings)}: {numbers}{', stopped' * self.stopped}"

    __repr__ = __str__


class Runs(Sequence[Run]):
    """All runs of one bench, oldest first, in memory and in `home()/runs/<name>/`; it grows by `add` alone.

    `trouble` is "" or one sentence: the folder cannot be written to (runs then live until the kernel ends), or a
    file in it is not a run (it is left alone). Raises ValueError for a name that is not letters, digits, "-" and "_".
    """

    def __init__(self, name: str):
        if not re.fullmatch(r"[\w-]+", name):
            raise ValueError(f"A bench's name is made of letters, digits, '-' and '_'; this one is {name!r}.")
        self.name, self.folder, self.trouble = name, home() / "runs" / name, ""
        self._runs: list[Run] = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                self._runs.append(read_run(path))
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                self.trouble = f"{path.name} in {self.folder} is not a run and was left out."

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    def __getitem__(self, index: int | slice) -> Run | list[Run]:
        return self._runs[index]

    def add(self, run: Run) -> None:
        """Add a run, on disk, too; if that fails, `trouble` says so."""
        self._runs.append(run)
        try:
            write(self.folder / f"{time.time_ns()}-{os.getpid()}.json", json.dumps(_finite(asdict(run)), default=str))
        except DataError as trouble:
            self.trouble = f"{trouble} Until then runs are kept only as long as this kernel runs."

    def clear(self) -> None:
        """Delete all runs, on disk, too."""
        self._runs.clear()
        self.trouble = ""
        try:
            with as_data_error(self.folder):
                for path in self.folder.glob("*.json"):
                    path.unlink(missing_ok=True)
        except DataError as trouble:
            self.trouble = str(trouble)

    def csv(self) -> str:
        """Return a table as comma-separated values, a row for each run under one heading; "" without runs."""
        names = list(dict.fromkeys(name for run in self for name in run.settings))
        text = io.StringIO()
        for number, run in enumerate(self, 1):
            row = {"run": number} | {name: run.settings.get(name, "") for name in names} | _columns(run)
            writer = csv.DictWriter(text, row)
            if number == 1:
                writer.writeheader()
            writer.writerow(row)
        return text.getvalue()


def _columns(run: Run) -> dict[str, object]:
    return {
        "images": "" if run.images is None else run.images,
        "parameters": run.parameters,
        "seconds": round(run.seconds, 1),
        "metric": run.metric,
        "training": "" if run.training is None else round(run.training, 4),
        "validation": "" if run.validation is None else round(run.validation, 4),
        "stopped": "yes" if run.stopped else "no",
        "date": run.date,
    }


def read_run(path: Path) -> Run:
    """Return the run in a file. Raises ValueError, TypeError, KeyError or AttributeError if it holds something else."""
    values = json.loads(path.read_text("utf-8"))
    if "pictures" in values:  # what the first edition of the course called `images`
        values["images"] = values.pop("pictures")
    values["curves"] = {
        str(name): [(float(epoch), math.nan if value is None else float(value)) for epoch, value in points]
        for name, points in values["curves"].items()
    }
    run = Run(**values)
    str(run)  # fails now rather than later in a table
    return run


def _finite(value: Any) -> Any:
    """Return the same with None for what JSON cannot hold: a loss that became NaN or infinite."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
