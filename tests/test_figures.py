"""Figures and their text equivalents: figures.py, image_figures.py and labels.py of helpers/plots."""

import base64
import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from helpers.plots import curves, image_figures, labels
from helpers.plots import figures as plots
from tests.conftest import ROOT

DIGITS = np.random.default_rng(0).integers(0, 256, (10, 28, 28), dtype="uint8")


@pytest.fixture(autouse=True)
def plain_style():
    """Matplotlib's own style, whether or not another test of this process has set the course's."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        yield


@pytest.fixture
def shown(monkeypatch) -> list:
    """What the functions display."""
    outputs = []
    monkeypatch.setattr(plots, "display", outputs.append)
    return outputs


@pytest.fixture
def figures(monkeypatch) -> list[Figure]:
    """The figures themselves, with their texts."""
    found = []
    monkeypatch.setattr(plots, "show", lambda figure, text: found.append((figure, text)))
    return found


def test_a_figure_is_a_png_with_the_text_as_alternative(shown):
    image_figures.show_images(DIGITS, titles=range(10))
    data, metadata = shown[0]._repr_mimebundle_()
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert image.format == "PNG"
    assert image.width > 500
    assert (
        data["text/plain"] == metadata["image/png"]["alt"] == "10 images of 28×28 pixels: 0; 1; 2; 3; 4; 5; 6; 7; 8; 9."
    )
    assert repr(shown[0]) == data["text/plain"]


def test_a_figure_with_photographs_is_a_small_jpeg(shown):
    noise = np.random.default_rng(0).integers(0, 256, (10, 150, 150, 3), dtype="uint8")
    image_figures.show_images(noise)
    data, metadata = shown[0]._repr_mimebundle_()
    file = base64.b64decode(data["image/jpeg"])
    assert Image.open(io.BytesIO(file)).format == "JPEG"
    assert max(Image.open(io.BytesIO(file)).getpixel((0, 0))) < 60, "a dark mat, no white slab"
    assert set(data) == {"image/jpeg", "text/plain"}
    assert metadata["image/jpeg"]["alt"] == data["text/plain"]
    assert len(file) < 250_000


def test_a_figure_without_a_text_is_refused():
    with pytest.raises(ValueError, match="needs a text"):
        plots.show(Figure(), "")


def test_pngs_are_small_and_transparent():
    figure = Figure(figsize=(6.5, 3))
    figure.subplots().plot([1, 2, 3])
    file = plots.png(figure)
    assert len(file) < 20_000
    image = Image.open(io.BytesIO(file)).convert("RGBA")
    assert image.getextrema()[3] == (0, 255)
    assert image.getpixel((0, 0))[3] == 0
    assert plots.on_color(image, "white").getpixel((0, 0)) == (255, 255, 255)


def contrast(color, ground):
    def light(name):
        parts = [int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(color), light(ground)))
    return (high + 0.05) / (low + 0.05)


def test_words_can_be_read_on_a_light_page_a_dark_page_and_the_mat():
    for ink, ground in [(plots.INK, "#ffffff"), (plots.INK, "#111111"), (plots.LIGHT_INK, plots.MAT)]:
        assert contrast(ink, ground) > 4.2, (ink, ground)
    with matplotlib.rc_context():
        plots.use_style()
        axis = Figure().subplots()
        axis.set(title="title", xlabel="x")
        texts = [axis.title, axis.xaxis.label, *axis.get_xticklabels(), axis.text(0, 0, "text")]
        assert {text.get_color() for text in texts} == {plots.INK}
        assert axis.get_facecolor()[3] == axis.figure.get_facecolor()[3] == 0


def test_the_style_sheet_has_the_colors_of_figures():
    sheet = (ROOT / "helpers/widgets/static/widgets.css").read_text("utf-8")
    colors = dict(re.findall(r"--([a-z]+(?:-\d)?): (#[0-9a-f]{6});", sheet))
    assert [colors[f"run-{number}"].upper() for number in range(1, 7)] == plots.COLORS
    assert (colors["right"], colors["wrong"]) == (image_figures.RIGHT, image_figures.WRONG)
    classes = [colors[f"class-{number}"] for number in range(10)]
    assert len(set(classes)) == 10
    assert not set(classes) & {color.lower() for color in plots.COLORS}, "a set of their own"
    for color in classes:
        assert contrast(color, "#ffffff") >= 3, color
        assert contrast(color, "#111111") >= 3, color


def test_pixels_are_shown_as_squares(figures):
    image_figures.show_images([np.eye(28, dtype="uint8") * 255], size=4)
    image = Image.open(io.BytesIO(plots.png(figures[0][0]))).convert("L")
    grays = np.bincount(np.asarray(image).ravel(), minlength=256)
    assert grays[0] + grays[255] == grays.sum()  # no gray in between


@pytest.mark.parametrize(
    ("image", "brightest"),
    [
        (np.full((28, 28), 51, "uint8"), 0.2),
        (np.full((28, 28), 0.2), 0.2),
        (np.full((28, 28, 1), 51.0, "float32"), 0.2),
        (np.full((28, 28), 1, "uint8"), 1 / 255),
        (np.full((9, 7, 3), 0.2), 0.2),
    ],
)
def test_bytes_and_floats_have_the_same_brightness(figures, image, brightest):
    image_figures.show_images([image])
    figure, text = figures[0]
    assert figure.axes[0].images[0].get_array().max() == round(255 * brightest)
    assert figure.axes[0].images[0].get_clim() == (0, 255)
    assert text == f"One image of {image.shape[0]}×{image.shape[1]} pixels."


def test_images_may_differ_in_size_and_rows_need_not_be_full(figures):
    image_figures.show_images([np.zeros((5, 6)), np.zeros((7, 8, 3)), np.zeros((5, 6))], columns=2)
    figure, text = figures[0]
    assert [len(axis.images) for axis in figure.axes] == [1, 1, 1, 0]
    assert text == "3 images of different sizes."


@pytest.mark.parametrize(
    ("images", "titles", "sentence"),
    [
        ([], None, "No image"),
        (DIGITS, ["one"], "1 titles for 10 images"),
        ([np.zeros((28, 28, 2))], None, r"\(28, 28, 2\)"),
        ([np.full((2, 2), -0.5)], None, "-0.5"),
        ([np.full((2, 2), np.nan)], None, "nan"),
        ([np.zeros((0, 0, 3))], None, r"\(0, 0, 3\)"),
        (None, None, "No image"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(images, titles, sentence):
    with pytest.raises(ValueError, match=sentence):
        image_figures.show_images(images, titles)


def test_confusion_matrix_names_the_most_frequent_mistakes(figures):
    image_figures.show_confusion_matrix(np.array([[8, 2, 0], [1, 9, 0], [0, 3, 7]]), ["coat", "shirt", "bag"])
    figure, text = figures[0]
    axis = figure.axes[0]
    assert sorted(label.get_text() for label in axis.texts) == sorted(["8", "2", "1", "9", "3", "7"])  # no zeros
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("the network says", "it is")
    assert text == (
        "24 of 30 images are right. Most frequent mistakes: "
        "bag taken for shirt (3), coat taken for shirt (2), shirt taken for coat (1)."
    )


def test_rows_of_the_matrix_are_the_truth(figures):
    image_figures.show_confusion_matrix(np.array([[0, 5], [0, 0]]), ["cat", "dog"])
    label = figures[0][0].axes[0].texts[0]
    assert label.get_position() == (1, 0)  # column "dog", row "cat"
    assert "cat taken for dog (5)" in figures[0][1]


def test_right_answers_and_mistakes_have_different_colors_and_shades(figures):
    image_figures.show_confusion_matrix(np.array([[8, 2], [0, 9]]), ["coat", "shirt"])
    cells = np.asarray(figures[0][0].axes[0].images[0].get_array())
    np.testing.assert_allclose(cells[0, 0, :3], cells[1, 1, :3])
    assert np.abs(cells[0, 0, :3] - cells[0, 1, :3]).max() > 0.5
    np.testing.assert_allclose(cells[..., 3], np.sqrt([[0.8, 0.2], [0, 1]]))


def test_no_mistake_and_empty_classes_are_fine(figures):
    image_figures.show_confusion_matrix(np.diag([3, 0]), ["cat", "dog"])
    assert figures[0][1] == "3 of 3 images are right."


@pytest.mark.parametrize(
    ("matrix", "names", "said"),
    [
        (np.eye(2), ["a", "b", "c"], "2 classes apart, but there are 3"),
        ([[1, 2]], ["a", "b"], r"a row and a column of counts for each class; this one has the shape \(1, 2\)"),
        ([], [], r"the shape \(0,\)"),
        (np.full((2, 2), np.nan), ["a", "b"], "this one has other values"),
        (np.full((2, 2), 0.5), ["a", "b"], "this one has other values"),
        ([["a", "b"], ["c", "d"]], ["a", "b"], "this one has other values"),
    ],
)
def test_a_matrix_that_is_none_or_does_not_fit_the_names_is_refused(matrix, names, said):
    with pytest.raises(ValueError, match=said):
        image_figures.show_confusion_matrix(matrix, names)


def test_names_of_a_matrix_may_be_missing_or_come_one_by_one(figures):
    image_figures.show_confusion_matrix([[1.0, 2.0], [0, 1]])
    image_figures.show_confusion_matrix([[1, 2], [0, 1]], (name for name in ("cat", "dog")))
    assert [text for _, text in figures] == [
        f"2 of 4 images are right. Most frequent mistakes: {a} taken for {b} (2)."
        for a, b in (("0", "1"), ("cat", "dog"))
    ]


@pytest.mark.parametrize(
    ("images", "probabilities", "said"),
    [
        (DIGITS[:2], np.full((2, 2), np.nan), "Probabilities are numbers"),
        (DIGITS[:2], np.zeros((2, 2, 2)), "Probabilities are numbers"),
        (DIGITS[:1], np.eye(2)[::-1], "2 labels for 1 images"),
    ],
)
def test_mistakes_that_cannot_be_found_are_a_sentence(images, probabilities, said):
    with pytest.raises(ValueError, match=said):
        image_figures.show_mistakes(images, [0, 1], probabilities)


def test_one_image_is_an_image_and_nothing_is_no_size(figures):
    image_figures.show_images(np.zeros((8, 9, 3)), iter(["one"]))
    image_figures.show_images(DIGITS[0])
    assert [text for _, text in figures] == ["One image of 8×9 pixels: one.", "One image of 28×28 pixels."]
    for options in ({"columns": 0}, {"size": 0}):
        with pytest.raises(ValueError, match="use more than 0"):
            image_figures.show_images(DIGITS, **options)


def test_the_worst_mistakes_come_first(figures):
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8], [0.99, 0.01]])
    image_figures.show_mistakes(DIGITS[:4], [1, 1, 1, 1], probabilities, class_names=["bag", "boot"], count=2)
    figure, _ = figures[0]
    assert [axis.get_title() for axis in figure.axes] == ["boot taken for\nbag (0.99)", "boot taken for\nbag (0.90)"]
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), DIGITS[3])


def test_without_mistakes_there_is_a_sentence(figures, capsys):
    image_figures.show_mistakes(DIGITS[:2], [0, 1], np.eye(2))
    assert not figures
    assert capsys.readouterr().out == "No mistake among 2 images.\n"


def test_style_gives_a_lessons_own_lines_colors_and_dashes():
    with matplotlib.rc_context():
        plots.use_style()
        lines = Figure().subplots().plot(np.eye(3))
        assert [line.get_color() for line in lines] == plots.COLORS[:3]
        assert len({line.get_linestyle() for line in lines}) == 3


def test_no_figure_is_left_open(shown):
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    image_figures.show_images(DIGITS)
    assert pyplot.get_fignums() == before


def test_names_with_dollar_signs_are_shown_as_they_are(shown):
    image_figures.show_images(DIGITS[:2], ["$x_$", "5 $ or 6 $"])
    image_figures.show_confusion_matrix(np.eye(2, dtype=int), ["$x_$", r"\frac $"])
    assert [repr(figure)[:11] for figure in shown] == ["2 images of", "2 of 2 imag"]


NAMES = {
    "a formula": "$x_$",
    "two dollars": "a$b$c",
    "a private name": "_private",
    "Chinese": "猫と犬",
    "emoji": "🐎👩\u200d👧",
    "right to left": "\u202eשלום قط",
    "not UTF-8": "a\udcff",
    "a line break": "a\nb",
    "nothing": "",
    "spaces": "   ",
    "very long": "W" * 5000,
    "control characters": "a\0b\x1b[31m",
    "HTML": "<img src=x>",
    "a backslash": "\\frac{",
    "a format": "%s {0}",
}


@pytest.mark.parametrize("kinds", [list(NAMES)[start : start + 5] for start in (0, 5, 10)], ids=", ".join)
def test_any_name_can_be_in_a_figure_without_a_warning(kinds, shown):
    names = [name + end for name in map(NAMES.get, kinds) for end in ("", "b")]
    image_figures.show_images(np.repeat(DIGITS[:1], 10, axis=0), names)
    image_figures.show_confusion_matrix(np.eye(10, dtype=int), names)
    image_figures.show_mistakes(np.repeat(DIGITS[:1], 10, axis=0), range(10), np.roll(np.eye(10), 1, axis=1), names)
    curves.show_curves({name: {"loss": [1, 2, 3], "val_loss": [2, 1, 3]} for name in names})
    curves.show_bands({name: {"loss": [[1, 2], [2, 3]]} for name in names}, ["loss"])
    assert len(shown) == 5


def test_a_letter_is_shown_in_a_font_that_has_it_or_as_a_square(monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "font.family", ["DejaVu Sans"])
    assert labels.plain_text("äöü → 7 שלום") == "äöü → 7 שלום"
    assert matplotlib.rcParams["font.family"] == ["DejaVu Sans"]
    monkeypatch.setattr(labels, "_font_of", {"猫": "A Font", "犬": ""}.get)
    assert labels.plain_text("猫犬") == "猫□"
    assert matplotlib.rcParams["font.family"] == ["DejaVu Sans", "A Font"]


def test_a_long_name_is_shortened_and_a_private_one_stays_in_the_legend():
    assert labels.plain_text("x" * 100, 10) == "x" * 9 + "…"
    assert labels.plain_text("_cats") == " _cats"
