"""The live camera in a real JupyterLab, with the camera that Chromium makes up."""

from tests.browser import CURRENT, FAKE_CAMERA, expect, needs_browser, page_of, run_code
from tests.test_collector_browser import COUNT_TRACKS, LIVE

pytestmark = needs_browser

CELLS = [
    """import helpers
helpers.start("12")
import keras, numpy as np
from helpers.widgets import LiveCamera
parts = [keras.Input((32, 32, 3)), keras.layers.Conv2D(2, 3, name="look"), keras.layers.GlobalAveragePooling2D()]
network = keras.Sequential([*parts, keras.layers.Dense(2, "softmax")])""",
    """live = LiveCamera(network, ["rock", "paper"], lambda images: np.array([False]))
live""",
    *["# %% [markdown]\n" + "a line\n\n" * 60] * 2,
]
RATE = r"[1-9]\d* images per second"
page = page_of(CELLS, *FAKE_CAMERA, script=COUNT_TRACKS, shown=".lts-live")


def answers(page):
    return int(run_code(page, "print(live.answers)"))


def matches(page, pattern):
    page.wait_for_function(
        "(pattern) => new RegExp(pattern).test(document.querySelector('.lts-live').innerText)", arg=pattern
    )


def test_bars_follow_the_camera_until_it_is_turned_off(page):
    page.get_by_role("button", name="Turn the camera on").click()
    matches(page, RATE)
    matches(page, r"rock\s+[01]\.\d\d")
    matches(page, "Nothing fits")
    before = answers(page)
    page.wait_for_timeout(500)
    assert answers(page) > before
    page.get_by_role("button", name="Turn the camera off").click()
    page.wait_for_function(f"{LIVE} === 0")
    matches(page, r"rock\s+–")
    before = answers(page)
    page.wait_for_timeout(500)
    assert answers(page) <= before + 1


def turn_on(page):
    button = page.get_by_role("button", name="Turn the camera on")
    if button.count():
        button.click()
    page.wait_for_function(f"{LIVE} === 1")


def test_where_it_looked_is_laid_over_the_picture(page):
    turn_on(page)
    expect(page.locator(".lts-heat")).to_be_hidden()
    page.get_by_label("where it looked").check()
    page.wait_for_function(
        "!document.querySelector('.lts-heat').hidden && document.querySelector('.lts-heat').naturalWidth === 8"
    )
    page.get_by_label("where it looked").uncheck()
    page.wait_for_function("document.querySelector('.lts-heat').hidden")


def test_it_pauses_out_of_view_and_goes_on_by_itself(page):
    turn_on(page)
    page.evaluate(f"{CURRENT}.content.scrollToItem(3, 'start')")
    page.wait_for_function(f"{LIVE} === 0")
    page.evaluate(f"{CURRENT}.content.scrollToItem(0, 'start')")
    page.wait_for_function(f"{LIVE} === 1")
    matches(page, RATE)


def test_a_network_that_fails_stops_it_with_a_sentence(page):
    turn_on(page)
    run_code(page, "live._network = lambda images: 1 / 0")
    matches(page, "ZeroDivisionError")
    page.wait_for_function(f"{LIVE} === 0")
