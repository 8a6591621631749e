"""The manifest of a folder of images: which files were written, how long they are, and which were left out and why."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_scripts import atomic

NAME = "pictures.json"


@dataclass
class Manifest:
    """`files`: path → bytes. `left_out`: path → why. `recipe`: of a rendered set, the edition of the studio."""

    files: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)
    recipe: str = ""

    def write(self, folder: Path) -> None:
        """Write the manifest into its folder, atomically."""
        atomic.write(folder / NAME, json.dumps(asdict(self), indent=0))

    def is_kept(self, folder: Path) -> bool:
        """Tell whether every file is there, with the length that it was written with."""
        try:
            return all((folder / path).stat().st_size == size for path, size in self.files.items())
        except OSError:
            return False


def of_folder(folder: Path, left_out: dict[str, str] | None = None, recipe: str = "") -> Manifest:
    """Return the manifest of what is in the folder now."""
    paths = sorted(path for path in folder.glob("*/*/*") if path.is_file() and not path.name.startswith("."))
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
    return Manifest(files, left_out or {}, recipe)


def read(folder: Path) -> Manifest | None:
    """Return the manifest in a folder; None where there is none, or one that cannot be understood."""
    try:
        return Manifest(**json.loads((folder / NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
