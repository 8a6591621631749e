"""Does .binder/ follow the rules of repo2docker, which makes Binder's and a JupyterHub's image of it?

`python -m tools.binder` says what does not, and exits with 1. The rules are those of repo2docker's "Configuration files".
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

from data_scripts.paths import CHECKOUT

# What repo2docker reads in that folder. Of these, environment.yml and Dockerfile would put the others out of use.
READ = {"requirements.txt", "runtime.txt", "postBuild", "start", "apt.txt"}
SCRIPTS = ("postBuild", "start")


def faults(root: Path = CHECKOUT) -> list[str]:
    """What is wrong, a sentence each."""
    folder = root / ".binder"
    if not folder.is_dir():
        return ["There is no folder .binder/."]
    found = []
    if (root / "binder").exists():
        found.append("There is binder/ beside .binder/; repo2docker refuses to choose between them.")
    names = {path.name for path in folder.iterdir()}
    found += [f".binder/{name} is not read, or puts the other files out of use." for name in sorted(names - READ)]
    found += [f".binder/{name} is missing." for name in ("requirements.txt", "runtime.txt") if name not in names]
    for name in names:
        if b"\r" in (folder / name).read_bytes():
            found.append(f".binder/{name} has line ends of Windows; the image is Linux.")
    for name in names.intersection(SCRIPTS):
        found += _script(folder / name)
    if "runtime.txt" in names:
        found += _runtime((folder / "runtime.txt").read_text(encoding="utf-8"), root)
    if "requirements.txt" in names:
        found += _requirements(folder / "requirements.txt", root)
    return found


def _script(path: Path) -> list[str]:
    found = []
    if not path.stat().st_mode & 0o111:
        found.append(f".binder/{path.name} is not executable: chmod +x")
    if not path.read_bytes().startswith(b"#!/"):
        found.append(f".binder/{path.name} does not begin with #!/ and its interpreter.")
    return found


def _runtime(text: str, root: Path) -> list[str]:
    version = re.fullmatch(r"python-(3\.\d+)\s*", text)
    if not version:
        return [f".binder/runtime.txt is {text.strip()!r}; it has to be python-3.N."]
    wanted = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    if version[1] not in SpecifierSet(wanted):
        return [f".binder/runtime.txt asks for Python {version[1]}, and the course for {wanted}."]
    return []


def _requirements(path: Path, root: Path) -> list[str]:
    """The file is taken from its folder, but what stands in it as a path is taken from the checkout, pip's working folder."""
    found = []
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    for line in filter(None, lines):
        included, local = re.match(r"-r\s*(\S+)", line), re.match(r"-e\s*([^\s\[]+)", line)
        if included:
            inside = (path.parent / included[1]).resolve()
            found += _requirements(inside, root) if inside.is_file() else [f"{line!r}: there is no such file."]
        elif local and not (root / local[1] / "pyproject.toml").is_file():
            found.append(f"{line!r}: there is no package in that folder of the checkout.")
    return found


def main() -> int:
    found = faults()
    print("\n".join(found) or ".binder/ is as repo2docker expects it.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
