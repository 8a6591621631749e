"""The progress bar of everything that takes more than a moment."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

FORMAT = "{desc} {percentage:3.0f} % |{bar}| {n_fmt} of {total_fmt}, {remaining} left"


def progress_bar(total: int, doing: str, scale: bool = False) -> tqdm:
    """Return a bar with the time left, on stdout; call `.update(n)`, and use it in a `with`.

    It shows itself on a terminal only: no log file and no notebook's stored output gets one.
    `scale=True` counts in thousands and millions, as bytes are counted.
    """
    return tqdm(
        total=total,
        desc=doing,
        unit_scale=scale,
        bar_format=FORMAT,
        file=sys.stdout,
        disable=None,  # tqdm's word for "unless it is a terminal"
        leave=False,
    )


@contextmanager
def progress_steps(total: int, doing: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each image: a bar on a terminal; elsewhere, as in a notebook, a line that grows."""
    if sys.stdout and sys.stdout.isatty():
        with progress_bar(total, doing) as progress:
            yield progress.update
        return
    done, shown = 0, 0

    def step() -> None:
        nonlocal done, shown
        done += 1
        if done * 10 // total > shown and total >= 100:
            shown = done * 10 // total
            print(f" {shown * 10} %", end="", flush=True)

    print(doing, end=" …", flush=True)
    try:
        yield step
    finally:
        print(flush=True)
