"""Files and folders that systems and programs leave among your images, and that are none of yours."""

import os
import re

NAMES = {
    *("__macosx", "network trash folder", "temporary items", "icon\r"),  # macOS; the rest of its own is hidden
    *("thumbs.db", "ehthumbs.db", "desktop.ini", "system volume information", "$recycle.bin", "recycler", "recycled"),
    *("lost+found", "__pycache__", "onedrivetemp", "picasa.ini", "zbthumbnail.info"),
    *("@eadir", "@__thumb", "@recycle", "@recently-snapshot", "@tmp"),  # network disks
    *("#recycle", "#snapshot", "~snapshot"),
}


def is_leftover(name: str) -> bool:
    """Tell whether a file or folder of this name is hidden, or made by a system and not by you."""
    return (
        name.startswith((".", "~$", "$recycle"))
        or name.lower() in NAMES
        or bool(re.fullmatch(r"(?i)found\.\d{3}|.*:(zone\.identifier|encryptable)", name))
    )


def shown(names: list[str]) -> list[str]:
    """Return the names in a folder, sorted, without leftovers and without JupyterLab's copies of what is there, too.

    Such a copy of "cat.jpg" is called "cat-checkpoint.jpg".
    """
    there = set(names)
    return sorted(name for name in names if not is_leftover(name) and _original(name) not in there)


def _original(name: str) -> str | None:
    stem, ending = os.path.splitext(name)
    return stem.removesuffix("-checkpoint") + ending if stem.endswith("-checkpoint") else None
