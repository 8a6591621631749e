"""The bench's runs: what was trained with which settings and what came of it, kept on disk as one small file each."""

import csv
import io
import json
import math
import os
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_scripts.atomic import write
from data_scripts.errors import DataError, as_data_error
from data_scripts.paths import home
from helpers.plots.curves import main_metric


@dataclass(frozen=True)
class Run:
    """One training. `curves` maps a metric ("accuracy", "val_accuracy", …) to its (epoch, value) points."""

    settings: dict[str, int | float | str]
    parameters: int
    images: int | None  # how many it was trained on; None if that could not be known
    seconds: float
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    stopped: bool = False
    date: str = field(default_factory=lambda: time.strftime("%Y-%m-%d %H:%M"))

    @property
    def metric(self) -> str:
        """What runs are compared by: "accuracy" or another metric; "loss" if there is none."""
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
        settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.settings.items())
        found = [(f"training {self.metric}", self.training), (f"validation {self.metric}", self.validation)]
        values = "".join(f"{name} {value:.3f}, " for name, value in found if value is not None)
        return f"{settings}: {values}{self.parameters:,} parameters, {self.seconds:.1f} s{', stopped' * self.stopped}"

    __repr__ = __str__


class Runs(list):
    """The runs of one bench, oldest first, read from `home()/runs/<name>/`; what is added is written there at once.

    `trouble` is "" or one sentence: the folder cannot be written to (runs then live until the kernel ends), or a
    file in it is not a run (it is left alone). ValueError for a name that is not letters, digits, "-" and "_".
    """

    def __init__(self, name: str):
        if not re.fullmatch(r"[\w-]+", name):
            raise ValueError(f"A bench's name is made of letters, digits, '-' and '_'; this one is {name!r}.")
        super().__init__()
        self.name, self.folder, self.trouble = name, home() / "runs" / name, ""
        for path in sorted(self.folder.glob("*.json")):
            try:
                self.append(read_run(path))
            except (OSError, ValueError, TypeError, KeyError):
                self.trouble = f"{path.name} in {self.folder} is not a run and was left out."

    def add(self, run: Run) -> None:
        """Adds a run and keeps it on disk; if that fails, `trouble` says so."""
        self.append(run)
        try:
            write(self.folder / f"{time.time_ns()}-{os.getpid()}.json", json.dumps(_finite(asdict(run)), default=str))
        except DataError as trouble:
            self.trouble = f"{trouble} Until then runs are kept only as long as this kernel runs."

    def clear(self) -> None:
        """Forgets all runs, on disk, too."""
        super().clear()
        self.trouble = ""
        try:
            with as_data_error(self.folder):
                for path in self.folder.glob("*.json"):
                    path.unlink(missing_ok=True)
        except DataError as trouble:
            self.trouble = str(trouble)

    def table(self) -> list[dict]:
        """One row a run, all with the same columns: number, settings, images, parameters, seconds, values, date."""
        names = list(dict.fromkeys(name for run in self for name in run.settings))
        return [
            {"run": number}
            | {name: run.settings.get(name, "") for name in names}
            | {
                "images": "" if run.images is None else run.images,
                "parameters": run.parameters,
                "seconds": round(run.seconds, 1),
                "metric": run.metric,
                "training": "" if run.training is None else round(run.training, 4),
                "validation": "" if run.validation is None else round(run.validation, 4),
                "stopped": "yes" if run.stopped else "no",
                "date": run.date,
            }
            for number, run in enumerate(self, 1)
        ]

    def csv(self) -> str:
        """`table()` as comma-separated values with a heading; "" without runs."""
        rows = self.table()
        text = io.StringIO()
        if rows:
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return text.getvalue()


def read_run(path: Path) -> Run:
    """The run in a file. ValueError, TypeError or KeyError if it holds something else."""
    kept = json.loads(path.read_text("utf-8"))
    kept["curves"] = {
        str(name): [(float(epoch), math.nan if value is None else float(value)) for epoch, value in points]
        for name, points in kept["curves"].items()
    }
    run = Run(**kept)
    str(run)  # fails here rather than later in a table
    return run


def _finite(value):
    """The same with None for what JSON has no word for: a loss that became NaN or infinite."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
