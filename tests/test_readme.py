"""What README says is so: its table of results, the minutes of the lessons, its files and commands."""

import re

import pytest
import yaml

from helpers.results import RECIPES
from tests.conftest import ROOT
from tools import lesson_costs, notebooks, readme, shared_cells

PAGES = ("README.md", "CONTRIBUTING.md", "docs/teaching.md", "docs/hosting.md", "docs/results.md")
TEXT = readme.README.read_text(encoding="utf-8")


def test_the_tables_are_those_of_what_was_measured():
    for file, text in readme.pages().items():
        assert file.read_text(encoding="utf-8") == text, "python -m tools.readme"
    assert set(readme.TITLES) == {*RECIPES, "head_by_images", "scratch_by_images"}


def test_a_cell_of_the_table_has_both_ends_and_the_number_of_seeds():
    entry = {
        "test_accuracy": {"min": 0.9, "max": 0.95},
        "validation_accuracy": {"min": 0.1, "max": 0.2},
        "seeds": {"1": {}, "2": {}},
    }
    assert readme.cell(entry) == ".900–.950 (2)"
    assert readme.cell({"validation_accuracy": {"min": 0.5, "max": 0.5}, "seeds": {"1": {}}}) == ".500 (1)"
    assert readme.cell({}) == "not measured"


def test_marks_that_are_missing_are_said():
    with pytest.raises(ValueError, match="The page has no <!-- from costs.json"):
        readme.with_table("no marks", "| a table |", "costs.json")


def test_every_lesson_is_in_the_table_with_its_title_and_its_minutes():
    for path in notebooks.lessons():
        first = shared_cells.title_cell(notebooks.read(path)).source
        title = re.match(r"# \d\d · (.+)", first)[1]
        minutes = re.search(r"About (\d+) minutes", first)[1]
        question = re.search(r"^> (.+(?:\n> .+)*)", first, re.MULTILINE)[1].replace("\n> ", " ")
        assert f"| {path.name[:2]} | [{title}](notebooks/{path.name}) | {question} | {minutes} |" in TEXT


COMPUTING = {
    "a few seconds": (0, 0.5),
    "less than one of them": (0, 1),
    "one or two of them": (1, 2),
    "two to four of them": (2, 4),
    "two to five of them": (2, 5),
    "three to six of them": (3, 6),
    "about ten of them": (9, 11),
    "five to twenty of them": (5, 20),
    "ten to twenty of them": (10, 20),
}


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.name[:2])
def test_the_computing_minutes_that_a_lesson_states_were_measured(path):
    cost = lesson_costs.load().get(path.name[:2])
    if cost is None:
        pytest.skip("not measured since it was rewritten")
    first = shared_cells.title_cell(notebooks.read(path)).source
    said = re.search(r"the computer itself needs ([\w\s]+?)(?:\.|,|;)", first)[1].replace("\n", " ")
    shortest, longest = COMPUTING[said]
    minutes = cost["cpu"] / 60
    assert longest >= 0.9 * minutes / 2, "not even two cores that never wait are so fast"
    assert 0.9 * shortest <= minutes, "even one core is faster"


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_leads_to_is_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for command in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE):
        assert command in targets, command


def test_the_settings_for_a_cluster_fit_the_table_of_memory():
    text = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    used = [float(most) for most in re.findall(r"^\| \d\d \| \d+ \| \d+ \| ([\d.]+) \|$", text, re.MULTILINE)]
    assert len(used) == len(lesson_costs.load())
    assert max(used) <= notebooks.MOST_GB
    values = yaml.safe_load((ROOT / "docs" / "values.yaml").read_text(encoding="utf-8"))
    student = values["singleuser"]
    assert float(student["memory"]["limit"].removesuffix("G")) >= max(used) * 4 / 3  # as hosting.md reckons
    assert (
        float(student["memory"]["guarantee"].removesuffix("G")) >= sorted(used)[len(used) // 2]
    )  # what half of the lessons need
    assert student["extraEnv"]["COURSE_HOME"].startswith(student["storage"]["homeMountPath"])  # kept between two days
    (copied,) = (one for one in student["lifecycleHooks"]["postStart"]["exec"]["command"] if one.startswith("cp "))
    source, target = copied.split()[2:4]
    assert f"--target-repo-dir={source.removesuffix('/notebooks')} " in text  # where the image has the course
    assert target.startswith(student["storage"]["homeMountPath"])


def test_the_table_of_machines_is_what_the_rules_above_it_give():
    text = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    limits = [float(limit) for limit in re.findall(r"lessons \d\d to \d\d (?:need a limit|one) of ([\d.]+) GB", text)]
    used = {number: cost["gb"] for number, cost in lesson_costs.load().items()}
    for limit, lessons in zip(limits, (range(1, 6), range(6, 11)), strict=True):
        most = max(used.get(f"{number:02}", 0) for number in lessons)
        assert most * 4 / 3 - 0.05 <= limit <= most * 1.6, (limit, most)
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [int(students) for students, *_ in rows] == [5, 10, 20, 40]
    for row in rows:
        students, small, large, cores, disk = map(int, row)
        assert [small, large] == [round(students * limit + 1) for limit in limits]
        assert (cores, disk) == (max(4, students // 2), 3 * students + 10)
