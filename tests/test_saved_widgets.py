"""What is saved of widgets: the state of all that are shown, from before where there is none of now, and not too much."""

import copy
import json

import pytest

from helpers.server.saved_widgets import STATE, VIEW, keep_state, keep_widgets

SENTENCE = "A pad with a 7."


def notebook(*names, states=None, **forms):
    """A notebook whose cells show the widgets of these model ids; `states` is what JupyterLab has just stored."""
    forms = forms or {"text/plain": SENTENCE}
    cells = [{"outputs": [{"data": {VIEW: {"model_id": name}} | forms}]} for name in names]
    widgets = {} if states is None else {"widgets": {STATE: {"state": states}}}
    return {"cells": [{"cell_type": "markdown"}, *cells], "metadata": widgets | {"kernelspec": {}}}


def state(value="", children=()):
    return {"state": {"value": value, "children": [f"IPY_MODEL_{name}" for name in children]}}


def kept(saved):
    return saved["metadata"].get("widgets", {}).get(STATE, {}).get("state")


def shown(saved):
    return [VIEW in cell["outputs"][0]["data"] for cell in saved["cells"][1:]]


def test_what_has_no_kernel_now_keeps_the_state_that_the_file_has():
    saved = notebook("old", "new", states={"new": state("of now")})
    keep_state(saved, {"old": state("of before"), "new": state("of before")})
    assert kept(saved) == {"new": state("of now"), "old": state("of before")}
    assert shown(saved) == [True, True]


def test_children_layouts_and_styles_at_any_depth_are_kept_and_what_nothing_shows_goes():
    states = {"box": state(children=["slider"]), "slider": {"state": {"style": "IPY_MODEL_style"}}, "style": state()}
    saved = notebook("box", states=states | {"gone": state()})
    keep_state(saved, {"gone too": state()})
    assert kept(saved) == states


def test_a_fault_loses_no_state():
    saved = notebook("a", states={"a": state()})
    saved["cells"].append({"outputs": [{"data": None}]})
    with pytest.raises(TypeError):
        keep_state(saved, {})
    assert kept(saved) == {"a": state()}


def test_widgets_that_name_each_other_end():
    saved = notebook("a", states={"a": state(children=["b"]), "b": state(children=["a", "missing"])})
    keep_state(saved, {})
    assert sorted(kept(saved)) == ["a", "b"]


def test_a_view_without_a_state_gives_way_to_its_static_fallback():
    saved = notebook("lost", states={})
    keep_state(saved, {})
    assert saved["cells"][1]["outputs"][0]["data"] == {"text/plain": SENTENCE}
    assert "widgets" not in saved["metadata"]


def test_a_view_that_is_all_there_is_stays():
    saved = notebook("lost", states={})
    del saved["cells"][1]["outputs"][0]["data"]["text/plain"]
    keep_state(saved, {})
    assert shown(saved) == [True]


def test_what_is_too_large_gives_way_the_largest_first():
    states = {name: state("x" * 1000 * size) for name, size in (("large", 9), ("small", 1), ("middle", 3))}
    saved = notebook("large", "small", "middle", states=states)
    keep_state(saved, {}, largest=5000)
    assert sorted(kept(saved)) == ["middle", "small"]
    assert shown(saved) == [False, True, True]


def test_a_widget_shown_twice_counts_once():
    saved = notebook("a", "a", states={"a": state("x" * 3000)})
    keep_state(saved, {}, largest=5000)
    assert shown(saved) == [True, True]


class Contents:
    """As much of a contents manager as the hook asks for."""

    def __init__(self, folder):
        self.folder = folder

    def _get_os_path(self, path):
        return str(self.folder / path)


@pytest.mark.parametrize("before", [None, "", "[]", "{", '{"metadata": {"widgets": 1}}', '{"metadata": {}}'])
def test_a_file_that_has_no_state_is_as_good_as_none(tmp_path, before):
    if before is not None:
        (tmp_path / "a.ipynb").write_text(before)
    saved = notebook("a", states={"a": state()})
    keep_widgets({"type": "notebook", "content": saved}, "a.ipynb", Contents(tmp_path))
    assert kept(saved) == {"a": state()}


def test_the_state_in_the_file_is_read(tmp_path):
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook("a", states={"a": state("of before")})))
    saved = notebook("a", states={})
    keep_widgets({"type": "notebook", "content": saved}, "a.ipynb", Contents(tmp_path))
    assert kept(saved) == {"a": state("of before")}


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "text"},
        {"type": "notebook", "content": None},
        {"type": "notebook", "content": notebook("a")},
    ],
    ids=["a file", "nothing", "a JupyterLab that saves no state"],
)
def test_everything_else_is_left_alone(tmp_path, model):
    before = copy.deepcopy(model)
    keep_widgets(model, "a.ipynb", Contents(tmp_path))
    assert model == before
