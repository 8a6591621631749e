"""What was written into a folder of images: which files, how long, and which were left out and why."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

NAME = "pictures.json"


@dataclass
class Manifest:
    """`files`: path → bytes. `left_out`: path → why. `recipe`: of a drawn set, which studio drew it."""

    files: dict[str, int]
    left_out: dict[str, str] = field(default_factory=dict)
    recipe: str = ""

    def write(self, folder: Path) -> None:
        """At once or not at all."""
        part = folder / f".{NAME}.part"
        part.write_text(json.dumps(asdict(self), indent=0), "utf-8")
        os.replace(part, folder / NAME)

    def is_kept(self, folder: Path) -> bool:
        """True when every file is there, with the length that it was written with."""
        try:
            return all(os.stat(folder / path).st_size == size for path, size in self.files.items())
        except OSError:
            return False


def of_folder(folder: Path, left_out: dict[str, str] | None = None, recipe: str = "") -> Manifest:
    """A record of what is in the folder now."""
    paths = sorted(path for path in folder.glob("*/*/*") if path.is_file() and not path.name.startswith("."))
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
    return Manifest(files, left_out or {}, recipe)


def read(folder: Path) -> Manifest | None:
    """None where there is none, or one that cannot be understood."""
    try:
        return Manifest(**json.loads((folder / NAME).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
