"""A widget's files as one text: its script and its look, for the notebook and for a page without a kernel."""

import base64
from pathlib import Path


def read_files(*names: str) -> str:
    """Files beside this one, in this order, as one text: a widget's script may not import others."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)


def in_base64(data: bytes) -> str:
    """`data` as letters, as a page's addresses and scripts take it."""
    return base64.b64encode(data).decode("ascii")
