"""The HTML edition: every lesson as a page that needs neither kernel nor network, and that everybody can read."""

import re

import nbformat
import pytest

from helpers.exercises.quiz import questions_of
from helpers.widgets.quiz_question import QuizQuestion
from tests.browser import chromium, needs_browser
from tools import html_edition, notebooks


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The whole edition, built where an older one was."""
    folder = tmp_path_factory.mktemp("edition") / "site"
    folder.mkdir()
    (folder / "old.html").write_text("old")
    html_edition.build(folder)
    return folder


def test_building_again_replaces_the_whole_folder(site):
    assert not (site / "old.html").exists()
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_every_lesson_is_a_page_and_every_link_leads_somewhere(site):
    pages = {path.name: path.read_text("utf-8") for path in site.glob("*.html")}
    assert {f"{path.stem}.html" for path in notebooks.lessons()} <= set(pages)
    for name, text in pages.items():
        for link in re.findall(r'(?:href|src)="([^":#]+)(?:#[^"]*)?"', text):
            assert (site / link).exists(), f"{name} leads to {link}"


def test_the_quiz_has_each_choice_as_a_fold_out_with_its_reason_and_needs_no_script(site):
    for path in notebooks.lessons():
        page = (site / f"{path.stem}.html").read_text("utf-8")
        for number, question in enumerate(questions_of(path.stem[:2]), 1):
            fallback = QuizQuestion(number, question.text, question.choices).fallback()["text/html"]
            assert fallback.count("<details><summary>") == len(question.choices) == 3
            assert fallback in page, f"{path.stem}, question {number}: run `make notebooks LESSON={path.stem[:2]}`"


def test_a_term_leads_to_its_row_of_the_glossary_where_it_is_first_used(site):
    rows = re.findall(r'<tr id="([^"]+)">', (site / "glossary.html").read_text("utf-8"))
    assert len(rows) == len(set(rows)) > 80
    for path in notebooks.lessons():
        links = re.findall(r'href="glossary.html#([^"]+)">([^<]+)<', (site / f"{path.stem}.html").read_text("utf-8"))
        assert len(links) >= 8
        assert len({word.lower() for _, word in links}) == len(links), "each once"
        assert {anchor for anchor, _ in links} <= set(rows)


def test_terms_are_linked_in_running_text_alone_and_the_longest_first():
    texts = [
        "# A channel",
        "A dead channel, `channel`, [channel](x.html), a Channel and channels.",
        "| channel |\n\nOf channels.",
    ]
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    html_edition.link_terms(cells)
    assert [cell.source for cell in cells] == [
        "# A channel",
        "A [dead channel](glossary.html#dead-channel), `channel`, [channel](x.html), a [Channel](glossary.html#channel) and "
        "channels.",
        "| channel |\n\nOf channels.",
    ]


@needs_browser
def test_the_search_finds_sections_by_words(site):
    with chromium() as browser:
        page = browser.new_page()
        page.goto((site / "index.html").as_uri())
        field = page.get_by_role("searchbox", name="Search all lessons")
        field.fill("Pooling <b>")
        field.press("Enter")
        page.get_by_text("No sections with “pooling <b>”.").wait_for()
        field.fill("max POOLING")
        field.press("Enter")
        first = page.locator("#found a").first
        first.wait_for()
        assert "pooling" in first.inner_text().lower()
        target = first.get_attribute("href")
        first.click()
        page.wait_for_url(f"**/{target}")
        assert page.evaluate("(id) => document.getElementById(id) !== null", target.partition("#")[2])


def test_no_page_loads_anything_from_elsewhere(site):
    for path in site.glob("*.html"):
        loads = re.findall(
            r'<(?:img|script|iframe|source)[^>]*\bsrc="(?!data:)[^"]*|<link[^>]*href="https?:[^"]*',
            path.read_text("utf-8"),
        )
        assert loads == [], path.name


def test_the_lessons_follow_each_other(site):
    lessons = [f"{path.stem}.html" for path in notebooks.lessons()]
    for number, name in enumerate(lessons):
        text = (site / name).read_text("utf-8")
        after = lessons[number + 1] if number + 1 < len(lessons) else "glossary.html"
        before = lessons[number - 1] if number else "index.html"
        assert f'href="{before}" rel="prev"' in text
        assert f'href="{after}" rel="next"' in text


def test_every_image_has_a_text(site):
    for path in site.glob("*.html"):
        for image in re.findall(r"<img [^>]*>", path.read_text("utf-8")):
            assert re.search(r'alt="[^"]+"', image), f"{path.name}: {image[:80]}"


# Three of four elements color a word of code, in two dozen colors: each color is asked about once a page.
ONE_OF_EACH_COLOR = """() => {
    const seen = new Set();
    for (const word of document.querySelectorAll(".highlight span[class]")) {
        if (!word.getClientRects().length) continue;
        if (seen.has(word.className)) word.replaceWith(...word.childNodes);
        seen.add(word.className);
    }
    return seen.size;
}"""


@needs_browser
def test_axe_finds_no_serious_fault_and_none_of_color_in_the_dark(site):
    from axe_playwright_python.sync_playwright import Axe

    with chromium() as browser:
        page = browser.new_page(color_scheme="light")
        page.context.set_offline(True)
        for path in sorted(site.glob("*.html")):
            page.goto(path.as_uri())
            assert page.evaluate(ONE_OF_EACH_COLOR) > 10 or not path.name[0].isdigit()
            options: dict = {"resultTypes": ["violations"]}
            found = Axe().run(page, options=options).response["violations"]
            page.emulate_media(color_scheme="dark")  # the theme changes colors, and nothing else
            found += Axe().run(page, options=options | {"runOnly": ["color-contrast"]}).response["violations"]
            page.emulate_media(color_scheme="light")
            serious = [
                f"{path.name}: {one['help']} ({one['nodes'][0]['html'][:160]})"
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == []


@needs_browser
def test_the_filter_explorer_works_without_kernel_and_network(site):
    with chromium() as browser:
        page = browser.new_page()
        page.context.set_offline(True)
        page.goto((site / "03_filters_and_pooling.html").as_uri())
        canvas = page.locator("canvas").last
        canvas.wait_for()
        before = canvas.evaluate("canvas => canvas.toDataURL()")
        cell = page.get_by_label(re.compile("^Weight .*row 1, column 1")).first
        cell.fill("7")
        cell.press("Enter")
        page.wait_for_function(
            "([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), before]
        )
