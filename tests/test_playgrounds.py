"""The ReLU and softmax playgrounds, in Python and in a headless browser (without a kernel)."""

import numpy as np
import pytest
import traitlets

from helpers.widgets import ReluPlayground, SoftmaxPlayground
from tests.browser import blank_page, needs_browser
from tests.test_widgets import Tables

NAMES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def test_relu_outputs_follow_the_inputs():
    playground = ReluPlayground([-2, 0, 3.5])
    assert playground.outputs == [0, 0, 3.5]
    playground.set_state({"inputs": [1, -1, -0.1]})  # as the browser does
    assert playground.outputs == [1, 0, 0]
    assert playground.fallback()["text/plain"].endswith("1.0 becomes 1.0, -1.0 becomes 0.0, -0.1 becomes 0.0.")


def test_softmax_probabilities_follow_the_scores_and_sum_to_1():
    playground = SoftmaxPlayground([0, np.log(2), np.log(5)])
    np.testing.assert_allclose(playground.probabilities, [1 / 8, 2 / 8, 5 / 8])
    playground.set_state({"scores": [10, -10, -10]})
    assert playground.largest == 0
    assert sum(playground.probabilities) == pytest.approx(1)


def test_index_4_is_a_coat_and_5_a_sandal():
    playground = SoftmaxPlayground(labels=NAMES)
    assert "index 4 Coat" in playground.fallback()["text/plain"]
    playground.scores = [*playground.scores[:5], 6, *playground.scores[6:]]
    assert "index 5 Sandal" in playground.fallback()["text/plain"]


def test_labels_are_text_not_html():
    page = SoftmaxPlayground([1, 2], labels=["</script><b>", "&"]).fallback()["text/html"]
    assert Tables(page).cells[0] == "0 </script><b>"
    assert page.count("</script>") == 1


@pytest.mark.parametrize("scores", [[1], [11, 0], [0] * 21])
def test_scores_out_of_reach_are_refused(scores):
    with pytest.raises(traitlets.TraitError):
        SoftmaxPlayground(scores)


def test_every_score_needs_its_label():
    with pytest.raises(ValueError, match="2 labels for 3 scores"):
        SoftmaxPlayground([1, 2, 3], labels=["a", "b"])


@pytest.mark.parametrize(("make", "name"), [(ReluPlayground, "inputs"), (SoftmaxPlayground, "scores")])
def test_a_playground_keeps_its_number_of_rows(make, name):
    playground = make([1, 2, 3])
    setattr(playground, name, [3, 2, 1])
    with pytest.raises(ValueError, match=f"This playground has 3 {name}, not 2"):
        setattr(playground, name, [1, 2])
    assert getattr(playground, name) == [3, 2, 1]


# ---- in the browser ----


@pytest.fixture
def page():
    with blank_page() as page:
        yield page


@needs_browser
def test_relu_lives_on_a_page_without_a_kernel(page):
    page.set_content(ReluPlayground([-3, 1]).fallback()["text/html"])
    rows = page.get_by_role("group", name="ReLU playground").get_by_role("row")
    slider = page.get_by_role("slider", name="input 1")
    assert "max(0, −3.0) =" in rows.nth(1).inner_text()
    assert rows.nth(1).get_by_role("cell").last.inner_text() == "0.0"
    slider.press("ArrowRight")
    assert slider.input_value() == "-2.9"
    assert "max(0, −2.9) =" in rows.nth(1).inner_text()
    slider.fill("2.5")
    assert rows.nth(1).get_by_role("cell").last.inner_text() == "2.5"
    assert page.get_by_role("status").inner_text().startswith("0 of 2 outputs are 0")


@needs_browser
def test_a_point_of_relu_can_be_dragged(page):
    page.set_content(ReluPlayground([-1, 4]).fallback()["text/html"])
    box = page.locator(".lts-point").first.locator("circle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)  # two units
    page.mouse.up()
    page.mouse.move(x - 52, y)  # still on it, but let go: nothing more
    assert float(page.get_by_role("slider", name="input 1").input_value()) == pytest.approx(-3, abs=0.1)


@needs_browser
def test_the_browsers_softmax_is_pythons(page):
    playground = SoftmaxPlayground([1, 2.5, -3], labels=["coat", "sandal", "bag"])
    page.set_content(playground.fallback()["text/html"])
    rows = page.locator("tbody tr")
    for score in (2.5, -4):
        page.get_by_role("slider", name="score 1 sandal").fill(str(score))
        playground.scores = [1, score, -3]
        shown = [row.get_by_role("cell").last.inner_text() for row in rows.all()]
        assert shown == [f"{share:.3f}" for share in playground.probabilities]
        assert rows.nth(playground.largest).get_attribute("class") == "lts-largest"
    assert page.get_by_role("status").inner_text() == "The largest is index 0, coat: 2.72 ÷ 2.79 = 0.976."


@needs_browser
def test_a_tiny_probability_is_not_0_and_a_button_that_is_off_says_why(page):
    playground = SoftmaxPlayground([6, -6])
    assert "< 0.001" in Tables(playground.fallback()["text/html"]).cells
    page.set_content(playground.fallback()["text/html"])
    assert page.locator("tbody tr").nth(1).get_by_role("cell").last.inner_text() == "< 0.001"
    assert page.get_by_text("“Double all” would take a score beyond 10.").is_visible()
    assert page.locator("thead sup").inner_text() == "score"
    page.get_by_role("slider", name="score 0").fill("1")
    page.get_by_role("slider", name="score 1").fill("-1")
    assert page.get_by_text("would take").count() == 0


@needs_browser
def test_adding_1_changes_no_probability_and_doubling_does(page):
    page.set_content(SoftmaxPlayground([1, 2]).fallback()["text/html"])
    shown = lambda: [row.get_by_role("cell").last.inner_text() for row in page.locator("tbody tr").all()]  # noqa: E731
    assert shown() == ["0.269", "0.731"]
    page.get_by_role("button", name="Add 1 to all").click()
    assert page.get_by_role("slider", name="score 0").input_value() == "2"
    assert shown() == ["0.269", "0.731"]
    page.get_by_role("button", name="Double all").click()
    assert shown() == ["0.119", "0.881"]
    assert page.get_by_role("button", name="Double all").is_disabled()  # 12 would be off the slider
    page.get_by_role("button", name="Start again").click()
    assert shown() == ["0.269", "0.731"]


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (lambda: ReluPlayground([1.0, 2.0]), {"inputs": [1.0]}),
        (lambda: SoftmaxPlayground([1.0, 2.0], ["a", "b"]), {"scores": [1.0, 2.0, 3.0]}),
        (lambda: SoftmaxPlayground([1.0, 2.0], ["a", "b"]), {"labels": ["a"]}),
    ],
)
def test_what_the_browser_may_not_send_is_taken_back(make, state):
    playground = make()
    before = {name: getattr(playground, name) for name in state}
    with pytest.raises(ValueError, match="Make a new one"):
        playground.set_state(state)
    assert {name: getattr(playground, name) for name in state} == before
    assert playground.fallback()["text/plain"]
