"""Take the README's pictures of the lessons anew, in a real JupyterLab: `make screenshots` (needs Chromium)."""

import shutil
import sys
import tempfile
from pathlib import Path

from data_scripts.home import CHECKOUT, home
from tests.browser import WHY_NOT, chromium, lab, open_notebook, run_all
from tools.notebooks import lessons

# Lesson: the accessible name of the widget whose cell is shown.
SHOWN = {"01": "Draw a digit", "02": "softmax playground"}


def take(number: str, group: str, target: Path) -> None:
    """Runs a lesson at the quick budget and keeps a picture of the output that holds `group`."""
    lesson = lessons(number)[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(lesson, folder)
        (folder / ".course").mkdir()
        (folder / ".course" / "data").symlink_to(home() / "data", target_is_directory=True)
        with chromium() as browser, lab(folder) as server:
            page = browser.new_page(viewport={"width": 900, "height": 900}, device_scale_factor=1.5)
            open_notebook(page, server, lesson.name)
            run_all(page, timeout=240)
            widget = page.get_by_role("group", name=group)
            widget.scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            widget.screenshot(path=target)


def main() -> int:
    if WHY_NOT:
        print(WHY_NOT)
        return 1
    for number, group in SHOWN.items():
        target = CHECKOUT / "docs" / f"lesson_{number}.png"
        take(number, group, target)
        print(target.relative_to(CHECKOUT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
