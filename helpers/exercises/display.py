"""Results as a learner sees them: in a notebook a box that suits light and dark themes, elsewhere plain text."""

import html
import re
import sys

# Text keeps the theme's own color. Only the bar at the side is colored, in tones that stand out from white and from
# black alike, also for the color-blind; mark and words say the same without color.
BAR = {"✓": "#2a8a5c", "✗": "#c4661f", "○": "#7a7f87", "?": "#3b7fc4"}


def show_box(mark: str, title: str, *paragraphs: str) -> None:
    """Show a title and paragraphs of plain text, in which `backticks` are code. `mark` is one of ✓ ✗ ○ ?."""
    text = "\n".join([f"{mark} {title}", *paragraphs])
    body = "".join(f"<p style='margin: .3em 0 0'>{_html(paragraph)}</p>" for paragraph in paragraphs)
    style = f"border-left: .35em solid {BAR[mark]}; padding: .3em .9em; margin: .3em 0; max-width: 50em"
    head = f"<strong><span aria-hidden='true'>{mark}</span> {_html(title)}</strong>"
    _display({"text/plain": text, "text/html": f"<div role='status' style='{style}'>{head}{body}</div>"})


def show_code(source: str) -> None:
    """Show Python source; a notebook colors it in its own theme."""
    _display({"text/plain": source, "text/markdown": f"```python\n{source}\n```"})


def _html(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)).replace("\n", "<br>")


def _display(bundle: dict[str, str]) -> None:
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        ipython.display.display(bundle, raw=True)
    else:
        print(bundle["text/plain"])
