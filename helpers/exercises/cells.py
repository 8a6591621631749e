"""Which cell defined an answer last, and what has gone wrong with that cell since.

`check` gets an object. If its cell has failed since, the object is older than what is on the screen, and judging it would
mislead. IPython tells of every cell that runs; a plain script has no cells, and then nothing is said.
"""

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.exercises.checking import explained

NO_DEFINITION = "|".join(word for word in [*keyword.kwlist, "print"] if word not in ("def", "class", "async"))


@dataclass
class Definition:
    """The run of a cell that defined a name: its number in brackets, and the front end's id of the cell, if it has one."""

    number: int | None
    cell: str | None


class CellLog:
    """Follows which cell defined each of some names last; knows nothing until `follow` is called."""

    def __init__(self) -> None:
        self._shell: Any = None
        self._report: Callable = print
        self._names: set[str] = set()
        self._before: list[dict[str, Any]] = []  # the names' values before the cells that run now: %%capture nests them
        self._defined: dict[str, list[Definition]] = {}  # one for each cell, the latest last
        self._trouble: dict[str, list[str]] = {}

    def follow(self, shell: Any, names: Iterable[str], report: Callable) -> None:
        """From now on, follow the cells of an IPython shell that define these names, too; without a shell (None) none.

        `report(*sentences)` shows what is wrong where a check stops at a name that isn't defined.
        """
        if shell is not self._shell:
            self.close()
            if shell is not None:
                shell.events.register("pre_run_cell", self._begin)
                shell.events.register("post_run_cell", self._end)
        self._shell, self._report = shell, report
        self._names.update(names)

    def close(self) -> None:
        """Follow no more cells, and forget those that ran."""
        if self._shell is not None:
            self._shell.events.unregister("pre_run_cell", self._begin)
            self._shell.events.unregister("post_run_cell", self._end)
        self._shell = None
        for known in (self._names, self._before, self._defined, self._trouble):
            known.clear()

    def trouble(self, name: str, answer: Any) -> list[str]:
        """Return sentences that say why `answer` isn't what the cell of `name` says now; none if nothing is known."""
        if name not in self._trouble:
            return []
        defined_just_now = self._before and self._before[0].get(name) is not answer
        is_another = self._shell.user_ns.get(name) is not answer
        return [] if is_another or defined_just_now else self._trouble[name]

    def elsewhere(self, name: str, answer: Any) -> list[str]:
        """Return a sentence that says which of several cells defined `answer`; none if there is only one."""
        cells = self._defined.get(name, [])
        if len(cells) < 2 or self._shell.user_ns.get(name) is not answer:
            return []
        return [
            f"This is about the `{name}` of cell [{cells[-1].number}], which ran last; cell [{cells[-2].number}] "
            "defines one, too."
        ]

    def _begin(self, _: Any) -> None:
        self._before.append({name: self._shell.user_ns.get(name) for name in self._names})

    def _end(self, result: Any) -> None:
        before = self._before.pop() if self._before else {}
        source, cell = result.info.raw_cell or "", getattr(result.info, "cell_id", None)
        error = result.error_before_exec or result.error_in_exec
        for name in before:
            now = self._shell.user_ns.get(name)
            tried = defines(source, name, isinstance(result.error_before_exec, SyntaxError))
            known = self._defined.get(name, [])
            if now is None and before[name] is not None:
                self._trouble[name] = [f"A later cell deleted `{name}`."]
            elif now is not before[name] or (tried and not error and not source.startswith("%%")):
                same_cell = [one for one in known if cell and one.cell == cell]
                self._defined[name] = [one for one in known if cell and one not in same_cell]
                self._defined[name].append(Definition(result.execution_count, cell))
                self._trouble.pop(name, None)
            elif (tried and error) or (cell and known and known[-1].cell == cell):
                self._trouble[name] = _sentences(name, error)
        if isinstance(error, NameError) and error.name in self._names and re.search(r"\bcheck\(", source):
            usual = [
                "Run the cell that defines it, and then this one. After a restart of the kernel, run all cells above."
            ]
            self._report(f"`{error.name}` isn't defined.", *self._trouble.get(error.name, usual))


def defines(source: str, name: str, is_broken: bool = False) -> bool:
    """Return whether a cell's text defines `name` at its outermost level; of broken code also where `def` is misspelled."""
    word = rf"(?!(?:{NO_DEFINITION})\b)\w+" if is_broken else "def|class"
    return bool(
        re.search(rf"^[ ]*(?:async\s+)?(?:{word})\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)", source, re.MULTILINE)
    )


def _sentences(name: str, error: BaseException | None) -> list[str]:
    """Say what went wrong in the cell of `name`, and what to do."""
    if error is None:
        return [
            f"The cell that defined `{name}` has run again, and no longer defines it. Is the name misspelled there?"
        ]
    if isinstance(error, SyntaxError):
        line = (error.text or "").strip()
        reason = f"Python can't read line {error.lineno}" + (f", `{line}`" if line else "") + f": {error.msg}."
    else:
        reason = explained(error)
    return [f"The cell that defines `{name}` failed. {reason}", "Fix that cell and run it, then run this one again."]
