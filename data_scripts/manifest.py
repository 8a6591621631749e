"""The manifest of a folder of images: which files were written, how long they are, and which were left out and why."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_scripts import atomic
from data_scripts.leftovers import is_leftover

NAME = "pictures.json"
PATH = r"[^/\0]+/[^/\0]+/[^/\0]+"  # split, class, file


@dataclass
class Manifest:
    """`files`: path → bytes. `left_out`: path → why. `recipe`: of a rendered set, the edition of the studio."""

    files: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)
    recipe: str = ""

    def write(self, folder: Path) -> None:
        """Write the manifest into its folder, atomically."""
        atomic.write(folder / NAME, json.dumps(asdict(self), indent=0))

    def faults(self, folder: Path) -> dict[str, str]:
        """Return {path: what is wrong} of the files that are gone, or have another length than they were written with."""
        return {path: fault for path, size in self.files.items() if (fault := _fault(folder / path, size))}


def _fault(path: Path, size: int) -> str:
    try:
        return "" if path.stat().st_size == size else "has another length than it was written with"
    except (OSError, ValueError):  # ValueError: of a path that no file can have
        return "is missing"


def of_folder(folder: Path, left_out: dict[str, str] | None = None, recipe: str = "") -> Manifest:
    """Return the manifest of what is in the folder now."""
    paths = sorted(path for path in folder.glob("*/*/*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    files = {name: path.stat().st_size for name, path in names.items() if not any(map(is_leftover, name.split("/")))}
    return Manifest(files, left_out or {}, recipe)


def read(folder: Path) -> Manifest | None:
    """Return the manifest in a folder; None where there is none, or one that cannot be understood or has no image."""
    try:
        manifest = Manifest(**atomic.read_json(folder / NAME))
        sizes_are_numbers = all(type(size) is int for size in manifest.files.values())
        reasons_are_texts = all(isinstance(why, str) for why in manifest.left_out.values())
        paths_are_inside = all(re.fullmatch(PATH, path) for path in (*manifest.files, *manifest.left_out))
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    is_sound = sizes_are_numbers and reasons_are_texts and paths_are_inside and isinstance(manifest.recipe, str)
    return manifest if is_sound and manifest.files else None
