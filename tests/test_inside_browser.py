"""Looking inside a network in a real JupyterLab: the browser walked by keyboard, the epochs scrubbed, own images, no kernel."""

import re

import keras
import numpy as np

from helpers.models import top_patches
from helpers.models.architectures import cats_dogs
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets import ActivationBrowser, EpochScrubber, GradCam
from tests.browser import blank_page, expect, needs_browser, page_of, run_code
from tests.tiny_networks import colored

pytestmark = needs_browser
CELLS = [
    """import keras
import numpy as np
from helpers.models import top_patches
from helpers.models.architectures import cats_dogs
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets import ActivationBrowser, EpochScrubber, GradCam
keras.utils.set_random_seed(1)
model, snapshots, names = cats_dogs(48, dropout=True), EpochSnapshots(), ["cats", "dogs"]
images = np.random.default_rng(1).random((12, 48, 48, 3), "float32")
labels = np.arange(12) % 2
weights, biases = model.layers[0].get_weights()
weights[..., 5], biases[5] = -1, -1
model.layers[0].set_weights([weights, biases])""",
    "model.fit(images, labels, epochs=3, verbose=0, callbacks=[snapshots]);",
    "patches = top_patches(model, images)\nbrowser = ActivationBrowser(model, images[0], names, patches=patches)\nbrowser",
    "scrubber = EpochScrubber(snapshots, images[0], (images, labels), names)\nscrubber",
    "looked = GradCam(model, images[:2], labels[:2], names)\nlooked",
]
page = page_of(CELLS, size=(1280, 1500), shown=".lts-cards img")


def python(page, expression: str, wanted: str) -> None:
    """Waits until the kernel has heard: `expression` prints `wanted`."""
    for _ in range(50):
        got = run_code(page, f"print({expression})").strip()
        if got == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{expression} is {got}, not {wanted}")


def test_the_browser_is_walked_by_keyboard(page):
    run_code(page, "browser.layer = browser.channel = 0")
    tiles = page.get_by_label(re.compile("^The 16 channels of conv2d"))
    line = page.locator(".lts-line").first
    tiles.press("ArrowRight")
    expect(line).to_contain_text("Channel 1 goes from")
    tiles.press("ArrowDown")
    expect(line, "the dead channel is marked").to_contain_text("Channel 5 is silent: it is 0 everywhere")
    python(page, "browser.layer, browser.channel", "0 5")
    tiles.press("PageDown")
    expect(line).to_contain_text("24 × 24 × 16")
    page.get_by_label(re.compile("^The 16 channels of max_pooling2d")).press("End")
    python(page, "browser.layer, browser.channel", "1 15")


def test_a_click_on_a_channel_shows_the_nine_patches_that_excite_it_most(page):
    run_code(page, "browser.layer, browser.channel = 0, 0")
    tiles, strip = page.get_by_label(re.compile("^The 16 channels of conv2d")), page.locator(".lts-patches")
    area = tiles.bounding_box()
    pixels = "(canvas) => Array.from(canvas.getContext('2d').getImageData(32, 32, 1, 1).data)"
    for channel in (6, 3):
        column, row = channel % 4, channel // 4
        tiles.click(position={"x": (column + 0.5) * area["width"] / 4, "y": (row + 0.5) * area["height"] / 4})
        expect(strip.locator("figcaption")).to_contain_text(f"The 9 patches that excite channel {channel} most")
        python(page, "browser.channel", str(channel))
        middle = f"[*patches['conv2d'].pixels[{channel}, 0, 1, 1].tolist(), 255]"
        python(page, middle, str(strip.locator("canvas").evaluate(pixels)))
    run_code(page, "browser.layer = 1")
    expect(strip.locator("figcaption"), "a pooling layer has those of its convolution").to_contain_text(
        "channel 3 most"
    )
    run_code(page, "browser.layer, browser.channel = 0, 5")
    expect(strip.locator("figcaption")).to_contain_text("No image excites channel 5")
    assert strip.locator("canvas").is_hidden()
    run_code(page, "browser.layer = len(browser._layers) - 1")
    page.wait_for_function("document.querySelector('.lts-patches').hidden")


def test_the_strip_is_a_group_of_radio_buttons(page):
    run_code(page, "browser.layer = 0")
    page.locator(".lts-strip input:checked").press("ArrowRight")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("max_pooling2d")
    python(page, "browser.layer", "1")
    names = page.locator(".lts-strip b").all_inner_texts()
    assert names[:4] == ["image", "conv 1", "pool 1", "conv 2"]
    assert not [name for name in names if "drop" in name], "dropout passes on what it gets"
    page.locator(".lts-strip input").last.click()
    python(page, "browser.layer", "10")
    expect(page.locator(".lts-browser figcaption").nth(2)).to_contain_text("sees the whole image")


def test_the_receptive_field_follows_the_place(page):
    run_code(page, "browser.layer, browser.channel = 4, 0")
    caption = page.locator(".lts-browser figcaption").nth(2)
    page.wait_for_function("document.querySelector('.lts-browser').textContent.includes('10 × 10 pixels')")
    large = page.locator(".lts-browser canvas").nth(1)
    large.hover(position={"x": 2, "y": 2})
    expect(caption).to_contain_text("row 0, column 0")
    large.press("ArrowDown")
    expect(caption).to_contain_text("row 1, column 0")
    marker = page.locator(".lts-browser .lts-marker").nth(2)
    style = marker.evaluate("(node) => [node.style.top, node.style.height].map(parseFloat)")
    # Row 1 after two filters with a zero in front and two pools: 10 pixels from −3 + 4 on, so the middle is at 6.
    np.testing.assert_allclose(style, [100 * 6 / 48, 100 * 10 / 48], rtol=1e-3)


def test_python_moves_what_is_shown(page):
    run_code(page, "browser.layer, browser.channel = 3, 20")
    page.wait_for_function("document.querySelector('.lts-line').textContent.includes('Channel 20')")


def test_an_own_image_is_read_by_python(page):
    red = colored("red", (300, 200), "jpeg")
    upload = page.locator('input[aria-label="Your own image"]').first
    upload.set_input_files({"name": "me.jpg", "mimeType": "image/jpeg", "buffer": red})
    page.wait_for_function("document.querySelector('.lts-upload').textContent.includes('as the network sees it')")
    python(page, "browser.image.mean(axis=(0, 1)).round(1).tolist()", "[1.0, 0.0, 0.0]")
    for _ in range(2):  # the same answer twice
        upload.set_input_files({"name": "me.txt", "mimeType": "text/plain", "buffer": b"no image"})
        page.wait_for_function("document.querySelector('.lts-upload').textContent.includes('not an image')")
        page.evaluate("document.querySelector('.lts-upload [role=status]').textContent = ''")


def test_the_epochs_are_scrubbed_and_played(page):
    run_code(page, "scrubber.step = 3")
    line = page.locator(".lts-line").nth(1)
    slider = page.get_by_label("Epoch", exact=True)
    slider.press("Home")
    expect(line).to_contain_text("Before training: the network takes this image for")
    python(page, "scrubber.step", "0")
    frame = "() => document.querySelector('.lts-maps canvas').toDataURL()"
    first = page.evaluate(frame)
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(line).to_contain_text("After epoch 2")
    assert page.evaluate(frame) != first
    marked = page.locator(".lts-epochs circle.lts-near").evaluate_all("(dots) => dots.map((dot) => dot.dataset.x)")
    assert marked == ["2"], "in the curve the epoch stands out"
    clear = "(canvas) => canvas.getContext('2d').getImageData(12, 12, 1, 1).data[3]"
    assert page.locator(".lts-maps canvas").first.evaluate(clear) == 0, "between the filters the theme is seen"
    counts = page.locator(".lts-matrix td").all_inner_texts()
    python(page, "[str(n) for row in scrubber._confusions[2] for n in row]", str(counts))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelectorAll('.lts-line')[1].textContent.startsWith('After epoch 3')")
    page.get_by_role("button", name="Play").wait_for()


def test_a_tile_that_is_pointed_at_is_large_and_a_click_keeps_it_through_the_epochs(page):
    run_code(page, "scrubber.step = 0")
    strip, large = page.locator(".lts-maps canvas").nth(1), page.locator(".lts-large")
    caption = page.locator(".lts-epochs .lts-small figcaption")
    expect(caption).to_have_text("the image, or the tile you point at")
    assert large.is_hidden()
    tile = "(canvas) => Array.from(canvas.getContext('2d').getImageData(3 * 49, 0, 48, 48).data).join()"
    whole = (
        "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).join()"
    )
    area = strip.bounding_box()
    place = {"x": 3.5 * area["width"] / 8, "y": area["height"] / 2}
    strip.hover(position=place)
    expect(caption).to_have_text("conv2d, channel 3")
    assert large.evaluate(whole) == strip.evaluate(tile)
    caption.hover()
    expect(caption).to_have_text("the image, or the tile you point at")
    strip.click(position=place)
    caption.hover()
    expect(caption).to_have_text("conv2d, channel 3")
    before = large.evaluate(whole)
    page.get_by_label("Epoch", exact=True).press("End")
    expect(page.locator(".lts-line").nth(1)).to_contain_text("After epoch 3")
    assert large.evaluate(whole) == strip.evaluate(tile) != before
    shown = page.locator(".lts-maps .lts-marker").evaluate_all("(nodes) => nodes.map((node) => !node.hidden)")
    assert shown == [False, True, False, False]
    filters = page.locator(".lts-maps canvas").first
    filters.press("ArrowDown")
    filters.press("ArrowRight")
    expect(caption).to_have_text("filter 1, green")
    filters.press("Enter")
    strip.hover(position=place)
    expect(caption).to_have_text("conv2d, channel 3")
    caption.hover()
    expect(caption).to_have_text("filter 1, green")
    filters.press("Enter")
    filters.evaluate("(canvas) => canvas.blur()")
    expect(caption).to_have_text("the image, or the tile you point at")


def test_the_strength_of_the_map_is_a_slider_that_never_jumps_back(page):
    """Python repeats every message it gets: an old value that comes back must not undo a newer move."""
    slider = page.get_by_label(re.compile("^How strongly"))
    slider.press("End")
    python(page, "looked.opacity", "1.0")
    page.evaluate(
        """() => {
            const map = document.querySelectorAll('.lts-card img')[1];
            window.strengths = [];
            new MutationObserver(() => window.strengths.push(map.style.opacity)).observe(map, { attributeFilter: ["style"] });
        }"""
    )
    for pause in range(0, 120, 6):  # the answers come at any time between two moves
        slider.press("ArrowLeft")
        page.wait_for_timeout(pause)
    python(page, "looked.opacity", "0.8")
    strengths = page.evaluate("window.strengths.map(Number)")
    assert sorted(strengths, reverse=True) == strengths
    assert strengths[-1] == 0.8


def test_pages_without_a_kernel_are_alive():
    keras.utils.set_random_seed(1)
    model, snapshots = cats_dogs(48, dropout=True), EpochSnapshots()
    images = np.random.default_rng(1).random((4, 48, 48, 3), "float32")
    model.fit(images, np.arange(4) % 2, epochs=1, verbose=0, callbacks=[snapshots])
    widgets = [
        ActivationBrowser(model, images[0], patches=top_patches(model, images)),
        EpochScrubber(snapshots, images[0], (images, np.arange(4) % 2)),
    ]
    widgets.append(GradCam(model, images[:2]))
    with blank_page(width=420, height=900) as page:
        page.set_content("<!doctype html>" + "".join(widget.fallback()["text/html"] for widget in widgets))
        page.wait_for_selector(".lts-cards img")
        page.wait_for_selector(".lts-matrix")
        page.get_by_label(re.compile("^The 16 channels")).press("PageDown")
        expect(page.locator(".lts-line").first).to_contain_text("24 × 24 × 16")
        expect(page.locator(".lts-patches figcaption")).to_contain_text("The 4 patches that excite channel 0 most")
        page.get_by_label("Epoch", exact=True).press("Home")
        expect(page.locator(".lts-line").nth(1)).to_contain_text("Before training")
        expect(page.locator(".lts-upload")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "too wide for a telephone"
