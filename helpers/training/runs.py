"""Runs of the experiment bench: settings and what came of them, kept on disk as one small file each."""

import csv
import glob
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

from data_scripts.atomic import read_json, write
from data_scripts.errors import DataError, as_data_error
from data_scripts.paths import home
from helpers.plots.curves import History, main_metric
from helpers.training.progress import format_settings

LARGEST = 1e40  # more than any float32


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
        for path in self._files():
            try:
                self._runs.append(read_run(path))
            except (OSError, ValueError):
                self.trouble = f"{path.name} in {self.folder} is not a run and was left out."

    def _files(self) -> list[Path]:
        """Return the files, oldest first; quiet about a folder that is closed, unlike Path's `glob`."""
        return [Path(path) for path in sorted(glob.glob(os.path.join(glob.escape(str(self.folder)), "*.json")))]

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
                for path in self._files():
                    path.unlink(missing_ok=True)
        except DataError as trouble:
            self.trouble = str(trouble)

    def csv(self) -> str:
        """Return a table as comma-separated values, a row for each run under one heading; "" without runs."""
        names = list(dict.fromkeys(name for run in self for name in run.settings))
        text = io.StringIO()
        for number, run in enumerate(self, 1):
            row = {"run": number} | {name: run.settings.get(name, "") for name in names} | _columns(run)
            writer = csv.writer(text)
            if number == 1:
                writer.writerow(map(_cell, row))
            writer.writerow(map(_cell, row.values()))
        return text.getvalue().encode(errors="replace").decode()  # a name need not be UTF-8


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and re.match(r"\s*[=+\-@]|[\t\r\n]", value) else value


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
    """Return the run in a file. Raises OSError, or ValueError if it holds something else."""
    values = read_json(path)
    try:
        if "pictures" in values:  # what the first edition of the course called `images`
            values["images"] = values.pop("pictures")
        values["curves"] = {
            name: [(_number(epoch, 1e9), math.nan if value is None else _number(value)) for epoch, value in points]
            for name, points in values["curves"].items()
        }
        run = Run(**values)
        settings = [*map(type, run.settings.values())]
    except (TypeError, LookupError, AttributeError) as error:
        raise ValueError(f"{path} is not a run.") from error
    for count in (run.parameters, 0 if run.images is None else run.images):
        if type(count) is not int or not 0 <= count < LARGEST:
            raise ValueError(f"{path} is not a run: {count!r} is no count.")
    if _number(run.seconds, 1e9) < 0 or not set(settings) <= {int, float, str, bool, list, type(None)}:
        raise ValueError(f"{path} is not a run.")
    if type(run.stopped) is not bool or not isinstance(run.date, str):
        raise ValueError(f"{path} is not a run.")
    return run


def _number(value: Any, largest: float = LARGEST) -> float:
    if type(value) not in (int, float) or not abs(value) <= largest:  # NaN is no number either
        raise ValueError(f"{value!r:.20} is no number that training gives.")
    return float(value)


def _finite(value: Any) -> Any:
    """Return the same with None for what JSON cannot hold: a loss that became NaN or infinite."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
