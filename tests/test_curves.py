"""Training curves and the chart renderer: helpers/plots/curves.py and charts.py."""

import io
import math
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from helpers.plots import charts, curves
from helpers.plots import figures as plots
from helpers.plots.charts import Line, Panel
from helpers.plots.figures import COLORS

HISTORY = {
    "loss": [0.9, 0.5, 0.4],
    "accuracy": [0.7, 0.8, 0.85],
    "val_loss": [0.8, 0.6, 0.7],
    "val_accuracy": [0.7, 0.79, 0.8],
}


@pytest.fixture
def figures(monkeypatch) -> list[tuple[Figure, str]]:
    """What the functions show: figures and their texts."""
    shown = []
    monkeypatch.setattr(plots, "show", lambda figure, text: shown.append((figure, text)))
    return shown


def test_a_run_has_a_panel_for_each_metric_with_validation_beside_training(figures):
    curves.show_curves(SimpleNamespace(history=HISTORY | {"learning_rate": [0.1, 0.1, 0.1]}))
    figure, text = figures[0]
    assert [axis.get_title() for axis in figure.axes] == ["loss", "accuracy"]
    assert [line.get_label() for line in figure.axes[0].lines] == ["training", "validation"]
    np.testing.assert_array_equal(figure.axes[1].lines[1].get_xydata(), [(1, 0.7), (2, 0.79), (3, 0.8)])
    assert text == (
        "loss over 3 epochs: training 0.900 to 0.400, validation 0.800 to 0.700, best validation 0.600 in epoch 2. "
        "accuracy over 3 epochs: training 0.700 to 0.850, validation 0.700 to 0.800, best validation 0.800 in epoch 3."
    )


def test_a_marked_epoch_is_a_dotted_line_with_its_name_in_every_panel(figures):
    curves.show_curves(HISTORY, marks={"the $turn": 2})
    figure, text = figures[0]
    for axis in figure.axes:
        np.testing.assert_array_equal(axis.lines[-1].get_xdata(), [2, 2])
        assert axis.lines[-1].get_linestyle() == ":"
        assert [words.get_text() for words in axis.texts] == [r" the \$turn"]
        assert len(axis.get_legend().get_texts()) == 2, "the mark is not a run"
    assert text.endswith("Marked: the $turn, epoch 2.")


def test_runs_differ_by_color_and_marker_and_validation_is_dashed(figures):
    curves.show_curves({name: HISTORY for name in ("Adam", "SGD", "RMSprop")}, metrics=["accuracy"])
    figure, text = figures[0]
    validation = [line for line in figure.axes[0].lines if "validation" in line.get_label()]
    assert [line.get_label() for line in validation] == ["Adam validation", "SGD validation", "RMSprop validation"]
    assert {line.get_linestyle() for line in validation} == {"--"}
    assert {line.get_linestyle() for line in figure.axes[0].lines if line not in validation} == {"-"}
    for look in ("get_color", "get_marker"):
        assert len({str(getattr(line, look)()) for line in validation}) == 3
    assert len(figure.legends) == 1  # below the panel, where it covers no line
    assert figure.axes[0].get_legend() is None
    assert text.count("accuracy over 3 epochs") == 3
    assert "SGD: accuracy" in text


def test_one_epoch_is_a_point_and_runs_may_lack_validation(figures):
    curves.show_curves([{"loss": [0.5]}, {"loss": [0.4], "val_loss": [0.6]}])
    figure, text = figures[0]
    assert all(line.get_marker() != "None" for line in figure.axes[0].lines)
    assert (
        text == "run 1: loss over 1 epoch: training 0.500. run 2: loss over 1 epoch: training 0.400, validation 0.600."
    )


def test_a_first_loss_that_would_flatten_all_others_is_in_the_title(figures):
    history = {"loss": [2.58, 0.7, 0.6], "val_loss": [0.71, 0.69, 0.65], "accuracy": [0.1, 0.7, 0.8]}
    curves.show_curves(history)
    figure, text = figures[0]
    loss, accuracy = figure.axes
    assert loss.get_title() == "loss (first: 2.58, not drawn)"
    assert loss.get_ylim()[1] < 0.8
    np.testing.assert_array_equal(loss.lines[0].get_xydata(), [(2, 0.7), (3, 0.6)])
    assert len(loss.lines[1].get_xydata()) == 3
    assert len(accuracy.lines[0].get_xydata()) == 3
    assert "training 2.580 to 0.600" in text


def test_losses_that_fall_by_less_are_shown_from_the_start():
    assert curves.first_value_towers([[0.9, 0.5, 0.4], [0.5, 0.5, 0.4]]) == []
    assert curves.first_value_towers([[2.6, 0.5], [0.6, 0.5]]) == []
    assert curves.first_value_towers([]) == curves.first_value_towers([[]]) == []
    assert curves.first_value_towers([[2.6, 0.5, 0.4], [1.6, 0.5, 0.4], [0.6, 0.5, 0.4]]) == [2.6, 1.6]


@pytest.mark.parametrize("histories", [{}, {"loss": []}, [], {"Adam": {}}])
def test_no_epoch_is_one_sentence(histories):
    with pytest.raises(ValueError, match="No epoch"):
        curves.show_curves(histories)


@pytest.mark.parametrize(
    "histories", [None, [0.1, 0.2], {"loss": 0.3}, {"Adam": None}, {"loss": [None, 0.5]}, object()]
)
def test_what_is_no_history_is_one_sentence(histories):
    with pytest.raises(ValueError, match=r"This is no history: .*Pass what `fit` returned"):
        curves.show_curves(histories)


def test_a_metric_is_one_of_the_history_and_a_network_has_its_own(figures):
    history = {"loss": [1.0, 0.5], "accuracy": [0.5, 0.6], "f1": [np.ones(2), np.ones(2)]}
    for name in ("acc", ["loss", "acc"]):
        with pytest.raises(ValueError, match=r"There is no 'acc' in the history. It has: loss, accuracy, f1\."):
            curves.show_curves(history, name)
    network = SimpleNamespace(history=SimpleNamespace(history=history))
    curves.show_curves(network, "accuracy", marks={"late": 90})
    curves.show_curves(history)
    assert [len(figure.axes) for figure, _ in figures] == [1, 3]
    assert figures[0][1].startswith("accuracy over 2 epochs: training 0.500 to 0.600.")


def test_bands_say_how_many_seeds_they_span(figures):
    runs = {
        "plain": {"val_accuracy": [[0.5, 0.6], [0.6, 0.7]], "accuracy": [[0.5, 0.9], [0.6, 1.0]]},
        "both": {"val_accuracy": [[0.4, 0.5]], "accuracy": [[0.4, 0.5]]},
        "dropout": {},
    }
    curves.show_bands(runs, ["val_accuracy", "accuracy"])
    figure, text = figures[0]
    (band,) = [area for area in figure.axes[0].collections if area.get_paths()[0].vertices[:, 1].max() > 0.65]
    assert band.get_paths()[0].vertices[:, 1].min() == 0.5  # from the lowest to the highest seed
    assert "plain: val_accuracy after 2 epochs 0.600 to 0.700 (2 seeds)." in text
    assert "both: accuracy after 2 epochs 0.500 (1 seed)." in text
    assert "dropout" not in text
    assert [axis.get_title() for axis in figure.axes] == ["validation accuracy", "training accuracy"]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()  # so that a gap can be seen
    with pytest.raises(ValueError, match="No epoch"):
        curves.show_bands({"plain": {}}, ["accuracy"])


def test_bands_of_different_metrics_keep_their_own_scales_and_names(figures):
    curves.show_bands({"plain": {"loss": [[5, 6]], "accuracy": [[0.5, 0.9]]}}, ["loss", "accuracy"])
    (first, second) = figures[0][0].axes
    assert (first.get_title(), second.get_title()) == ("loss", "accuracy")
    assert second.get_ylim()[1] < first.get_ylim()[0]


@pytest.mark.parametrize(
    ("metric", "best"),
    [
        ("accuracy", 2),
        ("val_loss", 1),
        ("mae", 1),
        ("mean_squared_error", 1),
        ("auc", 2),
        ("mape", 1),
        ("false_positives", 1),
    ],
)
def test_less_is_better_where_an_error_is_measured(figures, metric, best):
    assert curves.lower_is_better(metric) == (best == 1)
    curves.show_curves({metric.removeprefix("val_"): [0, 0], f"val_{metric.removeprefix('val_')}": [0.1, 0.2]})
    assert f"best validation 0.{best}00 in epoch {best}" in figures[0][1]


def test_a_name_with_dollar_signs_is_no_formula(figures):
    name = "$x_$"
    curves.show_curves({name: {"loss": [1, 2]}, "b": {"loss": [1, 2]}})
    curves.show_bands({name: {"$_$": [[0.5, 0.6]]}, "b": {"$_$": [[0.5, 0.6]]}}, ["$_$"])
    for figure, text in figures:
        assert Image.open(io.BytesIO(plots.png(figure))).width > 300
        assert name in text


# --- the renderer ----------------------------------------------------------------------------------------------------

PANEL = Panel(
    "a <b> & $c$",
    [
        Line([(1, 2.0), (2, math.nan), (3, 1.0)], "first"),
        Line([(1, 2.5), (3, 2.0)], "second", COLORS[1], dashed=True, faint=True),
        Line([(1, 1.5), (3, 1.2)], "third", band=[(1, 1, 2), (3, 0.5, 9)]),
    ],
    (0, 10),
)


def test_both_outputs_have_the_same_lines_dashes_and_bands():
    image = ElementTree.fromstring(charts.svg([PANEL], 'loss <falls> & "more"'))
    lines = image.findall(".//{*}polyline")
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4", None]
    assert [line.get("stroke") for line in lines] == [line.color for line in PANEL.lines]
    assert len(lines[0].get("points").split()) == 2  # without the NaN
    assert len(image.findall(".//{*}polygon")) == 1
    assert image.get("aria-label") == 'loss <falls> & "more"'
    texts = ["".join(text.itertext()) for text in image.findall(".//{*}text")]
    assert {"a <b> & $c$", "first", "second", "third", "epoch", "10", "8"} <= set(texts)
    samples = [line for line in image.findall(".//{*}line") if line.get("stroke") != "currentColor"]
    assert {(line.get("stroke"), line.get("stroke-dasharray")) for line in samples} == {
        (line.color, "6 4" if line.dashed else None) for line in PANEL.lines
    }
    (axis,) = charts.figure([PANEL]).axes
    assert [line.get_linestyle() for line in axis.lines] == ["-", "--", "-"]
    assert [line.get_color() for line in axis.lines] == [line.color for line in PANEL.lines]
    assert len(axis.collections) == 1
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["first", "second", "third"]


def test_everything_in_an_svg_lies_inside_its_frame():
    image = ElementTree.fromstring(charts.svg([PANEL, PANEL], "two panels"))
    for dot in image.findall(".//{*}circle"):
        assert 0 <= float(dot.get("cx")) <= charts.WIDTH
        assert 0 <= float(dot.get("cy")) <= charts.HEIGHT
    ends = [polygon.get("points").split() for polygon in image.findall(".//{*}polygon")]
    assert all(0 <= float(point.split(",")[1]) <= charts.HEIGHT for points in ends for point in points)


def test_a_color_is_a_run_a_solid_line_training_a_dashed_one_validation():
    history = {name: list(enumerate(values, 1)) for name, values in HISTORY.items()}
    for runs in ({"": history}, {"Adam": history, "SGD": history}):
        for panel in curves.history_panels(runs):
            drawn = ElementTree.fromstring(charts.svg([panel], "runs")).findall(".//{*}polyline")
            assert [line.get("stroke-dasharray") for line in drawn] == [None, "6 4"] * len(runs)
            colors = [line.get("stroke") for line in drawn]
            assert colors == [color for color in COLORS[: len(runs)] for _ in range(2)]
            assert [line.get_color() for line in charts.figure([panel]).axes[0].lines] == colors


def test_the_best_validation_value_of_a_single_run_has_a_ring():
    history = {name: list(enumerate(values, 1)) for name, values in HISTORY.items()}
    loss, accuracy = curves.history_panels({"": history})
    assert [line.best for line in loss.lines] == [None, (2, 0.6)]
    assert accuracy.lines[1].best == (3, 0.8)
    assert len(ElementTree.fromstring(charts.svg([loss], "a run")).findall(".//{*}ellipse")) == 1
    assert curves.best_point("loss", [(1, math.nan), (2, 0.4)]) is None
    assert curves.best_point("loss", [(1, math.nan), (2, 0.4), (3, 0.4)]) == (2, 0.4)


@pytest.mark.parametrize("epoch", [0.1, 1, 4.5, 10])
@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_names_of_lines_are_apart_and_beside_the_frame(epoch, count, value):
    lines = [Line([(epoch, value)], f"run {number}") for number in range(count)]
    image = ElementTree.fromstring(charts.svg([Panel("loss", [*lines, Line([(1, 0), (1, 1)])], (0, 10))], "runs"))
    texts = [(text.text, float(text.get("x")), float(text.get("y"))) for text in image.findall(".//{*}text")]
    names = [(x, y) for text, x, y in texts if text.startswith("run ")]
    others = [(x, y) for text, x, y in texts if not text.startswith("run ")]
    assert min(x for x, _ in names) > max(x for x, _ in others) + 10
    heights = sorted(y for _, y in names)
    assert all(after - before >= 12 for before, after in zip(heights, heights[1:], strict=False))
    assert charts.TOP <= heights[0] <= heights[-1] <= charts.HEIGHT - charts.BOTTOM + 5


@pytest.mark.parametrize(
    ("points", "least", "most"),
    [
        ([(1, 0.18)], (0.0, 0.1), (0.26, 1.0)),  # one epoch: no axis from 0.171 to 0.189
        ([(1, 0.99)], (0.0, 0.9), (1.0, 1.0)),
        ([(1, 0.0), (2, 1.0)], (0.0, 0.0), (1.0, 1.0)),
        ([(1, 2.5), (2, 0.1)], (0.0, 0.0), (2.5, 2.8)),
        ([(1, -2.0), (2, 2.0)], (-2.5, -2.0), (2.0, 2.5)),
        ([(1, 0.0), (2, 0.0)], (0.0, 0.0), (0.001, 1.0)),
        ([(1, 5e-7), (2, 4e-7)], (0.0, 4e-7), (5e-7, 1.0)),
    ],
)
def test_the_y_axis_is_not_empty_and_ends_where_values_do(points, least, most):
    low, high = charts.y_range([Line(points)])
    assert least[0] <= low <= least[1]
    assert most[0] <= high <= most[1]
    assert low < high


@pytest.mark.parametrize("panels", [[], [Panel("loss")], curves.history_panels({"": {}}, epochs=3)])
def test_a_chart_without_a_line_is_well_formed(panels):
    assert ElementTree.fromstring(charts.svg(panels, "nothing yet")).findall(".//{*}polyline") == []


def test_every_line_color_has_a_contrast_of_three_to_one_on_white_and_on_near_black():
    def light(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for color in COLORS:
        assert 1.05 / (light(color) + 0.05) >= 3, color
        assert (light(color) + 0.05) / (light("#111111") + 0.05) >= 3, color


@pytest.mark.parametrize("range_", [(0, 1), (0.95, 0.97), (-3, 1e5), (0, 7), (2.0, 2.0000001)])
def test_ticks_are_few_round_and_inside(range_):
    ticks = charts.ticks(*range_)
    assert 1 <= len(ticks) <= 7
    assert all(range_[0] - 1e-9 <= tick <= range_[1] + 1e-9 for tick in ticks)
