"""Results as a learner sees them: in a notebook a box that suits light and dark themes, elsewhere plain text."""

import html
import re
import sys
from typing import Any

# Text keeps the theme's own color. The bar at the side stands out from white and from black alike, also for the
# color-blind, and the box has a touch of its color; mark and words say the same without color.
BAR = {"✓": "#2a8a5c", "✗": "#c4661f", "!": "#c4661f", "○": "#7a7f87", "?": "#3b7fc4"}
TINT = "1f"  # how much of the bar's color the box has: 1f of ff


def show_box(mark: str, title: str, *paragraphs: str, display_id: str = "") -> None:
    """Show a title and paragraphs of plain text, in which `backticks` are code. `mark` is one of ✓ ✗ ! ○ ?.

    display_id: the place of what is shown already and is replaced; "" for a place of its own.
    """
    text = "\n".join([f"{mark} {title}", *paragraphs])
    body = "".join(f"<p style='margin: .3em 0 0'>{_html(paragraph)}</p>" for paragraph in paragraphs)
    style = f"border-left: .35em solid {BAR[mark]}; background: {BAR[mark]}{TINT}; padding: .5em .9em; max-width: 50em"
    head = f"<strong><span aria-hidden='true'>{mark}</span> {_html(title)}</strong>"
    page = f"<div role='status' style='{style}'>{head}{body}</div>"
    _display({"text/plain": text, "text/html": page}, display_id, update=bool(display_id))


def show_late(display_id: str) -> None:
    """Say, in a place that `show_box` can take later, that the learner's function still runs."""
    text = "Still running your function … Press ■ to stop it, if it takes too long."
    page = f"<p role='status' style='margin: .3em 0'>{text}</p>"
    _display({"text/plain": text, "text/html": page}, display_id)


def show_code(source: str) -> None:
    """Show Python source; a notebook colors it in its own theme."""
    _display({"text/plain": source, "text/markdown": f"```python\n{source}\n```"})


def show(widget: Any) -> None:
    """Show a widget in a notebook."""
    from IPython.display import display

    display(widget)


def shell() -> Any:
    """Return the IPython that runs this code; None elsewhere."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def is_live() -> bool:
    """Return whether a notebook's kernel runs this code, so that what is shown can change and has buttons that work."""
    return hasattr(shell(), "kernel")


def _html(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)).replace("\n", "<br>")


def _display(bundle: dict[str, str], display_id: str = "", update: bool = False) -> None:
    if shell():
        from IPython.display import display

        place = {"display_id": display_id, "update": update} if display_id else {}
        display(bundle, raw=True, **place)
    else:
        print(bundle["text/plain"])
