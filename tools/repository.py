"""Where the course is published, on GitHub: `make repository URL=https://github.com/YOUR_NAME/REPOSITORY TAG=v1.0`.

The setting is `[project.urls]` in pyproject.toml. While it is empty nothing leads to the web, and Colab installs the file
that `make wheel` makes; once it is set, badges, links and the set-up cells lead there, to that tag only.
`URL=none` empties it again.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from data_scripts import atomic
from data_scripts.errors import DataError, exit_code
from data_scripts.paths import CHECKOUT
from tools import shared_cells

LESSONS = "[0-9][0-9]_*.ipynb"
CHANGED = ("pyproject.toml", "README.md", "CITATION.cff", f"notebooks/{LESSONS}")
COLAB = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER = "https://mybinder.org/badge_logo.svg"
USAGE = "make repository URL=https://github.com/YOUR_NAME/REPOSITORY TAG=v1.0 (or a commit), or URL=none"
GITHUB = re.compile(r"https://github\.com/((?=[\w-]{1,39}/)[a-z\d]+(?:-[a-z\d]+)*/[\w.-]{1,100})", re.A | re.I)
# A version, or a whole commit: "main" would be another course tomorrow, and so would a branch of any other name.
TAG = re.compile(r"v?\d+(?:\.\d+)*(?:[.-]?(?:a|b|rc|post|dev)\.?\d+)?|[\da-f]{40}", re.A)


class Published(NamedTuple):
    """A repository on GitHub, and the tag or commit of it that people get."""

    name: str
    tag: str

    @property
    def address(self) -> str:
        """Return the address of the repository."""
        return f"https://github.com/{self.name}"

    @property
    def requirement(self) -> str:
        """Return what pip installs."""
        return f"learning-to-see @ git+{self.address}@{self.tag}"

    @property
    def colab(self) -> str:
        """Return the beginning of the address that opens a lesson in Colab: the file's name follows."""
        return f"https://colab.research.google.com/github/{self.name}/blob/{self.tag}/notebooks/"

    @property
    def binder(self) -> str:
        """Return the address that opens the lessons on Binder."""
        return f"https://mybinder.org/v2/gh/{self.name}/{self.tag}?urlpath=lab/tree/notebooks"


def parse(url: str, tag: str) -> Published:
    """Return the repository of an address, at a tag. Raises ValueError unless both are of GitHub's form."""
    found = GITHUB.fullmatch(url.removesuffix("/").removesuffix(".git"))
    if not found or found[1].split("/")[1] in (".", "..", ".git"):
        raise ValueError(f"{url!r} isn't the address of a repository: https://github.com/YOUR_NAME/REPOSITORY.")
    if not TAG.fullmatch(tag):
        raise ValueError(
            f"{tag!r} is neither a version's tag, such as v1.0, nor a commit of 40 digits. A branch moves."
        )
    return Published(found[1], tag)


def published(root: Path = CHECKOUT) -> Published | None:
    """Return what pyproject.toml has, or None while that is empty. Raises ValueError if it is of another form."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    setting = project.get("urls", {}).get("Repository", "")
    url, _, tag = setting.partition("/tree/")
    return parse(url, tag) if setting else None


def outdated(where: Published | None, root: Path = CHECKOUT) -> dict[Path, str]:
    """Return the files that do not agree with a setting, each with the text that it should have.

    Raises ValueError where a file has lost the place for it.
    """
    paths, new = [path for pattern in CHANGED for path in sorted(root.glob(pattern))], {}
    for made in (_title, _made):  # titles first: a lesson shows those of its neighbors, and the fault is in their file
        for path in paths:
            try:
                new[path] = made(path, where)
            except (LookupError, ValueError) as error:
                raise ValueError(f"{path.name} is not as it should be: {error} No file was changed.") from error
    return {path: text for path, text in new.items() if text != path.read_text(encoding="utf-8")}


def publish(where: Published | None, root: Path = CHECKOUT) -> list[Path]:
    """Write the setting and everything that is made from it; return the files that changed.

    Raises ValueError, with every file as it was, where a file has lost the place for it.
    """
    changed = outdated(where, root)
    for path, text in changed.items():
        atomic.write(path, text)
    return list(changed)


def _title(path: Path, _: Published | None) -> str:
    """Return the title of a lesson, "" for another file."""
    return shared_cells.title(path) if path.suffix == ".ipynb" else ""


def _made(path: Path, where: Published | None) -> str:
    """Return the text that a file has to have."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        notebook = json.loads(text)
        first = shared_cells.title_cell(notebook)
        badges = [_badge("Open in Colab", COLAB, where.colab + path.name)] if where else []
        first["source"] = _with_badges("".join(first["source"]), badges).splitlines(keepends=True)
        order = sorted(path.parent.glob(LESSONS))
        shared_cells.put_into(notebook, path, order, where.requirement if where else "")
        return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if path.suffix == ".md":
        if not where:
            return _with_badges(text, [])
        last = _badge("Open lesson 10 in Colab", COLAB, f"{where.colab}10_upload_and_predict.ipynb")
        return _with_badges(text, [last, _badge("Open the course on Binder", BINDER, where.binder)])
    if path.suffix == ".cff":
        return _with_line(text, "version: ", f"repository-code: {where.address}" if where else "")
    return _with_line(text, "[project.urls]", f'Repository = "{where.address}/tree/{where.tag}"' if where else "")


def _with_line(text: str, above: str, line: str) -> str:
    """Return text with `line` below the line that begins with `above`, replacing the address that is there."""
    text = re.sub(r"(?m)^(?:Repository =|repository-code:).*\n", "", text)
    found = re.search(rf"(?m)^{re.escape(above)}.*\n", text)
    if not found:
        raise ValueError(f"No line begins with {above!r}, so there is no place for the address.")
    return text[: found.end()] + (line and f"{line}\n") + text[found.end() :]


def _badge(title: str, image: str, link: str) -> str:
    return f"[![{title}]({image})]({link})"


def _with_badges(text: str, badges: list[str]) -> str:
    """Return Markdown with these badges, and no others, before its first paragraph: below heading and quotation."""
    text = re.sub(r"(?m)^(?:\[!\[Open .*\n)+\n?", "", text)
    _, head, rest = re.split(r"\A((?:[#>].*\n|\n)*)", text, maxsplit=1)
    return head + "".join(f"{badge}\n" for badge in badges) + ("\n" if badges else "") + rest


def main(arguments: list[str]) -> int:
    """Set the repository to an address and a tag, or to none, and print the files that changed; return the exit code."""
    url, tag = [*arguments, "", ""][:2]
    try:
        if not url:
            where = published()
            raise ValueError(f"The course is published at {where.address}, {where.tag}." if where else "Not published.")
        changed = publish(None if url == "none" else parse(url, tag))
    except (ValueError, DataError) as error:
        print(f"{error}\n{USAGE}")
        return 1
    print("\n".join(str(path.relative_to(CHECKOUT)) for path in changed) or "Nothing to change.")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
