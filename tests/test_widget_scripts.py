"""Scripts and stylesheet of the widgets: names, syntax, clean-up, and several kinds of widget on one page."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from helpers.widgets import ActivationBrowser, DrawingPad, FilterExplorer, GradCam, SoftmaxPlayground
from helpers.widgets.base import STYLE, script
from tests.browser import chromium, needs_browser
from tests.conftest import ROOT
from tools import lint_scripts

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")

# ---- the stylesheet ----


ROOTS = ":is(.lts-widget, .lts-column)"
# Parts of ipywidgets 7 and 8, which are styled inside a column of ours.
FOREIGN = {"jupyter-button", "mod-primary", "widget-slider", "widget-label", "widget-readout", "widget-html"}
FOREIGN |= {"noUi-handle", "noUi-target", "noUi-connect", "ui-slider-handle", "ui-slider", "ui-slider-range"}


def test_every_selector_begins_with_a_class_of_ours():
    rules = re.sub(r"/\*.*?\*/|@(?:container|media)[^{]*", "", STYLE.replace(ROOTS, ".lts-widget"), flags=re.DOTALL)
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{[^{}]*\}", rules) for part in split_list(rule)]
    assert len(selectors) > 100
    assert [selector for selector in selectors if not selector.startswith(".lts-")] == []
    names = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\{[^{}]*\}", "", rules)))
    assert {name for name in names if not name.startswith("lts-")} <= FOREIGN


def split_list(selector: str) -> list[str]:
    """A selector list at its outermost commas: those of `:is(a, b)` stay."""
    while selector != (selector := re.sub(r"\([^()]*\)", "", selector)):
        pass
    return selector.split(",")


def test_classes_in_scripts_have_the_prefix():
    for path in (ROOT / "helpers" / "widgets").rglob("*.js"):
        for names in re.findall(r'class: ["`]([^"`$]+)', path.read_text(encoding="utf-8")):
            assert all(name.startswith("lts-") for name in names.split()), (path.name, names)


# ---- several kinds on one page ----

LOOK = """(root) => [...root.querySelectorAll('*')].map((node) => {
    const { display, border, background, imageRendering, cursor, padding, margin, font, color } = getComputedStyle(node);
    return [node.tagName, display, border, background, imageRendering, cursor, padding, margin, font, color].join("; ");
})"""
ADD = """([kind, css]) => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    document.body.append(document.getElementById(kind));
}"""


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Each kind's live page, with the style of its own that a notebook puts into its head."""
    import keras

    keras.utils.set_random_seed(1)
    convolution = keras.layers.Conv2D(4, 3, activation="relu")
    layers = [keras.Input((12, 12, 3)), convolution, keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    network, image = keras.Sequential(layers), np.random.default_rng(1).random((12, 12, 3), "float32")
    widgets = {
        "explorer": FilterExplorer(image=np.arange(400).reshape(20, 20) % 256),
        "browser": ActivationBrowser(network, image),
        "maps": GradCam(network, image[None]),
        "playground": SoftmaxPlayground([1, 2]),
    }
    live = {name: widget.fallback()["text/html"] for name, widget in widgets.items()}
    return live | {"pad": PAD.replace("SCRIPT", DrawingPad._esm.replace("export default", "const widget ="))}


PAD = """<div></div><script>{
const state = { side: 280, bitmap: new DataView(new ArrayBuffer(280 * 280)), seen: "",
                turn: 0, answered: 0, probabilities: [], message: "" };
SCRIPT
widget.render({ model: { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {} },
                el: document.currentScript.previousElementSibling });
}</script>"""
STYLES = {"explorer": FilterExplorer, "browser": ActivationBrowser, "maps": GradCam, "playground": SoftmaxPlayground}


@needs_browser
def test_no_kind_of_widget_changes_the_look_of_another_before_or_after_it(pages):
    styles = {kind: str(STYLES.get(kind, DrawingPad)._css) for kind in pages}
    without_style = {kind: re.sub(r'"css": "(?:[^"\\]|\\.)*"', '"css": ""', page) for kind, page in pages.items()}
    with chromium() as browser:

        def looks(order: tuple[str, ...]) -> dict[str, list[str]]:
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            page.set_content("<!doctype html><body></body>")
            html = "".join(f"<section id='{kind}'>{without_style[kind]}</section>" for kind in order)
            page.set_content(f"<!doctype html><body>{html}</body>")
            for kind in order:
                page.evaluate(ADD, [kind, styles[kind]])
            page.wait_for_function(
                "(count) => document.querySelectorAll('.lts-widget').length === count", arg=len(order)
            )
            result = {kind: page.locator(f"#{kind}").evaluate(LOOK) for kind in order}
            page.close()
            return result

        alone = {kind: looks((kind,))[kind] for kind in pages}
        for order in (tuple(pages), tuple(reversed(pages))):  # each is before and after each other
            for kind, look in looks(order).items():
                assert look == alone[kind], f"{kind} in {order}"


# ---- names and syntax ----


@needs_node
def test_the_scripts_are_sound():
    scripts = list(lint_scripts.joined_scripts())
    assert {name for name, _ in scripts} == {f"{path.stem}.py" for path in lint_scripts.WIDGETS.glob("*.js")}
    assert lint_scripts.main() == 0


def test_a_name_that_two_files_declare_is_reported(tmp_path):
    (tmp_path / "one.js").write_text("const box = 1;\nfunction render() {\n  const inner = 2;\n}\n")
    (tmp_path / "two.js").write_text("function box() {}\nasync function render() {}\nconst [inner, other] = [1, 2];\n")
    assert lint_scripts.declared_twice(tmp_path) == ["box is declared in one.js and two.js"]


@needs_node
def test_what_node_cannot_parse_is_reported():
    (error,) = lint_scripts.syntax_errors(shutil.which("node"), iter([("broken.py", "const = 1;")]))
    assert error.startswith("the script of broken.py: ")
    assert "SyntaxError" in error


# ---- clean-up ----

FAKE = """
class Node {
  constructor() { this.style = { setProperty() {} }; this.classList = { toggle() {}, add() {} }; this.children = []; }
  append(...children) { this.children.push(...children.filter((child) => child instanceof Node)); }
  replaceChildren(...children) { this.children = children.filter((child) => child instanceof Node); }
  setAttribute(name, value) { this[name] = value; }
  addEventListener() {}
  removeEventListener() {}
  matches() { return false; }
  prepend(...children) { this.children.unshift(...children); }
  getContext() {
    const image = (w, h) => ({ data: new Uint8ClampedArray(4 * w * h) });
    return { createImageData: image, getImageData: (x, y, w, h) => image(w, h), putImageData() {} };
  }
}
globalThis.ImageData = class { constructor(a, b, c) { this.data = typeof a === "number" ? new Uint8ClampedArray(4 * a * b) : a; } };
globalThis.ResizeObserver = class { observe() {} disconnect() {} };
globalThis.MutationObserver = class extends ResizeObserver {};
const heard = [];
globalThis.document = {
  createElement: () => new Node(),
  createElementNS: () => new Node(),
  addEventListener: (event, listener) => heard.push([event, listener]),
  removeEventListener: (event, listener) => model.off(event, listener),
};
const model = {
  get: (name) => STATE[name],
  set() {},
  save_changes() {},
  on: (event, listener) => heard.push([event, listener]),
  off: (event, listener) => heard.splice(heard.findIndex(([name, other]) => name === event && other === listener), 1),
};
"""
COUNT = """
const cleanUps = [];
for (let view = 0; view < 3; view++) cleanUps.push(await widget.render({ model, el: new Node() }));
const during = heard.length;
for (const cleanUp of cleanUps) cleanUp();
console.log(JSON.stringify([during, heard.length]));
"""
BYTES = "new DataView(new ArrayBuffer({}))"
STATES = {
    "drawing_pad.js": f"{{ side: 28, bitmap: {BYTES.format(784)}, seen: '', probabilities: [], message: '' }}",
    "downhill.js": "{ curve: [1, -2, 1], path: [0, 0.2], rate: 0.1 }",
    "playgrounds.js": "{ kind: 'softmax', scores: [1, 2], labels: [], limit: 10 }",
    "grad_cam.js": "{ _cards: [], _key: '', opacity: 1 }",
    "upload_control.js": "{ _multiple: true, _html: '' }",
}


@needs_node
@pytest.mark.parametrize("name", STATES)
def test_three_views_that_are_shown_and_removed_leave_no_listener(name, tmp_path):
    widget = script("static/upload_control.js", name).replace("export default", "const widget =")
    file = Path(tmp_path) / "views.mjs"
    file.write_text(f"const STATE = {STATES[name]};\n{FAKE}\n{widget}\n{COUNT}", encoding="utf-8")
    result = subprocess.run(["node", file], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    during, after = json.loads(result.stdout)
    assert during >= 3
    assert after == 0
