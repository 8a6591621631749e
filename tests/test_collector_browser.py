"""The collector in a real JupyterLab, with the camera that Chromium makes up; and without one."""

import re
import shutil

import pytest
from PIL import Image

from helpers.images.own_images import OwnImages
from tests.browser import CURRENT, FAKE_CAMERA, expect, needs_browser, notebook, run_code

pytestmark = needs_browser

CELL = """from helpers.widgets import Collector
collector = Collector("my_images", ["rock", "paper"])
collector"""
TROUBLES = {
    "NotAllowedError": "not allowed on this page",
    "NotFoundError": "no camera on this computer",
    "NotReadableError": "another program",
    "TypeError": "TypeError",
}
COUNT_TRACKS = """
window.tracks = [];
const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await original(wanted);
    window.tracks.push(...stream.getTracks());
    return stream;
};"""
LIVE = "window.tracks.filter((track) => track.readyState === 'live').length"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The collector in a notebook, and next to it files to choose."""
    folder = tmp_path_factory.mktemp("collect")
    for name, color in (("rose", "red"), ("sky", "blue")):
        Image.new("RGB", (60, 40), color).save(folder / f"{name}.png")
    (folder / "diary.txt").write_text("Dear diary")
    cells = [CELL, *["# %% [markdown]\n" + "a line\n\n" * 60] * 2]
    options = {"size": (1300, 1000), "script": COUNT_TRACKS, "shown": ".lts-class .lts-upload"}
    with notebook(folder, cells, *FAKE_CAMERA, **options) as page:
        yield page


@pytest.fixture
def folder(page):
    return page.server.folder


@pytest.fixture
def own(page, folder):
    run_code(
        page,
        "collector.delete_everything(); [collector.own.add_class(name) for name in ('rock', 'paper')]; collector._show()",
    )
    page.wait_for_function(
        "document.querySelectorAll('.lts-class').length === 2 && !document.querySelector('.lts-thumb')"
    )
    return OwnImages(folder / "my_images")


def column(page, name):
    return page.get_by_role("region", name=name, exact=True)


def hold(page, name, pictures):
    button = column(page, name).get_by_role("button", name="Hold to take pictures")
    before = column(page, name).locator(".lts-thumb").count()
    button.hover()
    page.mouse.down()
    thumbs_at_least(page, name, before + pictures)
    page.mouse.up()


def thumbs_at_least(page, name, count):
    page.wait_for_function(
        "([name, count]) => document.querySelectorAll(`section[aria-label='${name}'] .lts-thumb img`).length >= count",
        arg=[name, count],
    )


def settled(page, name):
    """The number of thumbnails once no picture is on its way any more."""
    page.wait_for_timeout(600)
    return column(page, name).locator(".lts-thumb").count()


def test_a_held_button_takes_pictures_and_every_one_shown_is_on_the_disk(page, own):
    hold(page, "rock", 9)
    shown = settled(page, "rock")
    assert shown == len(own.names("rock"))
    assert len(set(own.load(32).groups)) >= 2, "a second of pictures is a series"
    assert re.search(rf"{shown} images", column(page, "rock").inner_text())
    colors = own.load(32).images
    assert colors.std() > 10, "the made-up camera shows a picture, not black"


def test_a_short_press_and_a_key_take_one_picture_each(page, own):
    hold(page, "paper", 1)
    before = settled(page, "paper")
    button = column(page, "paper").get_by_role("button", name="Hold to take pictures")
    button.focus()
    page.keyboard.press("Enter")
    thumbs_at_least(page, "paper", before + 1)
    assert settled(page, "paper") == len(own.names("paper"))


def test_images_are_moved_deleted_and_brought_back_by_click_and_by_key(page, own):
    for _ in range(4):
        own.keep("rock", Image.new("RGB", (30, 30), "red"))
    run_code(page, "collector._show()")
    thumbs_at_least(page, "rock", 4)
    thumbs = column(page, "rock").locator(".lts-thumb")
    thumbs.nth(0).click()
    thumbs.nth(1).click()
    page.get_by_label("Move the selected images").select_option("paper")
    thumbs_at_least(page, "paper", 2)
    assert (len(own.names("rock")), len(own.names("paper"))) == (2, 2)
    thumbs.nth(0).focus()
    page.keyboard.press("Delete")
    page.get_by_text("1 deleted.").wait_for()
    assert len(own.names("rock")) == 1
    page.keyboard.press("1")  # the focus is on the next one; classes are numbered in their order
    thumbs_at_least(page, "paper", 3)
    page.get_by_role("button", name="Undo").click()
    thumbs_at_least(page, "rock", 1)
    page.get_by_role("button", name="Undo").click()
    thumbs_at_least(page, "rock", 2)
    assert (len(own.names("rock")), len(own.names("paper"))) == (2, 2)


def test_classes_are_added_renamed_and_odd_names_get_a_sentence(page, own):
    page.get_by_role("textbox", name="Name of a new class").fill("scissors")
    page.get_by_role("button", name="Add", exact=True).click()
    column(page, "scissors").wait_for()
    page.get_by_text("scissors is a class now.").wait_for()
    name = column(page, "scissors").get_by_role("textbox")
    name.fill("a/b")
    name.press("Enter")
    page.get_by_text("can't be the name of a class").wait_for()
    expect(name).to_have_value("scissors")
    name.fill("shears")
    name.press("Enter")
    column(page, "shears").wait_for()
    expect(page.get_by_text("can't be the name of a class")).to_have_count(0)
    assert own.classes == ["paper", "rock", "shears"]


def test_files_are_kept_and_what_is_none_is_said(page, own, folder):
    with page.expect_file_chooser() as chooser:
        column(page, "paper").get_by_role("button", name="Choose images").click()
    chooser.value.set_files([folder / "rose.png", folder / "diary.txt", folder / "sky.png"])
    column(page, "paper").get_by_text('2 of 3 kept. "diary.txt" is text, not an image.').wait_for()
    thumbs_at_least(page, "paper", 2)
    assert len(own.names("paper")) == 2


def many_files(folder, kind, count):
    files = [folder / f"{kind}{number}.png" for number in range(count)]
    for number, file in enumerate(files):
        Image.new("RGB", (60, 40), (number, 0, 90)).save(file)
    return files


def choose(page, name, files):
    with page.expect_file_chooser() as chooser:
        column(page, name).get_by_role("button", name="Choose images").click()
    chooser.value.set_files(files)


def test_nothing_is_lost_when_files_are_chosen_while_others_are_sent(page, own, folder):
    choose(page, "rock", many_files(folder, "a", 12))
    choose(page, "paper", many_files(folder, "b", 7))
    choose(page, "rock", many_files(folder, "c", 5))
    column(page, "paper").get_by_text("7 kept.").wait_for()
    column(page, "rock").get_by_text("5 kept.", exact=True).wait_for()
    assert (len(own.names("rock")), len(own.names("paper"))) == (17, 7)


def test_a_folder_that_was_deleted_meanwhile_is_said_once(page, own, folder):
    choose(page, "rock", [folder / "rose.png"])
    column(page, "rock").get_by_text("1 kept.").wait_for()
    shutil.rmtree(own.folder)
    choose(page, "rock", [folder / "rose.png", folder / "sky.png"])
    gone = "0 of 2 kept. There is no class 'rock' any more. Run this cell again."
    column(page, "rock").get_by_text(gone, exact=True).wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("those images aren't there any more").wait_for()


def test_of_many_files_that_are_none_the_others_are_counted(page, own, folder):
    files = [folder / f"diary{number}.txt" for number in range(5)]
    for file in files:
        file.write_text("Dear diary")
    choose(page, "rock", [*files, folder / "rose.png"])
    column(page, "rock").get_by_text("1 of 6 kept.").wait_for()
    column(page, "rock").get_by_text("And 2 more that can't be used.").wait_for()


A_FILE = """const kept = new DataTransfer();
const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
const blob = await new Promise((resolve) => canvas.toBlob(resolve));
kept.items.add(new File([blob], "image.png", { type: "image/png" }));"""


def test_a_file_that_is_dropped_anywhere_on_a_class_is_kept(page, own):
    column(page, "paper").locator(".lts-thumbs").evaluate(
        f"""async (node) => {{ {A_FILE}
            node.dispatchEvent(new DragEvent("drop", {{ bubbles: true, cancelable: true, dataTransfer: kept }})); }}"""
    )
    column(page, "paper").get_by_text("1 kept.").wait_for()
    assert len(own.names("paper")) == 1


def test_a_pasted_image_goes_to_the_class_that_was_pointed_at_last_and_to_no_other(page, own):
    paste = f"""async () => {{ {A_FILE} const options = {{ bubbles: true, cancelable: true, clipboardData: kept }};
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", options)); }}"""
    button = {name: column(page, name).get_by_role("button", name="Choose images") for name in ("rock", "paper")}
    page.mouse.move(5, 5)
    button["paper"].focus()
    button["rock"].hover()
    page.evaluate(paste)
    column(page, "rock").get_by_text("1 kept.").wait_for()
    button["paper"].focus()
    page.evaluate(paste)
    column(page, "paper").get_by_text("1 kept.").wait_for()
    page.wait_for_timeout(600)
    assert (len(own.names("rock")), len(own.names("paper"))) == (1, 1)


def test_many_images_come_in_pages(page, own):
    for number in range(100):
        own.keep("rock", Image.new("RGB", (30, 30), (number, 0, 0)))
    run_code(page, "collector._show()")
    thumbs_at_least(page, "rock", 40)
    assert settled(page, "rock") == 40
    column(page, "rock").locator(".lts-thumbs").evaluate("(node) => (node.scrollTop = node.scrollHeight)")
    thumbs_at_least(page, "rock", 80)


def test_the_light_goes_out_when_the_camera_cannot_be_seen(page, own):
    hold(page, "rock", 1)
    assert page.evaluate(LIVE) == 1
    page.evaluate(f"{CURRENT}.content.scrollToItem(2, 'start')")
    page.wait_for_function(f"{LIVE} === 0")
    page.evaluate(f"{CURRENT}.content.scrollToItem(0, 'start')")
    page.get_by_text("The camera is off while you can't see its picture.").wait_for()
    page.get_by_role("button", name="Turn the camera on").click()
    page.wait_for_function(f"{LIVE} === 1")
    page.get_by_role("button", name="Turn the camera off").click()
    page.wait_for_function(f"{LIVE} === 0")


def test_everything_is_deleted_by_one_button_pressed_twice(page, own):
    own.keep("rock", Image.new("RGB", (30, 30)))
    run_code(page, "collector._show()")
    thumbs_at_least(page, "rock", 1)
    page.get_by_role("button", name="Delete all my images").click()
    assert len(own.names("rock")) == 1
    page.get_by_role("button", name="Really?").click()
    page.get_by_text("1 image deleted for good.").wait_for()
    assert not own.folder.exists()


@pytest.mark.parametrize(("trouble", "said"), [*TROUBLES.items(), ("", "only on pages from https://")])
def test_without_a_camera_a_sentence_says_so_and_files_are_kept(page, own, folder, trouble, said):
    fails = f"{{ getUserMedia: async () => {{ throw Object.assign(new Error(), {{ name: '{trouble}' }}); }} }}"
    there = fails if trouble else "undefined"  # on a page that may have no camera
    page.evaluate(f"Object.defineProperty(navigator, 'mediaDevices', {{ value: {there}, configurable: true }}) && null")
    page.get_by_role("button", name="Turn the camera on").click()
    page.get_by_text(said).wait_for()
    with page.expect_file_chooser() as chooser:
        column(page, "rock").get_by_role("button", name="Choose images").click()
    chooser.value.set_files([folder / "rose.png"])
    column(page, "rock").get_by_text("1 kept.").wait_for()
    thumbs_at_least(page, "rock", 1)
    assert len(own.names("rock")) == 1
    page.evaluate("delete navigator.mediaDevices && null")


def test_a_held_button_may_move_and_the_light_goes_out_when_the_output_is_cleared(page, own):
    before = column(page, "rock").locator(".lts-thumb").count()
    column(page, "rock").get_by_role("button", name="Hold to take pictures").hover()
    page.mouse.down()
    page.mouse.move(5, 5)  # as if the button had moved
    thumbs_at_least(page, "rock", before + 1)
    page.mouse.up()
    assert page.evaluate(LIVE) == 1
    page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function(f"{LIVE} === 0")
