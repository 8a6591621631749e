"""Lesson 10 with its other choices: the cells are the same, only one word differs."""

import nbformat
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
    """Only the cells that choose and train, twice, without the network that ships; what the first defined is gone."""
    notebook = to_the_training()
    ships = 'shipped_weights.load(choice, "upload_small")'
    assert ships in notebook.cells[-1].source
    notebook.cells[-1].source = notebook.cells[-1].source.replace(ships, "None")
    second = [nbformat.v4.new_code_cell(cell.source) for cell in notebook.cells]
    notebook.cells += [nbformat.v4.new_code_cell("%reset -f"), *second]
    done = notebooks.run(notebook, course_home, timeout=180)
    assert done.cells[-1].outputs[0].text == "Loaded from your last visit, trained for 2 of 2 epochs.\n"


def stored(cell_id: str) -> str:
    """What a reader sees under a cell of the stored lesson, as text."""
    [cell] = [cell for cell in notebooks.read(LESSON).cells if cell.id == cell_id]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def test_the_stored_attack_turns_answers_and_the_same_size_at_random_hardly_any():
    rows = [[float(part) for part in line.split()[3:]] for line in stored("fgsm-often").splitlines()[1:]]
    untouched, largest = rows[0], rows[-1]
    assert untouched[0] == untouched[1], "with 0 nothing is changed"
    assert all(abs(noisy - untouched[0]) <= 0.05 for noisy, _ in rows[:3]), "1 or 2 of 255"
    assert all(untouched[0] - noisy < (untouched[0] - turned) / 4 for noisy, turned in rows[2:]), (
        "every other size, too"
    )
    assert largest[1] < min(0.5, largest[0] - 0.2)


def test_the_stored_pages_are_read_right_or_get_a_sentence():
    assert all(f"read as {digit}" in stored("prepare").split("prepared:")[n] for n, digit in ((1, 7), (2, 2), (3, 4)))
    pen, chalk, shadow, two, nothing = stored("own-digit").splitlines()
    assert pen.startswith("pen.png: 7, ")
    assert chalk.startswith("chalk.png: 2, ")
    assert shadow.startswith("shadow.png: 4, ")
    assert "more than one digit" in two
    assert nothing == '"nothing.png" has nothing on it that could be a digit.'
