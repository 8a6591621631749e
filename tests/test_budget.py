"""What a run may cost."""

import pytest

from helpers import budget


def test_the_full_budget_is_the_default_and_takes_what_the_lesson_says(monkeypatch):
    monkeypatch.delenv("COURSE_BUDGET")
    assert (budget.name(), budget.epochs(15), budget.images(2000)) == ("full", 15, 2000)
    assert budget.first((5, 50, 512)) == [5, 50, 512]


def test_the_quick_budget_takes_less_and_never_more():
    assert budget.is_quick()
    assert (budget.epochs(15), budget.epochs(15, quick=3), budget.epochs(2, quick=3)) == (1, 3, 2)
    assert (budget.images(2000), budget.images(100)) == (512, 100)
    assert (budget.first((5, 50, 512)), budget.first((5, 50, 512), quick=2)) == ([5], [5, 50])


def test_under_nbgrader_the_budget_is_quick(monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "full")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert budget.is_quick()


def test_another_budget_is_refused_with_what_it_can_be(monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "huge")
    with pytest.raises(ValueError, match="'quick' or 'full'"):
        budget.epochs(3)
