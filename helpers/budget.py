"""How much one run of a lesson may cost.

`COURSE_BUDGET=full` (the default) is what a learner gets; `COURSE_BUDGET=quick` runs every cell in
seconds, for tests and for a first look. Under nbgrader (`NBGRADER_EXECUTION`) the budget is always quick.
"""

import os
from collections.abc import Sequence


def name() -> str:
    """ "quick" or "full". Raises ValueError for any other value of `COURSE_BUDGET`."""
    if os.environ.get("NBGRADER_EXECUTION"):
        return "quick"
    chosen = os.environ.get("COURSE_BUDGET") or "full"
    if chosen not in ("quick", "full"):
        raise ValueError(f"COURSE_BUDGET is {chosen!r}; it can be 'quick' or 'full'.")
    return chosen


def is_quick() -> bool:
    """True when every cell should finish in seconds."""
    return name() == "quick"


def epochs(full: int, quick: int = 1) -> int:
    """The number of epochs to train for: `full`, or at most `quick` of them in the quick budget."""
    return min(full, quick) if is_quick() else full


def images(full: int, quick: int = 512) -> int:
    """The number of images to use: `full`, or at most `quick` of them in the quick budget."""
    return min(full, quick) if is_quick() else full


def first(values: Sequence, quick: int = 1) -> list:
    """The values to try one after the other: all of them, or the first `quick` in the quick budget."""
    return list(values)[:quick] if is_quick() else list(values)
