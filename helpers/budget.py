"""The budget of a run: full, quick or graded.

`COURSE_BUDGET=full` (the default) is what a learner gets; `COURSE_BUDGET=quick` runs every cell in seconds, for tests and
for a first look. Under nbgrader (`NBGRADER_EXECUTION`) the budget is quick, and `fit` takes one batch an epoch.
"""

import functools
import inspect
import os
from collections.abc import Sequence
from typing import Any, TypeVar

from data_scripts.errors import DataError

T = TypeVar("T")


def graded() -> bool:
    """Return whether nbgrader is running this notebook, to grade or to validate it."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def name() -> str:
    """Return "quick" or "full". Raises DataError for any other value of `COURSE_BUDGET`."""
    if graded():
        return "quick"
    chosen = os.environ.get("COURSE_BUDGET", "").strip().lower() or "full"
    if chosen not in ("quick", "full"):
        raise DataError(f"COURSE_BUDGET is {chosen!r}; it can be 'quick' or 'full'.")
    return chosen


def is_quick() -> bool:
    """Return True when every cell should finish in seconds."""
    return name() == "quick"


def epochs(full: int, quick: int = 1) -> int:
    """Return the number of epochs to train for: `full`, or at most `quick` of them in the quick budget."""
    return min(full, quick) if is_quick() else full


def images(full: int, quick: int = 512) -> int:
    """Return the number of images to use: `full`, or at most `quick` of them in the quick budget."""
    return min(full, quick) if is_quick() else full


def first(values: Sequence[T], quick: int = 1) -> list[T]:
    """Return the values to try one after the other: all of them, or the first `quick` in the quick budget."""
    return list(values)[:quick] if is_quick() else list(values)


def limit_training() -> None:
    """Make `fit` take one batch an epoch (unless it says how many), and one to validate. A second call changes nothing."""
    import keras

    fit = keras.Model.fit
    if getattr(fit, "takes_one_batch", False):
        return
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def limited(*arguments: Any, **named: Any) -> Any:
        given = signature.bind(*arguments, **named).arguments
        if given.get("steps_per_epoch") is None:  # what a lesson counts on purpose stays
            given["steps_per_epoch"] = 1
        if given.get("validation_data") is not None or given.get("validation_split"):
            given["validation_steps"] = 1
        return fit(**given)

    limited.takes_one_batch = True  # type: ignore[attr-defined]
    keras.Model.fit = limited
