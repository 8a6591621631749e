"""What a lesson costs at the full budget: seconds, processor seconds and memory, as `make notebooks` measured them.

`docs/lesson_costs.json` keeps the numbers of the run whose outputs are stored; docs/hosting.md shows them as a table, and a test
compares them with the minutes that each lesson states.
"""

import json
from collections.abc import Iterable

from data_scripts import atomic
from data_scripts.paths import CHECKOUT
from tools.meter import Meter

COSTS = CHECKOUT / "docs" / "lesson_costs.json"
HEAD = ["| lesson | seconds on two cores | processor seconds | most memory, GB |", "|---|---|---|---|"]


def load() -> dict[str, dict[str, float]]:
    """Return the costs by lesson: {"01": {"seconds": 53, "cpu": 56, "gb": 1.1}, …}."""
    return json.loads(COSTS.read_text("utf-8"))


def note(lesson: str, meter: Meter) -> None:
    """Write down what a run of a lesson has cost."""
    costs = load() | {lesson: {"seconds": round(meter.seconds), "cpu": round(meter.cpu), "gb": round(meter.most, 1)}}
    atomic.write(COSTS, json.dumps(dict(sorted(costs.items())), indent=1) + "\n")


def table(lessons: Iterable[str]) -> str:
    """Return the costs as a table in Markdown, a row for each of these lessons; of one that was rewritten since, no numbers."""
    costs = load()
    rows = []
    for lesson in lessons:
        cost = costs.get(lesson)
        numbers = (
            f"{cost['seconds']} | {cost['cpu']} | {cost['gb']}" if cost else "not measured since it was rewritten | |"
        )
        rows.append(f"| {lesson} | {numbers} |")
    return "\n".join([*HEAD, *rows])
