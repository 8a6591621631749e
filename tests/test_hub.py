"""A class of four at a real JupyterHub: the lesson fetched, run, answered, handed in and graded, and a hub that breaks down."""

import pytest

from tests.hub.hub import why_not
from tests.hub.rehearsal import deserved, rehearse
from tests.nbgrader_commands import HAS_NBGRADER
from tools import notebooks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(why_not()) or not HAS_NBGRADER, reason=why_not() or "nbgrader is missing"),
]


def test_a_class_of_four_works_hands_in_and_is_graded_though_hub_and_proxy_break_down(tmp_path):
    report = rehearse(tmp_path, 4, "03", restart=True)
    assert report.failures == []
    (path,) = [path for path in notebooks.lessons() if path.name.startswith("03")]
    assert report.points == {f"student-{number}": deserved(path) for number in range(1, 5)}
    assert all(steps.keys() >= {"ready", "whole lesson"} for steps in report.seconds.values())
