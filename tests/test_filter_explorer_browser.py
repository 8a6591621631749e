"""The explorer in a real browser: its numbers against `convolve2d`, keyboard, mouse, Python, and a page with no kernel."""

import base64
import json
import re
import time

import numpy as np
import pytest
from PIL import Image

from helpers.images.assets import street
from helpers.images.convolution import FILTERS, average_pool2d, convolve2d, max_pool2d
from helpers.widgets.filter_explorer import BLUE, FilterExplorer
from tests.browser import blank_page, chromium, expect, needs_browser, page_of, run_code, wait_idle

pytestmark = needs_browser
LOAD = """async (source) => {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    window.explorer = (await import(address)).default;
}"""
COMPUTE = """({ grays, kernel, stride, padding, divide, relu, pooling }) => {
    const image = { values: Uint8Array.from(grays.flat()), rows: grays.length, columns: grays[0].length };
    const { framed, convolve, pool } = window.explorer;
    const { values, rows, columns } = pool(convolve(framed(image, stride, padding), kernel, divide, relu), pooling);
    return { values: Array.from(values), rows, columns };
}"""
PIXELS = """(canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let letters = "";
    for (let at = 0; at < data.length; at += 8192) letters += String.fromCharCode(...data.subarray(at, at + 8192));
    return { data: btoa(letters), width, height };
}"""
CELLS = [
    "# %% [markdown]\n# Filters",
    "from helpers.widgets.filter_explorer import FilterExplorer",
    "explorer = FilterExplorer()\nexplorer",
]
page = page_of(CELLS, size=(1280, 1100), shown=".lts-explorer-cells")


@pytest.fixture
def explorer(page):
    """The page with the explorer as at the start."""
    run_code(page, "explorer.kernel, explorer.stride, explorer.padding = 'vertical lines', 1, 'valid'")
    run_code(page, "explorer.divide = explorer.relu = False; explorer.pooling, explorer.pixel = 'none', [300, 236]")
    page.wait_for_function("document.querySelector('.lts-line').textContent.includes('row 299, column 235')")
    return page


def weight(page, row, column):
    return page.get_by_label(re.compile(f"row {row}, column {column}$"))


def in_python(page, expression, wanted=None):
    """The value of an expression in the kernel, once the browser has told it what changed: `wanted`, within ten seconds."""
    end = time.monotonic() + (0 if wanted is None else 10)
    while True:
        page.wait_for_timeout(200)
        value = json.loads(run_code(page, f"import json; print(json.dumps({expression}))"))
        if value == wanted or time.monotonic() > end:
            return value


def shown(page, of=".lts-explorer-out"):
    """The colors on a canvas: (H, W, 3) uint8."""
    pixels = page.locator(f"{of} canvas").evaluate(PIXELS)
    return np.frombuffer(base64.b64decode(pixels["data"]), np.uint8).reshape(pixels["height"], pixels["width"], 4)[
        ..., :3
    ]


def colors(result):
    """The colors that ought to be there."""
    levels = np.floor(result.clip(-255, 255) + 0.5)[..., None]
    return np.where(levels < 0, -levels * BLUE, levels).astype(np.uint8)


def assert_nearly(actual, expected):
    """A sum of fractions that ends just at .5 may be rounded either way."""
    assert np.abs(actual.astype(int) - expected).max() <= 1


def test_every_number_is_what_convolve2d_gives():
    with blank_page() as page:
        page.evaluate(LOAD, FilterExplorer._esm)
        rng = np.random.default_rng(7)
        for trial in range(150):
            image = rng.integers(0, 256, rng.integers(3, 20, 2))
            kernel = rng.integers(-5, 6, (3, 3)) if trial % 2 else rng.normal(0, 2, (3, 3)).round(2)
            stride, padding = int(rng.integers(1, 4)), ["valid", "same"][rng.integers(2)]
            divide, relu, pooling = (
                bool(rng.integers(2)),
                bool(rng.integers(2)),
                ["none", "max", "average"][rng.integers(3)],
            )
            settings = dict(stride=stride, padding=padding, divide=divide, relu=relu, pooling=pooling)
            answer = page.evaluate(COMPUTE, settings | {"grays": image.tolist(), "kernel": kernel.tolist()})
            theirs = np.array(answer["values"]).reshape(answer["rows"], answer["columns"])
            ours = FilterExplorer(image=image, kernel=kernel, **settings).result
            np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-3 if divide else 1e-4, err_msg=str(settings))
            if trial % 2 and not divide and pooling != "average":
                np.testing.assert_array_equal(theirs, ours)


def test_what_is_drawn_is_the_result(explorer):
    np.testing.assert_array_equal(shown(explorer, ".lts-explorer-in"), street()[..., None].repeat(3, 2))
    np.testing.assert_array_equal(shown(explorer), colors(convolve2d(street(), FILTERS["vertical lines"])))
    run_code(
        explorer, "explorer.kernel, explorer.stride, explorer.padding, explorer.pooling = 'edge', 2, 'same', 'max'"
    )
    explorer.wait_for_function("document.querySelector('.lts-explorer-out canvas').width === 128")
    np.testing.assert_array_equal(shown(explorer), colors(max_pool2d(convolve2d(street(), FILTERS["edge"], 2, "same"))))


def test_arrow_keys_step_the_weights_and_go_from_cell_to_cell(explorer):
    active = explorer.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex")
    weight(explorer, 2, 2).focus()
    for key in ["ArrowUp", "ArrowUp", "ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowDown"]:
        explorer.keyboard.press(key)
    kernel = [[-1, 0, 1], [-3, 2, 1.9], [-1, 0, 1]]
    assert in_python(explorer, "explorer.kernel", kernel) == kernel
    assert_nearly(shown(explorer), colors(convolve2d(street(), kernel)))
    assert in_python(
        explorer,
        "bool((explorer.result == __import__('helpers.images.convolution').images.convolution.convolve2d(explorer.image, explorer.kernel)).all())",
    )
    assert explorer.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex") == active


def test_weights_can_be_typed_also_as_fractions_and_nonsense_is_put_back(explorer):
    for typed, expected in [
        ("7", 7),
        ("-2,5", -2.5),
        ("1/4", 0.25),
        ("abc", 0.25),
        ("5000", 0.25),
        ("−3", -3),
        ("", -3),
    ]:
        weight(explorer, 1, 1).fill(typed)
        explorer.keyboard.press("Tab")
        assert in_python(explorer, "explorer.kernel[0][0]", expected) == expected
    expect(weight(explorer, 1, 1)).to_have_value("−3")
    expect(weight(explorer, 1, 1)).to_have_attribute("aria-invalid", "false")


def drag_up(page, cell):
    """Drag a cell up by a little more than five steps of twelve pixels."""
    box = cell.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 61, steps=8)
    page.mouse.up()
    page.mouse.move(x, y - 200)


def test_a_weight_can_be_dragged(explorer):
    cell = weight(explorer, 3, 1)
    cell.scroll_into_view_if_needed()
    drag_up(explorer, cell)
    assert in_python(explorer, "explorer.kernel[2][0]", 4) == 4  # −1 and five steps


def test_a_weight_can_be_dragged_after_it_was_typed(explorer):
    cell = weight(explorer, 3, 1)
    cell.fill("2")
    cell.press("Enter")
    drag_up(explorer, cell)
    assert in_python(explorer, "explorer.kernel[2][0]", 7) == 7


@pytest.mark.parametrize("words", ["abc", "1e9", "1001", "1/0", "−1000.5", "1.2.3"])
def test_what_is_not_a_weight_gets_a_sentence_with_the_range_until_one_is_typed(explorer, words):
    cell, line = weight(explorer, 2, 2), explorer.locator(".lts-explorer-hint")
    before = in_python(explorer, "explorer.kernel", None)
    cell.fill(words)
    expect(line).to_have_text(f"“{words}” isn't a weight. Type a number from −1000 to 1000, such as 0.5 or 1/9.")
    cell.press("Tab")
    assert words in line.inner_text(), "it still stands there when the cell has its old weight again"
    assert run_code(explorer, "print(explorer.kernel)").strip() == str(before)
    cell.fill("−1000")
    expect(line).to_contain_text("type, drag")


@pytest.mark.parametrize("words", ["", "-", "0.", "1/"])
def test_while_a_number_is_typed_nothing_is_said_before_the_cell_is_left(explorer, words):
    cell, line = weight(explorer, 2, 2), explorer.locator(".lts-explorer-hint")
    cell.fill(words)
    expect(line).to_contain_text("type, drag")
    cell.press("Tab")
    valid = words == "0."
    assert line.inner_text().startswith("type, drag" if valid else f"“{words}” isn't")
    cell.fill("1")


def test_presets_and_settings_are_reachable_by_keyboard(explorer):
    explorer.get_by_role("button", name="blur").focus()
    explorer.keyboard.press("Enter")
    blur = [[[1, 1, 1]] * 3, True]
    assert in_python(explorer, "[explorer.kernel, explorer.divide]", blur) == blur
    for name, keys in {"1": ["ArrowRight"], "valid": ["ArrowRight"], "none": ["ArrowRight", "ArrowRight"]}.items():
        explorer.get_by_role("radio", name=name, exact=True).focus()
        for key in keys:
            explorer.keyboard.press(key)
    explorer.get_by_label(re.compile("ReLU")).press("Space")
    settings = [2, "same", "average", True]
    said = "[explorer.stride, explorer.padding, explorer.pooling, explorer.relu]"
    assert in_python(explorer, said, settings) == settings
    expected = average_pool2d(convolve2d(street(), FILTERS["blur"], 2, "same") / np.float32(9))
    assert_nearly(shown(explorer), colors(expected))
    unnamed = explorer.locator(".lts-explorer").evaluate(
        "(root) => [...root.querySelectorAll('input, button')].filter((one) => one.tabIndex < 0 || !(one.labels?.length || one.ariaLabel || one.textContent)).length"
    )
    assert unnamed == 0


def test_the_pixel_under_the_mouse_shows_its_window_its_sum_and_where_it_lands(explorer):
    run_code(explorer, "explorer.pooling = 'max'")
    canvas = explorer.locator(".lts-explorer-in canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    explorer.mouse.move(box["x"] + box["width"] * 100.5 / 512, box["y"] + box["height"] * 200.5 / 512)
    assert in_python(explorer, "explorer.pixel", [200, 100]) == [200, 100]
    window = street()[199:202, 99:102].astype(int)
    total = int((window * FILTERS["vertical lines"]).sum())
    line = explorer.locator(".lts-line").inner_text().replace("−", "-")
    first = f"{window[0, 0]}·(-1) + {window[0, 1]}·0 + {window[0, 2]}·1"
    assert line.startswith(first)
    assert f"= {total}. It is in row 199, column 99 of the result." in line
    largest = int(convolve2d(street(), FILTERS["vertical lines"])[198:200, 98:100].max())
    assert f"The largest of the four there, {largest}, goes to row 99, column 49" in line


def test_arrow_keys_on_a_image_move_the_window_and_stay_out_of_the_notebook(explorer):
    cells = len(explorer.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.id)"))
    run_code(explorer, "explorer.stride = 2")
    explorer.locator(".lts-explorer-in canvas").focus()
    for key in ["ArrowDown", "Shift+ArrowRight", "d", "d", "ArrowLeft"]:
        explorer.keyboard.press(key)
    moved = [303, 255]  # row 150 → 151, column 118 → 128 → 127 of the result
    assert in_python(explorer, "explorer.pixel", moved) == moved
    assert explorer.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == cells


def test_python_moves_the_cells(explorer):
    run_code(explorer, "explorer.kernel = [[0, 1, 0], [1, -4, 1], [0, 1, 2]]")
    explorer.wait_for_function("document.querySelectorAll('.lts-explorer-cells input')[4].value === '−4'")
    expect(weight(explorer, 3, 3)).to_have_value("2")
    np.testing.assert_array_equal(shown(explorer), colors(convolve2d(street(), [[0, 1, 0], [1, -4, 1], [0, 1, 2]])))


def test_a_learners_own_image_reaches_python_in_gray(explorer, tmp_path):
    color = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(color).save(tmp_path / "mine.png")
    upload = explorer.get_by_label("Your own image")
    upload.set_input_files(tmp_path / "mine.png")
    explorer.wait_for_function("document.querySelector('.lts-explorer-in canvas').width === 60")
    image = np.array(in_python(explorer, "explorer.image.tolist()"))
    assert in_python(explorer, "explorer.pixel", [20, 30]) == [20, 30]
    assert np.abs(image - color @ [0.299, 0.587, 0.114]).max() <= 0.51
    np.testing.assert_array_equal(shown(explorer, ".lts-explorer-in")[..., 0], image)

    (tmp_path / "broken.png").write_bytes(b"no image")
    upload.set_input_files(tmp_path / "broken.png")
    explorer.get_by_text('"broken.png" is text, not an image.').wait_for()
    explorer.get_by_role("button", name="back to the first image").click()
    assert in_python(explorer, "explorer.image.shape", [512, 512]) == [512, 512]


def test_two_views_of_one_explorer_stay_alike(page):
    content = "window.jupyterapp.shell.currentWidget.content"
    page.evaluate(f"{content}.activeCellIndex = 2")
    page.evaluate("window.jupyterapp.commands.execute('notebook:copy-cell')", None)
    page.evaluate("window.jupyterapp.commands.execute('notebook:paste-cell-below')", None)
    page.evaluate(f"{content}.activeCell.model.sharedModel.setSource('explorer')")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-cell')", None)
    wait_idle(page)
    page.wait_for_function("document.querySelectorAll('.lts-explorer-cells').length === 2")
    page.locator(".lts-explorer").nth(1).get_by_label(re.compile("row 2, column 2$")).press("ArrowUp")
    values = page.locator(".lts-explorer-cells input:nth-child(5)").evaluate_all("(all) => all.map((one) => one.value)")
    assert values[0] == values[1]


def test_a_page_without_a_kernel_is_alive():
    with blank_page(width=420, height=900) as page:
        page.set_content("<!doctype html>" + FilterExplorer(kernel="identity", pooling="max").fallback()["text/html"])
        page.wait_for_selector(".lts-explorer-cells")
        np.testing.assert_array_equal(shown(page, ".lts-explorer-in"), street()[..., None].repeat(3, 2))
        page.get_by_label("Weight middle, row 2, column 2").press("ArrowDown")
        assert (shown(page) == 0).all()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "too wide for a telephone"


def test_a_page_without_scripts_shows_the_image():
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.set_content(FilterExplorer().fallback()["text/html"])
        assert page.locator("img").get_attribute("alt").startswith("An image of 512 × 512 pixels")
        assert page.locator("img").bounding_box()["width"] > 500
