"""Where the course lives on the web: `make repository URL=https://github.com/you/your-fork`.

The address stands in `[project.urls]` of pyproject.toml, and from there in everything that leads to it: the badges and the
set-up cells of the lessons, README, citation and docs. This points all of them at another repository.
"""

import re
import sys
import tomllib
from pathlib import Path

from data_scripts.paths import CHECKOUT

NAMES_IT = (
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "CITATION.cff",
    "docs/*.md",
    "docs/*.yaml",
    "notebooks/*.ipynb",
)
ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def address(root: Path = CHECKOUT) -> str:
    """The repository's address, as pyproject.toml has it."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def point_to(url: str, root: Path = CHECKOUT) -> list[Path]:
    """Puts `url` in place of the present address everywhere, and returns the files that changed.

    ValueError if it is not the address of a repository on GitHub: Colab and Binder open those.
    """
    wanted = ON_GITHUB.fullmatch(url)
    if not wanted:
        raise ValueError(f"{url!r} is not the address of a repository, such as https://github.com/you/your-fork.")
    present = ON_GITHUB.fullmatch(address(root))[1]
    # In addresses of repositories (github.com/…), of Colab (…/github/…) and of Binder (…/gh/…), and nowhere else.
    link = re.compile(rf"((?:github\.com|/github|/gh)/){re.escape(present)}(?![\w-])")
    changed = []
    for path in sorted(path for pattern in NAMES_IT for path in root.glob(pattern)):
        before = path.read_text(encoding="utf-8")
        after = link.sub(rf"\g<1>{wanted[1]}", before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def main(words: list[str] | None = None) -> int:
    words = sys.argv[1:] if words is None else words
    try:
        [url] = [word for word in words if word]
        changed = point_to(url)
    except ValueError as error:
        print(f"{error}\nNow: {address()}. Another one: make repository URL=https://github.com/you/your-fork")
        return 1
    print("\n".join(str(path.relative_to(CHECKOUT)) for path in changed) or "Nothing to change.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
