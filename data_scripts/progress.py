"""The progress bar of everything that takes more than a moment."""

import sys

from tqdm import tqdm

FORMAT = "{desc} {percentage:3.0f} % |{bar}| {n_fmt} of {total_fmt}, {remaining} left"


def bar(total: int, doing: str, scale: bool = False) -> tqdm:
    """A bar with the time left, on stdout; call `.update(n)`, and use it in a `with`.

    It shows itself on a terminal only: no log file and no notebook's stored output gets one.
    `scale=True` counts in thousands and millions, as one does bytes.
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
