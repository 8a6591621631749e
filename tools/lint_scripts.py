"""Check the widgets' scripts: `python -m tools.lint_scripts`. Needs Node; without it only the names are checked.

A widget's script is several files joined to one, so a name at the outermost level may be declared in one file only.
Every joined script has to be a module that Node can parse.
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT

WIDGETS = CHECKOUT / "helpers" / "widgets"
DECLARATION = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|const|let|var|class) (\w+|\{[^}]*\}|\[[^\]]*\])", re.MULTILINE
)
COMMON = "static/common.js"  # which `script` puts in front of each
ENTRY = "render"  # every widget's own file has one, and no two of them are joined


def joined_scripts(folder: Path = WIDGETS) -> Iterator[tuple[str, str]]:
    """Yield the name of each Python file that calls `script("…js", …)`, and the script that the call makes."""
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "script":
                names = [str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)]
                if len(names) == len(node.args):
                    parts = [(folder / name).read_text(encoding="utf-8") for name in (COMMON, *names)]
                    yield path.name, "\n".join(parts)


def declared_twice(folder: Path = WIDGETS) -> list[str]:
    """Return a sentence for every outermost name that is declared more than once over all files."""
    places = defaultdict(list)
    for path in sorted(folder.rglob("*.js")):
        for declared in DECLARATION.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r"\w+", declared):
                places[name].append(path.name)
    return [
        f"{name} is declared in {' and '.join(files)}"
        for name, files in places.items()
        if len(files) > 1 and (name != ENTRY or len(set(files)) < len(files))
    ]


def syntax_errors(node: str, scripts: Iterator[tuple[str, str]]) -> list[str]:
    """Return what Node says against each (name, script) that it cannot parse as a module."""
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in scripts:
            file = Path(folder) / f"{name}.mjs"
            file.write_text(text, encoding="utf-8")
            result = subprocess.run([node, "--check", file], capture_output=True, text=True, check=False)
            if result.returncode:
                errors.append(f"the script of {name}: {result.stderr.strip()}")
    return errors


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    errors = declared_twice()
    node = shutil.which("node")
    if node:
        errors += syntax_errors(node, joined_scripts())
    else:
        print("Node is not installed: the scripts' syntax is not checked.")
    for error in errors:
        print(error)
    return int(bool(errors))


if __name__ == "__main__":
    sys.exit(exit_code(main))
