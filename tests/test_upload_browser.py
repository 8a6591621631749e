"""Choosing images in a real JupyterLab; the answers are read from the page."""

from PIL import Image

from tests.browser import chromium, lab, needs_browser, open_notebook, run_all, write_notebook

pytestmark = needs_browser

NETWORK = """import helpers
helpers.start("05")
import keras, numpy as np
network = keras.Sequential([keras.Input((4, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
weights = np.zeros((72, 1)); weights[0::3] = 4 / 24
network.set_weights([weights, np.array([-2.0])])"""
ASK = """from helpers.widgets.upload import upload_and_predict
upload_and_predict(network, ["not red", "red"], samples=["sample.png"])"""


def test_images_chosen_in_jupyterlab_are_answered_on_the_page(tmp_path):
    for name, color in (("sample", "blue"), ("rose", "red"), ("phone", (140, 0, 0))):
        Image.new("RGB", (30, 20), color).save(tmp_path / f"{name}.png")
    (tmp_path / "diary.png").write_text("Dear diary")
    write_notebook(tmp_path / "upload.ipynb", [NETWORK, ASK])
    with chromium() as browser, lab(tmp_path) as server:
        page = browser.new_page()
        open_notebook(page, server, "upload.ipynb")
        run_all(page, timeout=120)
        answers = page.locator(".jp-OutputArea-output [role=status]")
        assert "sample.png" in answers.inner_text()
        assert "not red, probability 0.88" in answers.inner_text()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose images").click()
        chooser.value.set_files([tmp_path / name for name in ("rose.png", "diary.png", "phone.png")])
        page.wait_for_function("document.querySelector('[role=status]').textContent.includes('rose.png')")
        text = answers.inner_text()
        assert "red, probability 0.88" in text
        assert "sample.png" not in text
        assert '"diary.png" is text, not an image.' in text
        assert text.count("unsure") == 1
        for alt in ("rose.png as given", "rose.png as the network sees it"):
            assert page.get_by_alt_text(alt).evaluate("(image) => image.complete && image.naturalWidth > 0")
