"""Take the README's pictures of the lessons again, in a real JupyterLab (needs Chromium).

`make screenshots`, or one of them: `make screenshots LESSON=05`.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT, home
from tools.browser import WHY_NOT, chromium, lab, open_notebook, run_all
from tools.notebooks import lessons

# Lesson: where on its page the widget is (the last one that fits).
OUTPUT = ".jp-OutputArea-output"
SHOWN = {
    "01": "[role=group][aria-label='Draw a digit']",
    "02": "[role=group][aria-label='softmax playground']",
    "03": ".lts-explorer",
    "04": f"{OUTPUT}:has(.widget-slider):has([role=status]:text('share above 0'))",
    "05": ".jp-CodeCell:has(.cm-content:has-text('files[:60:12]')) .jp-RenderedImage img",
    "06": f"{OUTPUT}:has(button:text('Clear runs'))",
    "07": f"{OUTPUT}:has(svg[aria-label^='probabilities'])",
    "08": f"{OUTPUT}:has(button:text('New samples'))",
    "09": ".lts-inside:has(.lts-strip)",
    "10": f"{OUTPUT}:has(.lts-answers)",
}


def take(number: str, place: str, target: Path) -> None:
    """Run a lesson at the full budget and keep a picture of what is at `place`, a CSS selector."""
    lesson = lessons(number)[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(lesson, folder)
        (folder / ".course").mkdir()
        (folder / ".course" / "data").symlink_to(home() / "data", target_is_directory=True)
        with chromium() as browser, lab(folder, COURSE_BUDGET="full") as server:
            page = browser.new_page(viewport={"width": 1100, "height": 1400}, device_scale_factor=1.5)
            open_notebook(page, server, lesson.name)
            run_all(page, timeout=1200)
            widget = page.locator(place).last
            widget.scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
            widget.screenshot(path=target)
    with Image.open(target) as image:  # 256 colors are enough, in a third of the bytes
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def main(numbers: list[str]) -> int:
    """Take the pictures of these lessons, or of all; return the exit code."""
    if WHY_NOT:
        print(WHY_NOT)
        return 1
    for number, place in SHOWN.items():
        if numbers and number not in numbers:
            continue
        target = CHECKOUT / "docs" / f"lesson_{number}.png"
        take(number, place, target)
        print(target.relative_to(CHECKOUT))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
