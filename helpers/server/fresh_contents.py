"""The contents page in lesson 00 is up to date whenever the lesson is opened. An extension of JupyterLab's server.

The page is the output of the cell `contents`. When the server reads a notebook that has such a cell and lies next to other
lessons, the output is made again and marked as trusted, so that JupyterLab shows it in full. The file stays as it is.
"""

import inspect
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from helpers import contents

CELL = "contents"


def with_contents(model: Any, folder: Path) -> Any:
    """Return a model of Jupyter's contents API; if it is lesson 00, with today's page of the lessons in `folder`."""
    try:
        cells = model["content"]["cells"] if model["type"] == "notebook" and model["name"].startswith("00_") else []
        for cell in cells:
            if cell.get("id") == CELL and cell["cell_type"] == "code":
                output = {"output_type": "display_data", "data": contents.mime_bundle(folder), "metadata": {}}
                cell["outputs"] = [output]
                cell["metadata"]["trusted"] = True
    except Exception:  # whatever is in the file: it has to open
        pass
    return model


def freshen(manager: Any) -> None:
    """Make a contents manager answer with today's page; it may be synchronous or asynchronous."""
    read = manager.get

    def get(path: str, *arguments: Any, **named: Any) -> Any:
        model = read(path, *arguments, **named)
        return later(model, path) if inspect.isawaitable(model) else with_contents(model, _folder(manager, path))

    async def later(model: Awaitable, path: str) -> Any:
        return with_contents(await model, _folder(manager, path))

    manager.get = get


def _folder(manager: Any, path: str) -> Path:
    place = getattr(manager, "_get_os_path", None)
    return Path(place(path)).parent if place else Path()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Wrap the contents manager once all extensions are loaded: some of them bring one of their own."""
    server.io_loop.add_callback(lambda: freshen(server.contents_manager))
