"""Point badges and links at a fork: `make repository URL=https://github.com/you/your-fork`.

The address is `[project.urls]` in pyproject.toml; this replaces it there and in everything that links to it.
"""

import re
import sys
import tomllib
from pathlib import Path

from data_scripts.paths import CHECKOUT

LINKING = ("pyproject.toml", "*.md", "CITATION.cff", "docs/*.md", "docs/*.yaml", "notebooks/*.ipynb")
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def address(root: Path = CHECKOUT) -> str:
    """Return the repository's address, from pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def point_to(url: str, root: Path = CHECKOUT) -> list[Path]:
    """Replace the present address by `url` in every link; return the files that changed.

    Raises ValueError if `url` is not the address of a repository on GitHub, which is what Colab and Binder open.
    """
    wanted = GITHUB.fullmatch(url)
    if not wanted:
        raise ValueError(f"{url!r} is not the address of a repository, such as https://github.com/you/your-fork.")
    # Links to GitHub, to Colab (…/github/…) and to Binder (…/gh/…), and nothing else.
    present = re.escape(address(root).removeprefix("https://github.com/"))
    link = re.compile(rf"((?:github\.com|/github|/gh)/){present}(?![\w-])")
    changed = []
    for path in (path for pattern in LINKING for path in sorted(root.glob(pattern))):
        before = path.read_text(encoding="utf-8")
        after = link.sub(rf"\g<1>{wanted[1]}", before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    try:
        print("\n".join(str(path.relative_to(CHECKOUT)) for path in point_to(sys.argv[1])) or "Nothing to change.")
    except ValueError as error:
        sys.exit(f"{error}\nNow: {address()}. Another one: make repository URL=https://github.com/you/your-fork")
