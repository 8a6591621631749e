"""How Jupyter's server reads and saves notebooks of the course: lesson 00 with today's page, and widgets so that they can be shown again.

etc/jupyter/jupyter_server_config.json takes this class, for `make lab` and for hubs. An extension that brings a contents manager of
its own, as Jupytext does, derives it from this one, whichever comes first.
"""

from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from helpers.server.fresh_contents import with_contents
from helpers.server.saved_widgets import keep_widgets


class CourseContents(AsyncLargeFileManager):
    """jupyter_server's default contents manager, with the course's own way to read lesson 00 and to save widgets."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.register_pre_save_hook(keep_widgets)

    async def get(self, path: str, *arguments: Any, **named: Any) -> dict:  # noqa: D102 - as inherited
        model = await super().get(path, *arguments, **named)
        return with_contents(model, Path(self._get_os_path(path)).parent)
