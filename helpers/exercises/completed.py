"""Which exercises are done on this machine: a list of ids in home()/"progress.json", nothing more.

Progress is a convenience. A file that cannot be read counts as empty, one that cannot be written is done without.
"""

import json
import os
import tempfile
from pathlib import Path

from data_scripts.paths import home


def done_ids() -> set[str]:
    """The ids of the exercises that were answered right."""
    try:
        done = json.loads(_file().read_text(encoding="utf-8"))["done"]
        return {id for id in done if isinstance(id, str)}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()


def mark_done(id: str) -> bool:
    """Notes that an exercise is done; False where it cannot be noted. The file is replaced whole, never half."""
    known = done_ids()
    if id in known:
        return True
    draft = None
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix="progress-", dir=_file().parent)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"done": sorted(known | {id})}, file, indent=1)
        os.replace(draft, _file())
        return True
    except OSError:
        if draft:
            Path(draft).unlink(missing_ok=True)
        return False


def _file() -> Path:
    return home() / "progress.json"
