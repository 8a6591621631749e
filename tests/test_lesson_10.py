"""Lesson 10 with its other choices: the cells are the same, only one word differs."""

import pytest

from helpers.models import shipped_weights, upload_tasks
from tools import notebooks

LESSON = notebooks.lessons("10")[0]


@pytest.mark.slow
@pytest.mark.parametrize("choice", upload_tasks.TASKS[1:])
def test_every_choice_runs_through_the_whole_lesson(choice, course_home):
    notebook = notebooks.read(LESSON)
    chooses = next(cell for cell in notebook.cells if cell.id == "choose")
    assert upload_tasks.TASKS[0] in chooses.source
    chooses.source = chooses.source.replace(f'choice = "{upload_tasks.TASKS[0]}"', f'choice = "{choice}"')
    done = notebooks.tidy(notebooks.run(notebook, course_home, timeout=300))
    assert notebooks.faults(done) == []
    cells = {cell.id: "".join(output.get("text", "") for output in cell.get("outputs", [])) for cell in done.cells}
    assert cells["choose"].startswith(choice) or choice in cells["choose"]
    assert "the same answers: True  the same names: True" in cells["load"]


def to_the_training():
    """The lesson up to its training."""
    notebook = notebooks.read(LESSON)
    wanted = ("setup", "imports", "choose", "network", "train")
    notebook.cells = [cell for cell in notebook.cells if cell.id in wanted]
    return notebook


@pytest.mark.skipif(
    "horses_or_humans/upload_small" not in shipped_weights.record(), reason="python -m tools.train_shipped"
)
def test_in_the_quick_budget_the_network_came_trained(course_home):
    done = notebooks.run(to_the_training(), course_home, timeout=180)
    assert done.cells[-1].outputs[0].text.startswith("These weights came with the course: a network of ")


def test_a_second_visit_takes_the_network_of_the_first(course_home):
    """Only the cells that choose and train, twice, without the network that ships."""
    notebook = to_the_training()
    ships = 'shipped_weights.load(choice, "upload_small")'
    assert ships in notebook.cells[-1].source
    notebook.cells[-1].source = notebook.cells[-1].source.replace(ships, "None")
    notebooks.run(notebook, course_home, timeout=180)
    again = notebooks.run(notebook, course_home, timeout=180)
    assert again.cells[-1].outputs[0].text == "Taken from the last time.\n"
