"""Choosing, dropping and pasting images in a real JupyterLab with its usual limit of 10 MB; the answers are read from the page."""

import numpy as np
import pytest
from PIL import Image

from helpers.images.encode import data_uri, encode
from tests.browser import CURRENT, expect, needs_browser, notebook, run_all, run_code

pytestmark = needs_browser

NETWORK = """import helpers
helpers.start("05")
import keras, numpy as np
network = keras.Sequential([keras.Input((4, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
weights = np.zeros((72, 1)); weights[0::3] = 4 / 24
network.set_weights([weights, np.array([-2.0])])"""
ASK = """from helpers.widgets.upload import Upload
shown = Upload(network, ["not red", "red"], [("sample.png", "sample.png")])
shown"""
PLAY = "from helpers.widgets import AugmentationPlayground\nplayground = AugmentationPlayground()\nplayground"
# An event with a file that the page makes itself, on the upload control.
EVENT = """async ([kind, address]) => {
    const transfer = new DataTransfer();
    const file = await (await fetch(address)).blob();
    transfer.items.add(new File([file], `${kind}.png`, { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    const control = document.querySelector(".lts-upload");
    if (kind === "drop") return control.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: transfer }));
    control.querySelector("button").focus();
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upload")
    for name, color in (("sample", "blue"), ("rose", "red"), ("phone", (140, 0, 0))):
        Image.new("RGB", (30, 20), color).save(folder / f"{name}.png")
    (folder / "diary.png").write_text("Dear diary")
    noise = np.random.default_rng(0).integers(0, 100, (2100, 2400, 3), dtype=np.uint8)
    noise[..., 0] += 155  # red, and hard to compress
    for number in range(3):
        Image.fromarray(noise).save(folder / f"big{number}.jpg", quality=98)
    Image.fromarray(noise).save(folder / "big.png", compress_level=0)
    assert sum(path.stat().st_size for path in folder.glob("big*.*")) > 25 * 2**20
    return folder


@pytest.fixture(scope="module")
def page(folder):
    with notebook(folder, [NETWORK, ASK, PLAY], size=(1200, 1400), run=False) as page:
        # As in JupyterLab 4.3:
        page.evaluate(f"{CURRENT}.sessionContext.session.kernel.commsOverSubshells = 'disabled'")
        run_all(page, timeout=180)
        page.wait_for_selector(".lts-upload")
        yield page


def choose(page, *paths, button="Choose images"):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(paths)


def answers(page, *names):
    """Waits until the cards are those of these files; returns their words."""
    page.wait_for_function(
        """(names) => {
            const cards = [...document.querySelector(".lts-answers").querySelectorAll("[role=listitem]")];
            return cards.length === names.length && names.every((name, at) => cards[at].textContent.includes(name));
        }""",
        arg=names,
        timeout=90_000,
    )
    return [card.inner_text() for card in page.locator(".lts-answers [role=listitem]").all()]


def test_chosen_images_take_the_place_of_the_samples(page, folder):
    (sample,) = answers(page, "sample.png")
    assert "not red" in sample
    rose, diary, phone = (folder / name for name in ("rose.png", "diary.png", "phone.png"))
    choose(page, rose, diary, phone)
    red, text, unsure = answers(page, "rose.png", "diary.png", "phone.png")
    assert "0.88" in red
    assert '"diary.png" is text, not an image.' in text
    assert "unsure" in unsure
    assert "unsure" not in red
    for alt in ("rose.png as given", "rose.png as the network sees it"):
        assert page.get_by_alt_text(alt).evaluate("(image) => image.complete && image.naturalWidth > 0")


def test_25_mb_in_all_are_answered_and_so_is_a_small_image_afterwards(page, folder):
    choose(page, *(folder / f"big{number}.jpg" for number in range(3)), folder / "big.png")
    texts = answers(page, "big0.jpg", "big1.jpg", "big2.jpg", "big.png")
    assert all("red" in text and "unsure" not in text for text in texts)
    choose(page, folder / "sample.png")
    answers(page, "sample.png")


def test_the_same_file_chosen_twice_is_asked_twice(page, folder):
    choose(page, folder / "rose.png")
    (before,) = answers(page, "rose.png")
    run_code(page, "network.set_weights([-weights, np.array([2.0])])")
    page.evaluate("document.querySelector('.lts-answers [role=listitem]').remove()")
    choose(page, folder / "rose.png")
    (after,) = answers(page, "rose.png")
    run_code(page, "network.set_weights([weights, np.array([-2.0])])")
    assert before.index("red") != after.index("red")
    assert after.index("not red") < before.index("not red")


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_an_image_is_dropped_and_pasted(page, kind):
    address = data_uri(encode(Image.new("RGB", (9, 9), "red")))
    page.evaluate(EVENT, [kind, address])
    (text,) = answers(page, f"{kind}.png")
    assert "1.00" in text or "0.88" in text


def test_a_network_that_fails_takes_its_old_answers_away(page, folder):
    choose(page, folder / "rose.png")
    answers(page, "rose.png")
    run_code(page, "network.set_weights([weights * np.nan, np.array([-2.0])])")
    choose(page, folder / "rose.png", folder / "phone.png")
    page.get_by_text("The network's answer is not a number").wait_for()
    expect(page.locator(".lts-answers [role=listitem]")).to_have_count(0)
    run_code(page, "network.set_weights([weights, np.array([-2.0])])")
    choose(page, folder / "phone.png")
    answers(page, "phone.png")


def test_an_upload_waits_for_a_busy_kernel_and_says_why(page, folder):
    page.evaluate("""() => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const code = "import os, time\\nwhile not os.path.exists('go'): time.sleep(0.05)";
        kernel.requestExecute({ code, store_history: false });
    }""")
    choose(page, folder / "rose.png")
    page.get_by_text("It goes on when the running cell is done").wait_for()
    (folder / "go").touch()
    answers(page, "rose.png")
    expect(page.get_by_text("It goes on when the running cell is done")).to_have_count(0)


def test_a_widget_made_of_others_has_the_same_control(page, folder):
    choose(page, folder / "rose.png", button="Choose an image")
    page.get_by_text("Your image is the first in the row.").wait_for()
    assert run_code(page, "print(playground._image[0, 0])").strip() == "[255   0   0]"


def test_after_a_restart_of_the_kernel_something_is_said(page, folder):
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.locator(".lts-asleep:visible", has_text="Run the cells above and this one to wake it.").first.wait_for()
    assert page.get_by_role("button", name="Choose images").evaluate("(node) => node.closest('[inert]') !== null")
