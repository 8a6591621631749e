"""The HTML edition's search: one page that holds the text of all lessons, section by section, and looks words up in it."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

SCRIPT = Path(__file__).with_name("html_search.js")
HIDDEN = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
HEADING = re.compile(r'<h[1-3] id="([^"]*)">(.*?)</h[1-3]>', re.DOTALL)


def plain(body: str) -> str:
    """Return the words of HTML, without what isn't read: scripts, styles and drawings."""
    text = re.sub("</?span[^>]*>", "", HIDDEN.sub(" ", body))  # code is colored word by word
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).split())


def sections(file: str, title: str, body: str) -> Iterator[dict[str, str]]:
    """Give the sections of a page: a link to each, its heading below the page's title, and its text."""
    above, *rest = HEADING.split(body)
    if plain(above):
        yield {"link": file, "title": title, "text": plain(above)}
    for anchor, heading, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        name = plain(heading).rstrip("¶ ")
        joined = title if name == title else f"{title}: {name}"
        yield {"link": f"{file}#{anchor}", "title": joined, "text": plain(text)}


def search_body(found: list[dict[str, str]]) -> str:
    """Return the body of the search page; `found` are the sections of all pages."""
    index = json.dumps(found, ensure_ascii=False).replace("</", "<\\/")
    return f"""<h1>Search</h1>
<p id="count" role="status">Type a word in the field above and press Enter.</p>
<ol id="found" class="contents"></ol>
<noscript><p>Searching needs JavaScript, which is switched off in this browser.</p></noscript>
<script type="application/json" id="index">{index}</script>
<script>{SCRIPT.read_text("utf-8")}</script>"""
