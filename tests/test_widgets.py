"""What all widgets share: static fallbacks, failures that are shown, lazy imports."""

import base64
import io
import re
from html.parser import HTMLParser

import anywidget
import ipywidgets
import numpy as np
import pytest
from PIL import Image

from helpers import widgets
from helpers.widgets import DrawingPad, ImageSlider, ReluPlayground, SoftmaxPlayground, base, compat
from helpers.widgets.base import VIEW, StaticFallback, failure_text, reports_failure
from tests.browser import blank_page, needs_browser

CLOTHES = np.zeros((3, 28, 28), "uint8")


def bundle(widget, monkeypatch) -> tuple[dict, dict]:
    """What a notebook gets when `widget` is the last line of a cell, with ipywidgets 7 or 8."""
    if not hasattr(widget, "_ipython_display_"):
        return widget._repr_mimebundle_(include=None, exclude=None)
    bundles = []
    monkeypatch.setattr(compat, "display", lambda data, metadata, raw: bundles.append((data, metadata)))
    widget._ipython_display_()
    return bundles[0]


class Tables(HTMLParser):
    """Finds the texts of a page's table cells; fails at tags that do not match."""

    def __init__(self, page: str):
        super().__init__()
        self.cells, self.open = [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.cells += [""] * (tag == "td")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells[-1] += data


@pytest.mark.parametrize(
    "make",
    [lambda: DrawingPad(len), lambda: ImageSlider(CLOTHES), ReluPlayground, SoftmaxPlayground],
    ids=["DrawingPad", "ImageSlider", "ReluPlayground", "SoftmaxPlayground"],
)
def test_every_widget_shows_itself_live_and_something_still(make, monkeypatch):
    widget = make()
    data, metadata = bundle(widget, monkeypatch)
    assert data[VIEW]["model_id"] == widget.model_id
    assert re.fullmatch(r"[A-Z].+\.", data["text/plain"])
    if "image/png" in data:
        assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width > 100
        assert metadata["image/png"] == {"alt": data["text/plain"]}
    else:
        assert Tables(data["text/html"]).cells


def test_what_anywidget_says_about_its_view_is_kept(monkeypatch):
    monkeypatch.setattr(
        anywidget.AnyWidget, "_repr_mimebundle_", lambda self, **_: ({}, {VIEW: {"colab": "its address"}})
    )
    assert bundle(ReluPlayground(), monkeypatch)[1][VIEW] == {"colab": "its address"}


def test_a_static_fallback_needs_a_sentence():
    with pytest.raises(ValueError, match="sentence"):
        base.mimebundle({"image/png": b"image"})


def test_the_image_of_a_static_fallback_may_be_bytes_or_a_memoryview():
    for image in (b"image", memoryview(b"image")):
        data, metadata = base.mimebundle({"image/png": image, "text/plain": "An image."})
        assert data == {"image/png": "aW1hZ2U=", "text/plain": "An image."}
        assert metadata == {"image/png": {"alt": "An image."}}


def test_a_widget_without_a_static_fallback_says_so():
    class Forgotten(StaticFallback, ipywidgets.HTML):
        pass

    with pytest.raises(NotImplementedError, match="Forgotten has no fallback"):
        Forgotten()._repr_mimebundle_()


def test_a_stored_notebook_keeps_the_static_fallback_and_drops_what_needs_a_kernel():
    view = {VIEW: {"model_id": "x"}, "text/plain": "A pad."}
    outputs = [
        {"output_type": "display_data", "data": view | {"image/png": "abc"}, "metadata": {VIEW: {}, "image/png": {}}},
        {"output_type": "display_data", "data": dict(view), "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "hello"},
    ]
    notebook = {
        "cells": [{"cell_type": "markdown"}, {"outputs": outputs}],
        "metadata": {"widgets": {}, "kernelspec": {}},
    }
    assert base.strip_views(notebook) is notebook
    assert outputs[0] == {
        "output_type": "display_data",
        "data": {"text/plain": "A pad.", "image/png": "abc"},
        "metadata": {"image/png": {}},
    }
    assert VIEW in outputs[1]["data"]  # nothing else to show: better than nothing
    assert notebook["metadata"] == {"kernelspec": {}}


@pytest.mark.parametrize(
    "script", ["function render() {}", "export default {}; export default {}", "export default '</script>'"]
)
def test_a_script_that_cannot_be_put_into_a_page_is_refused(script):
    with pytest.raises(ValueError, match="one 'export default'"):
        base.embed_live("<p></p>", script, "", {})


@needs_browser
def test_the_model_of_a_page_without_a_kernel_listens_and_forgets_as_anywidgets_does():
    render = """const hear = () => el.append("!"); const names = "change:a change:b";
        model.on(names, hear); model.set("a", 1); model.set("b", 1); model.off(names, hear); model.set("a", 2);"""
    script = f"export default {{ render: ({{ model, el }}) => {{ {render} }} }};"
    with blank_page() as page:
        page.set_content(base.embed_live("<p></p>", script, "", {}))
        assert page.locator("body > div").inner_text() == "!!"


def test_every_widget_is_found_by_its_name():
    assert dir(widgets) == sorted(widgets.__all__)
    for name in widgets.__all__:
        assert getattr(widgets, name).__name__ == name
    assert widgets.DrawingPad is DrawingPad
    with pytest.raises(AttributeError, match="Nothing"):
        widgets.Nothing  # noqa: B018


# ---- failures ----


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("The image is too small."), "The image is too small."),
        (ZeroDivisionError("division by zero"), "That did not work. ZeroDivisionError: division by zero."),
        (KeyError(), "That did not work. KeyError: no reason given."),
        (ValueError("Keras says\na lot"), "That did not work. ValueError: Keras says."),
    ],
)
def test_an_exception_becomes_one_sentence(error, sentence):
    assert failure_text(error) == sentence


def test_what_an_observer_raises_is_said_by_the_widget():
    class Fragile(ipywidgets.IntSlider):
        @reports_failure
        def _moved(self, change):
            return 1 / change["new"]

        def _say(self, text):
            self.description = text

    slider = Fragile(value=1)
    slider.observe(slider._moved, "value")
    slider.value = 0
    assert "division by zero" in slider.description
