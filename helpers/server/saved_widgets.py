"""What JupyterLab saves of widgets: enough to show them again without their kernel, and no more. Part of `CourseContents`.

JupyterLab's setting `saveState` stores the state of all widgets that a kernel answers for at this moment. A lesson that is
opened again and saved before its cells are run would so lose all of it, and each of its widgets would become "model not
found". `keep_widgets` runs before every save: it keeps the state that the file has, and drops what no output shows.
A widget without a state, or with one that is too large, keeps its static fallback only, which every program can show.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_scripts import atomic

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
LARGEST = 2_000_000  # characters of a notebook's widget state
_CHILD = "IPY_MODEL_"  # how the state of a widget names another one


def keep_widgets(model: dict, path: str, contents_manager: Any, **_: object) -> None:
    """Change a notebook that is about to be saved: a pre-save hook of `jupyter_server`.

    Does nothing where JupyterLab doesn't save the state of widgets (`metadata.widgets` is missing), and to other files.
    """
    notebook = model.get("content")
    if model.get("type") == "notebook" and isinstance(notebook, dict) and "widgets" in notebook.get("metadata", {}):
        keep_state(notebook, _read_state(Path(contents_manager._get_os_path(path))))


def keep_state(notebook: dict, before: dict[str, dict], largest: int = LARGEST) -> None:
    """Give `notebook` (nbformat 4, a dict) a state for every widget it shows: the one of now, else the one of `before`.

    `before` is {model id: state}. Where all states together have more than `largest` characters, those of the largest widgets go.
    A view without a state goes, too, where its output has another form.
    """
    states = before | _states(notebook["metadata"]["widgets"])
    views = [data for data in _outputs(notebook) if VIEW in data]
    families = [_family(data[VIEW].get("model_id", ""), states) for data in views]
    sizes = {name: len(json.dumps(states[name])) for name in set().union(*families)}

    def size(family: set[str]) -> int:
        return sum(sizes[name] for name in family)

    kept: set[str] = set()
    room = largest
    for data, family in sorted(zip(views, families, strict=True), key=lambda pair: size(pair[1])):
        needed = size(family - kept)
        if family and needed <= room:
            room -= needed
            kept |= family
        elif len(data) > 1:
            del data[VIEW]
    del notebook["metadata"]["widgets"]  # not earlier: what a fault stops is saved as it came
    if kept:
        versions = {"version_major": 2, "version_minor": 0}
        notebook["metadata"]["widgets"] = {STATE: versions | {"state": {name: states[name] for name in sorted(kept)}}}


def _outputs(notebook: dict) -> Iterator[dict]:
    """Yield the MIME bundle of every output that has one."""
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            yield output.get("data", {})


def _family(name: str, states: dict[str, dict]) -> set[str]:
    """Return the model ids of a widget, its children, layouts and styles; nothing where its own state is missing."""
    family, asked = set(), [name]
    while asked:
        name = asked.pop()
        if name in states and name not in family:
            family.add(name)
            asked += _children(states[name])
    return family


def _children(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(_CHILD):
            yield value.removeprefix(_CHILD)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _children(part)


def _states(widgets: Any) -> dict[str, dict]:
    """Return {model id: state} of a notebook's `metadata.widgets`; nothing where it has another form."""
    try:
        return dict(widgets[STATE]["state"])
    except (KeyError, TypeError, ValueError):
        return {}


def _read_state(file: Path) -> dict[str, dict]:
    try:
        return _states(atomic.read_json(file, atomic.MAX_NOTEBOOK)["metadata"]["widgets"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
