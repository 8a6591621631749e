"""Downhill, gradient descent on one weight: in Python, and in a headless browser without a kernel."""

import numpy as np
import pytest
import traitlets

from helpers.widgets import Downhill
from tests.browser import blank_page, needs_browser

X, Y = [1.0, 2.0, 0.5], [1.5, 1.0, 1.0]


def test_loss_and_gradient_are_those_of_the_mean_squared_error():
    widget = Downhill(X, Y)
    for weight in (-1.0, 0.0, 0.7):
        assert widget.loss(weight) == pytest.approx(np.mean((weight * np.array(X) - Y) ** 2))
        slope = (widget.loss(weight + 1e-5) - widget.loss(weight - 1e-5)) / 2e-5
        assert widget.gradient(weight) == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [([1, 2], [1], "2 inputs and 1 targets"), ([0, 0], [1, 2], "all 0"), ([], [], "all 0"), ([np.nan], [1], "finite")],
)
def test_data_without_a_slope_are_refused(inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        Downhill(inputs, targets)


@pytest.mark.parametrize("state", [{"path": []}, {"path": [float("nan")]}, {"path": [0.0] * 202}, {"rate": 5.0}])
def test_what_the_browser_may_not_send_is_refused(state):
    widget = Downhill(X, Y)
    before = {name: getattr(widget, name) for name in state}
    (name, value), *_ = state.items()
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)
    assert {name: getattr(widget, name) for name in state} == before


@pytest.fixture
def page():
    with blank_page() as page:
        yield page


def shown(page) -> dict[str, str]:
    rows = page.get_by_role("group", name="Downhill").locator("tr").all()
    return {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows}


@needs_browser
def test_steps_in_the_browser_are_pythons_and_say_their_sum(page):
    widget = Downhill(X, Y, rate=0.1)
    page.set_content(widget.fallback()["text/html"])
    said = page.get_by_role("status")
    assert "uphill is to the left" in said.inner_text()
    page.get_by_role("button", name="Step", exact=True).press("Enter")
    before, weight = 0.0, -0.1 * widget.gradient(0)
    assert shown(page)["weight"] == f"{weight:.3f}"
    assert shown(page)["loss"] == f"{widget.loss(weight):.3f}"
    gradient = f"(−{abs(widget.gradient(before)):.3f})"
    assert said.inner_text().startswith(f"Step 1: 0.000 − 0.10 · {gradient} = {weight:.3f}. Loss")
    page.get_by_role("button", name="10 steps").click()
    for _ in range(10):
        weight -= 0.1 * widget.gradient(weight)
    assert shown(page)["weight"] == f"{weight:.3f}"
    assert shown(page)["step"] == "11"
    page.get_by_role("button", name="Start again").click()
    assert shown(page)["step"] == "0"


@needs_browser
def test_too_large_a_rate_goes_past_the_bottom_then_higher_then_out_of_the_plot(page):
    page.set_content(Downhill([1.0], [1.0]).fallback()["text/html"])
    rate, step = page.get_by_role("slider", name="learning rate"), page.get_by_role("button", name="Step", exact=True)
    said = page.get_by_role("status")
    rate.fill("0.8")
    step.click()
    assert "went past the bottom" in said.inner_text()
    page.get_by_role("button", name="Start again").click()
    rate.fill("1.2")
    step.click()
    assert "Higher than before" in said.inner_text()
    for _ in range(3):
        step.click()
    assert "jumped out of the plot" in said.inner_text()
    for _ in range(6):
        page.get_by_role("button", name="10 steps").click(force=True)
        if step.is_disabled():
            break
    assert step.is_disabled()
    page.get_by_role("button", name="Start again").click()
    assert step.is_enabled()


@needs_browser
def test_keys_move_the_rate_and_stay_in_the_widget(page):
    page.set_content(Downhill(X, Y).fallback()["text/html"])
    page.evaluate("window.heard = 0; document.addEventListener('keydown', () => heard++)")
    rate = page.get_by_role("slider", name="learning rate")
    rate.press("ArrowRight")
    assert shown(page)["learning rate"] == "0.11"
    assert page.evaluate("heard") == 0
