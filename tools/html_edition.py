"""The course as static pages, for readers without Python: `make html` writes them to site/.

The stored lessons become one page each, with contents, previous and next, a light and a dark look, search, and a glossary
to which each lesson links a term where it is first used.
Widgets that compute in the browser work on them; the others show their static fallback. A page loads nothing but `look.css`
next to it: no network, no kernel, no server are needed, and a folder on a stick will do.
"""

import html
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from pygments.formatters import HtmlFormatter

from data_scripts.paths import CHECKOUT
from helpers.contents.lessons import Lesson, lessons
from tools import html_search, notebooks, shared_cells

SITE = CHECKOUT / "site"
GLOSSARY = CHECKOUT / "docs" / "glossary.md"
LOOK = Path(__file__).with_name("html_edition.css")
TERM = re.compile(r"^\| ([^|]+?) \| [^|]+ \| [\d, ]+ \|$", re.MULTILINE)
# What is no running text in Markdown: code, formulas, links, HTML, headings, tables.
APART = re.compile(
    r"(```.*?```|`[^`]*`|\$[^$]*\$|!?\[[^\]]*\]\([^)]*\)|<[^>]*>|^#.*$|^\|.*$)", re.DOTALL | re.MULTILINE
)
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]\(([^)]*)\)")


@dataclass(frozen=True)
class Page:
    """One page: its file's name, its title, and its body as HTML."""

    file: str
    title: str
    body: str


def page_of(lesson: Lesson) -> Page:
    """Return the page of one stored lesson."""
    notebook = notebooks.read(notebooks.LESSONS / lesson.file)
    left_out = (shared_cells.INSTALL, shared_cells.BOTTOM)  # a page has its own links to its neighbors at the end
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") not in left_out]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub(r"[Open this lesson in Colab](\1)", cell.source)
    link_terms([cell for cell in notebook.cells if cell.cell_type == "markdown"])
    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(notebook)
    return Page(html_name(lesson), lesson.title, improve(body))


def html_name(lesson: Lesson) -> str:
    """Return the name of a lesson's page."""
    return Path(lesson.file).with_suffix(".html").name


def terms() -> dict[str, str]:
    """Return the glossary's terms, each with the anchor of its row."""
    return {name: anchor(row) for row in TERM.findall(GLOSSARY.read_text("utf-8")) for name in re.split(", ", row)}


def anchor(row: str) -> str:
    """Return the anchor of a glossary row, from its first column."""
    return re.sub(r"\W+", "-", row.lower()).strip("-")


def link_terms(cells: list[nbformat.NotebookNode]) -> None:
    """Link the first use of each term in the running text of these Markdown cells to the glossary."""
    left = terms()
    for cell in cells:
        for name in sorted(left, key=len, reverse=True):  # "dead channel" before "channel"
            linked = _with_link(cell.source, name, left[name])
            if linked != cell.source:
                cell.source = linked
                del left[name]


def _with_link(text: str, name: str, target: str) -> str:
    """Return Markdown with a link to the glossary where its running text first uses a term, if it does."""
    parts = APART.split(text)  # every second one is apart, also a link that was just made
    for place in range(0, len(parts), 2):
        link = rf"[\1](glossary.html#{target})"
        parts[place], count = re.subn(rf"\b({re.escape(name)}s?)\b", link, parts[place], count=1, flags=re.I)
        if count:
            break
    return "".join(parts)


def improve(body: str) -> str:
    """Improve nbconvert's HTML: links between lessons lead to pages, and boxes that scroll are reachable by keyboard."""
    body = re.sub(r'href="(?:\.\./notebooks/)?(\d\d_\w+)\.ipynb', r'href="\1.html', body)
    pieces = re.split(r"(<script.*?</script>)", body, flags=re.DOTALL)  # every second one is a widget's script
    return "".join(piece if number % 2 else _reachable(piece) for number, piece in enumerate(pieces))


def _reachable(piece: str) -> str:
    piece = re.sub(r'<a class="anchor-link".*?</a>', "", piece)
    piece = piece.replace("<table", '<div class="wide" tabindex="0"><table').replace("</table>", "</table></div>")
    return re.sub(r"<pre(?![^>]*tabindex)", '<pre tabindex="0"', piece)


def glossary() -> Page:
    """Return the page of the course's words, from docs/glossary.md."""
    body = improve(markdown2html_mistune(GLOSSARY.read_text("utf-8")))
    body = re.sub(r"<tr>(\s*<td>)([^<]+)</td>", lambda row: f'<tr id="{anchor(row[2])}">{row[1]}{row[2]}</td>', body)
    return Page("glossary.html", "Glossary", body)


def search(pages: list[Page]) -> Page:
    """Return the page that searches all the others."""
    found = [section for page in pages for section in html_search.sections(page.file, page.title, page.body)]
    return Page("search.html", "Search", html_search.search_body(found))


def contents(all_of_them: list[Lesson]) -> Page:
    """Return the first page: every lesson with the question it answers."""
    rows = [
        f'<li><a href="{html_name(lesson)}">{html.escape(lesson.title)}</a><br>{html.escape(lesson.question)}</li>'
        for lesson in all_of_them
    ]
    about = (
        "<h1>Learning to See</h1><p>From a first network that reads handwritten digits to watching a convolutional "
        "network think. These pages show the lessons as they were run on the data that ship with the course; what "
        "computes in the browser can be touched here, and everything else in JupyterLab.</p>"
    )
    return Page("index.html", "Learning to See", f'{about}<ul class="contents">{"".join(rows)}</ul>')


def whole(page: Page, before: Page | None, after: Page | None) -> str:
    """Return the whole HTML of a page, with what is around its body."""
    links = [f'<a href="{before.file}" rel="prev">← {html.escape(before.title)}</a>' if before else "<span></span>"]
    links += [f'<a href="{after.file}" rel="next">{html.escape(after.title)} →</a>' if after else "<span></span>"]
    way = "".join(links)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(page.title)}{"" if page.file == "index.html" else " · Learning to See"}</title>
<link rel="stylesheet" href="look.css">
</head>
<body>
<header><nav aria-label="Course"><a href="index.html">Contents</a> <a href="glossary.html">Glossary</a></nav>
<form action="search.html" role="search"><input type="search" name="q" aria-label="Search all lessons" placeholder="Search"></form></header>
<main>
{page.body}
</main>
<footer><nav class="way" aria-label="Neighboring lessons">{way}</nav></footer>
</body>
</html>
"""


def look() -> str:
    """Return the style sheet: ours, and the colors of code in two styles with a contrast of at least 4.5."""
    light = HtmlFormatter(style="xcode").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    ours = LOOK.read_text("utf-8")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{ours}"


def build(target: Path = SITE) -> list[Path]:
    """Write all pages and return them in reading order. `target` is replaced as a whole, once everything is made."""
    all_of_them = lessons(notebooks.LESSONS)
    pages = [contents(all_of_them), *map(page_of, all_of_them), glossary()]
    pages.append(search(pages[1:]))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".site-") as folder:
        new = Path(folder) / "new"
        new.mkdir()
        (new / "look.css").write_text(look(), "utf-8")
        for number, page in enumerate(pages):
            before = pages[number - 1] if number else None
            after = pages[number + 1] if number + 2 < len(pages) else None  # the search follows no page
            (new / page.file).write_text(whole(page, before, after), "utf-8")
        if target.exists():
            shutil.rmtree(target)
        os.replace(new, target)
    return [target / page.file for page in pages]


if __name__ == "__main__":
    made = build(*map(Path, sys.argv[1:2]))
    print(f"{len(made)} pages. Open {made[0]} in a browser.")
