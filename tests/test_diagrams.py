"""Diagrams: what they draw, what they say in words, and where they can be seen: helpers/plots/diagrams/."""

import html
import re
import tempfile
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import keras
import numpy as np
import pytest

from helpers.models import architectures
from helpers.models.receptive_fields import receptive_fields
from helpers.plots import diagrams
from tests import tiny_networks

SVG = "{http://www.w3.org/2000/svg}"
GRAYS = np.random.default_rng(0).integers(0, 256, (60, 80), np.uint8)
COLORED = np.random.default_rng(1).integers(0, 256, (4, 6, 6, 3), np.uint8)
COLORED = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
COLORS = np.random.default_rng(1).uniform(0, 0.9, (10, 12, 3))
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
TWO_SIZES = {"300 px": architectures.horses_humans(300, 5), "150 px": architectures.horses_humans(150, 3)}
HALF = np.array([[[0, 0, 0, 0], [1, 0, 0, 1]], [[0.25, 0.2, 0, 0.5], [0, 0, 1, 1]]])


def dense_network() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


def parabola(weight: float) -> float:
    return (weight - 1) ** 2


ALL = {
    "network": lambda: diagrams.network(dense_network()),
    "neuron": lambda: diagrams.neuron([1, 2, 3], [0.5, -1, 0.25], -0.5),
    "loss_slope": lambda: diagrams.loss_slope(parabola, [-1, 0, 0.5]),
    "zoom_to_window": lambda: diagrams.zoom_to_window(GRAYS, 30, 40),
    "window_sum": lambda: diagrams.window_sum(GRAYS[:3, :3], SOBEL),
    "window_places, valid": lambda: diagrams.window_places(7, 3, stride=2),
    "window_places, same": lambda: diagrams.window_places(7, 5, padding="same"),
    "filter_across_channels, 1": lambda: diagrams.filter_across_channels(1, 64),
    "filter_across_channels, 64": lambda: diagrams.filter_across_channels(64, 64),
    "shapes": lambda: diagrams.shapes(architectures.clothes_convolutional()),
    "what_flatten_passes": lambda: diagrams.what_flatten_passes(TWO_SIZES),
    "alpha_paste": lambda: diagrams.alpha_paste(HALF, np.ones((2, 2, 3))),
    "precision_recall": lambda: diagrams.precision_recall([[4, 2], [1, 3]]),
    "precision_recall, no one called": lambda: diagrams.precision_recall([[6, 0], [4, 0]]),
    "layer_outputs": lambda: diagrams.layer_outputs(
        COLORED, ["Conv2D", "Dropout"], [np.ones((60, 80, 4)), np.zeros((30, 40, 4))]
    ),
    "receptive_fields": lambda: diagrams.receptive_fields(
        COLORED, receptive_fields(architectures.cats_dogs(48)) | {}, 30, 40
    ),
    "occlusion": lambda: diagrams.occlusion(COLORED, 20, 10),
    "receptive_field": lambda: diagrams.receptive_field(architectures.clothes_convolutional()),
    "folder_to_batch": lambda: folder_to_batch(["cats", "dogs"]),
    "folder_to_batch, many": lambda: folder_to_batch([f"class {number}" for number in range(9)], count=2),
    "pipeline": lambda: diagrams.pipeline({"read": "2 files\n1 MB", "cache": "", "shuffle": "all"}),
    "pipeline, no cache": lambda: diagrams.pipeline({"read": "2 files"}),
    "epoch_views": lambda: diagrams.epoch_views(COLORED[:3], [COLORED[3]] * 3),
    "dropout_row": lambda: diagrams.dropout_row([1, 0.5, -2], [[True, False, True], [False] * 3], 0.5),
    "two_by_two": lambda: diagrams.two_by_two({"plain": ([1.0, 0.9], [0.7, 0.8]), "both": ([0.6], [0.65])}),
    "prediction": lambda: diagrams.prediction(GRAYS, COLORS, ["horses", "humans"], [0.9, 0.1], 61_105),
    "prediction, digits": lambda: diagrams.prediction(GRAYS, COLORS[..., :1], list("0123456789"), np.full(10, 0.1), 9),
    "adversarial_step": lambda: diagrams.adversarial_step(COLORS, COLORS + 0.01, 0.01, "horses 0.99", "humans 0.8"),
    "neighbor_distances": lambda: diagrams.neighbor_distances({"new": [0.1, 0.2], "noise": [0.9, 0.15, 0.8]}, 0.2),
    "neighbor_distances, all 0": lambda: diagrams.neighbor_distances({"new": [0.0]}, 0.0),
}


def folder_to_batch(names: list[str], count: int = 6) -> diagrams.Diagram:
    """A diagram of folders with one file more in each, and a batch that begins with the last class."""
    labels = np.eye(len(names))[-1 - np.arange(count) % len(names)]
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names):
            place = Path(folder, name)
            place.mkdir()
            for file in range(number + 1):
                (place / f"{file}.jpg").touch()
        Path(folder, "readme.txt").touch()
        return diagrams.folder_to_batch(folder, np.zeros((count, 8, 8, 3)), labels)


def parsed(diagram: diagrams.Diagram) -> ElementTree.Element:
    return ElementTree.fromstring(diagram.svg())


def words(diagram: diagrams.Diagram) -> list[str]:
    return [node.text for node in parsed(diagram).iter(f"{SVG}text")]


def circles(diagram: diagrams.Diagram, radius: str) -> int:
    return sum(node.get("r") == radius for node in parsed(diagram).iter(f"{SVG}circle"))


@pytest.mark.parametrize("name", ALL)
def test_a_diagram_is_svg_with_a_text_equivalent_and_stays_inside_its_frame(name):
    diagram = ALL[name]()
    root = parsed(diagram)
    assert root.find(f"{SVG}title").text == diagram.title
    assert root.find(f"{SVG}desc").text == root.get("aria-label") == diagram.text
    for node in root.iter():
        for side, most in (("x", diagram.width), ("y", diagram.height)):
            for end in ("", "1", "2"):
                value = float(node.get(side + end) or node.get(f"c{side}") or 0)
                assert 0 <= value <= most, (node.tag, node.attrib)


@pytest.mark.parametrize("name", ALL)
def test_where_no_script_runs_there_is_an_image_on_paper_and_where_one_runs_the_ink_follows_the_theme(name):
    data = ALL[name]()._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}
    page, script = data["text/html"].split("<script>")
    image = unquote(re.search(r'src="data:image/svg\+xml,([^"]*)"', page)[1])
    ElementTree.fromstring(image)
    assert "background: white" in image
    assert "var(" not in image
    assert html.unescape(re.search('alt="([^"]*)"', page)[1]) in data["text/plain"]
    assert "<svg" not in page, "JupyterLab would strip its tags and show its words"
    assert "var(--jp-ui-font-color1, currentColor)" in script
    assert script.count("</script") == 1


def test_words_with_every_kind_of_quote_stay_words():
    drawing = diagrams.Drawing(100, 40)
    drawing.text(50, 20, """a "b" 'c' <d> \\e & </script>""")
    diagram = drawing.finish("""'a' "b" </script>""", """'a' "b" \\ <c> </script>""")
    assert words(diagram) == ["""a "b" 'c' <d> \\e & </script>"""]
    assert diagram._repr_html_().count("</script") == 1


def test_a_diagram_without_words_is_refused():
    with pytest.raises(ValueError, match="needs a text"):
        diagrams.Drawing(10, 10).finish("Empty", " ")


def test_a_network_has_a_column_for_each_layer_with_its_true_numbers():
    diagram = diagrams.network(dense_network())
    shown = words(diagram)
    for text in ("28 × 28 × 1", "784 numbers", "50 neurons", "ReLU", "39,250 parameters", "3 neurons", "softmax"):
        assert text in shown
    assert circles(diagram, "7") == 8 + 8 + 3, "the first and last few of 784 and 50, all of 3"
    assert diagram.text.endswith("39,403 parameters in all.")


@pytest.mark.parametrize("make", [tiny_networks.sequential, tiny_networks.functional, tiny_networks.fitted])
def test_networks_of_every_making_and_with_other_layers_are_drawn(make):
    shown = words(diagrams.network(make()))
    assert [name for name in ("Conv2D", "MaxPooling2D", "Dropout", "Flatten", "Dense") if name in shown] == [
        "Conv2D",
        "MaxPooling2D",
        "Dropout",
        "Flatten",
        "Dense",
    ]
    assert {"4 × 4 × 2", "1 neuron", "sigmoid"} <= set(shown)


@pytest.mark.parametrize("model", [keras.Sequential(), tiny_networks.without_input()])
def test_a_network_that_has_no_shape_yet_is_refused_with_the_remedy(model):
    with pytest.raises(ValueError, match=r"keras\.Input"):
        diagrams.network(model)


def test_a_neuron_says_the_sum_it_draws():
    diagram = diagrams.neuron([1, 2, 3], [0.5, -1, 0.25], -0.5, digits=2)
    assert diagram.text == "1.00 · 0.50 + 2.00 · (−1.00) + 3.00 · 0.25 + bias (−0.50) = −1.25; ReLU gives 0.00."
    assert {"−1.25", "0.00", "ReLU", "x3"} <= set(words(diagram))


def test_of_many_inputs_a_neuron_shows_those_that_matter_most():
    inputs, weights = np.ones(128), np.zeros(128)
    weights[[7, 90, 3]] = 5, -6, 1
    diagram = diagrams.neuron(inputs, weights, 0.0, activation="linear", most=2)
    assert [word for word in words(diagram) if word.startswith("x")] == ["x8", "x91"]
    assert "… 126 more" in words(diagram)
    assert diagram.text.endswith("= 0.000."), "the sum is of all inputs, and nothing follows it"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([1, 2], [1], 0), "2 inputs and 1 weights"), (([], [], 0), "0 inputs"), (([1], [1], 0, "tanh"), "tanh")],
)
def test_a_neuron_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        diagrams.neuron(*arguments)


def test_a_slope_shows_every_step_and_names_slope_and_losses():
    diagram = diagrams.loss_slope(parabola, [-1, 0, 0.5])
    assert [word for word in words(diagram) if word in "012"][-3:] == ["0", "1", "2"]
    assert (
        "At −1.00 (loss 4.00) its slope is −4.00; the next steps: 0.00 (loss 1.00), 0.50 (loss 0.25)." in diagram.text
    )


def test_a_single_step_and_a_flat_curve_can_be_drawn():
    for loss in (parabola, lambda weight: 0.0, lambda weight: -2.0):
        diagram = diagrams.loss_slope(loss, [1])
        assert diagram.text.endswith("slope is 0.00."), diagram.text
        ElementTree.fromstring(diagram.svg())


@pytest.mark.parametrize("weights", [[], [float("nan")], [1, float("inf")]])
def test_steps_that_cannot_be_drawn_are_refused(weights):
    with pytest.raises(ValueError, match="finite"):
        diagrams.loss_slope(parabola, weights)


# A filter's window, shapes and receptive fields


def test_the_zoom_ends_in_the_nine_numbers_of_the_window():
    diagram = diagrams.zoom_to_window(GRAYS, 30, 40, around=5)
    numbers = [str(value) for value in GRAYS[29:32, 39:42].flat]
    assert [word for word in words(diagram) if word.isdigit()] == numbers
    assert "; ".join(" ".join(numbers[row : row + 3]) for row in (0, 3, 6)) in diagram.text
    assert len(list(parsed(diagram).iter(f"{SVG}image"))) == 2


@pytest.mark.parametrize(("row", "column"), [(4, 40), (30, 75), (55, 40), (-30, 40)])
def test_a_zoom_over_the_border_is_refused(row, column):
    with pytest.raises(ValueError, match="don't fit"):
        diagrams.zoom_to_window(GRAYS, row, column, around=5)


def test_the_sum_of_a_window_is_that_of_its_products_in_picture_and_words():
    window = np.array([[81, 140, 176], [90, 131, 170], [79, 134, 173]], np.uint8)
    diagram = diagrams.window_sum(window, SOBEL)
    assert {"81", "−2", "−180", "340", "349"} <= set(words(diagram))
    assert diagram.text.startswith("81 · (−1) + 140 · 0 + 176 · 1 + 90 · (−2)")
    assert diagram.text.endswith("= 349.")


def test_a_window_and_a_filter_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="must be the same"):
        diagrams.window_sum(np.ones((3, 3)), np.ones((2, 2)))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("n", "kernel", "stride"), [(7, 3, 1), (7, 3, 2), (6, 3, 2), (8, 5, 3), (5, 1, 2)])
def test_the_places_are_as_many_as_tensorflow_has_and_so_are_the_zeros(n, kernel, stride, padding):
    diagram = diagrams.window_places(n, kernel, stride, padding)
    layer = keras.layers.Conv1D(1, kernel, strides=stride, padding=padding, use_bias=False, kernel_initializer="ones")
    sums = layer(np.ones((1, n, 1), "float32")).numpy().ravel()
    shown = words(diagram)
    assert sum(word.startswith("→ place") for word in shown) == len(sums)
    assert f": {len(sums)} places" in diagram.text
    assert [word for word in shown if word.startswith("x")] == [f"x{pixel}" for pixel in range(n)]
    seen = sum(kernel - int(value) for value in sums)  # zeros under the filter, over all places
    assert (shown.count("0") > 0) == (seen > 0)


@pytest.mark.parametrize("arguments", [(3, 5), (3, 3, 0), (3, 3, 1, "full"), (0, 1, 1, "same")])
def test_places_that_cannot_be_are_refused(arguments):
    with pytest.raises(ValueError, match="has no place"):
        diagrams.window_places(*arguments)


@pytest.mark.parametrize(("channels", "filters", "kernel"), [(1, 64, 3), (3, 16, 3), (64, 64, 3), (2, 8, 5)])
def test_a_filter_across_channels_has_the_parameters_of_the_layer(channels, filters, kernel):
    layer = keras.layers.Conv2D(filters, kernel)
    layer.build((None, 28, 28, channels))
    assert (
        f"{filters} filters have {layer.count_params():,} "
        in diagrams.filter_across_channels(channels, filters, kernel).text
    )


def test_the_shapes_are_those_of_the_model():
    diagram = diagrams.shapes(architectures.clothes_convolutional())
    assert "28 → 26 → 13 → 11 → 5 pixels on each side" in words(diagram)
    assert {"5 × 5 × 64", "1600", "36,928", "204,928"} <= set(words(diagram))
    assert diagram.text.endswith("243,786 parameters in all.")


@pytest.mark.parametrize("convolutions", [1, 2, 3])
def test_the_receptive_field_is_that_of_the_formula(convolutions):
    model = architectures.clothes_convolutional(4, convolutions)
    last = model.layers[2 * convolutions - 1]
    size = receptive_fields(model)[last.name][0].size
    assert diagrams.receptive_field(model).text.endswith(f"image {size} of 28.")


@pytest.mark.parametrize(
    "layers",
    [
        [keras.layers.Conv2D(2, 3, padding="same")],
        [keras.layers.Flatten(), keras.layers.Dense(2)],
    ],
)
def test_a_receptive_field_that_the_figure_cannot_show_is_refused(layers):
    with pytest.raises(ValueError, match="padding="):
        diagrams.receptive_field(keras.Sequential([keras.Input((8, 8, 1)), *layers]))
    with pytest.raises(ValueError, match=r"keras\.Input"):
        diagrams.shapes(keras.Sequential())


def test_folders_have_their_counts_numbers_and_one_hot_labels_and_the_batch_its_shapes():
    diagram = folder_to_batch(["cats", "dogs"])
    shown = words(diagram)
    for text in ("cats/", "dogs/", "1 file", "2 files", "0", "1", "… images 6 × 8 × 8 × 3; labels 6 × 2"):
        assert text in shown
    assert shown.count("[1 0]") == 1 + 2, "of the class and of the second and fourth image"
    assert shown.count("[0 1]") == 1 + 2
    assert len(list(parsed(diagram).iter(f"{SVG}image"))) == 4, "of six"
    assert diagram.text == (
        "cats: 1 file, class 0, [1 0]; dogs: 2 files, class 1, [0 1]. A batch: images 6 × 8 × 8 × 3, labels 6 × 2; the first of "
        "them: dogs, cats, dogs, cats."
    )


def test_labels_of_other_folders_are_refused(tmp_path):
    (tmp_path / "cats").mkdir()
    with pytest.raises(ValueError, match="There are 1 class folders in .*, and labels for 2"):
        diagrams.folder_to_batch(tmp_path, np.zeros((2, 8, 8, 3)), np.eye(2))


def test_a_pipeline_works_once_up_to_its_cache_and_in_every_epoch_after_it():
    assert ALL["pipeline"]().text == "Once: read (2 files 1 MB) → cache. In every epoch: shuffle (all)."
    assert ALL["pipeline, no cache"]().text == "In every epoch: read (2 files)."
    assert diagrams.pipeline({"read": "", "cache": ""}).text == "Once: read → cache."
    with pytest.raises(ValueError, match="needs a stage"):
        diagrams.pipeline({})


def test_what_flatten_passes_on_decides_the_number_of_parameters():
    diagram = diagrams.what_flatten_passes(TWO_SIZES)
    assert {"7 × 7 × 64", "3,136", "1,704,097", "17 × 17 × 64", "18,496", "9,494,561"} <= set(words(diagram))
    assert "9,494,561 parameters, 23,584 before Flatten and 9,470,977 after it" in diagram.text
    with pytest.raises(ValueError, match="plain has no Flatten layer. Its layers: Dense"):
        diagrams.what_flatten_passes({"plain": keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])})


def test_a_pasted_pixel_is_the_figure_and_what_shows_through():
    diagram = diagrams.alpha_paste(HALF, np.ones((2, 2, 3)))
    assert "row 1, column 0, alpha is 0.50: red 0.25 + (1 − 0.50) · 1.00 = 0.75" in diagram.text
    assert len(list(parsed(diagram).iter(f"{SVG}image"))) == 4
    with pytest.raises(ValueError, match="cut one to the size of the other"):
        diagrams.alpha_paste(HALF, np.ones((3, 2, 3)))


def test_precision_is_read_off_a_column_and_recall_off_a_row():
    diagram = diagrams.precision_recall([[4, 2], [1, 3]], ["cat", "dog"])
    assert diagram.text == ("Of 5 called dog, 3 are: precision 0.60. Of 4 that are a dog, 3 are found: recall 0.75.")
    assert {"precision = 3 / 5 = 0.60", "recall = 3 / 4 = 0.75"} <= set(words(diagram))
    assert "precision = 0 / 0 = 0.00" in words(diagrams.precision_recall([[6, 0], [4, 0]]))
    with pytest.raises(ValueError, match=r"2 × 2 counts; this one has the shape \(3, 3\)"):
        diagrams.precision_recall(np.ones((3, 3)))


# --- augmentation and dropout ----------------------------------------------------------------------------------------


def test_epoch_views_say_which_image_changes_and_show_one_for_each_epoch():
    diagram = diagrams.epoch_views(COLORED[:3], [COLORED[3]] * 3)
    assert "training image looks different" in diagram.text
    assert "validation image looks the same" in diagram.text
    assert len(list(parsed(diagram).iter(f"{SVG}image"))) == 6
    swapped = diagrams.epoch_views([COLORED[3]] * 2, COLORED[:2])  # a mistake in a lesson would be said, not hidden
    assert "training image looks the same" in swapped.text
    assert "validation image looks different" in swapped.text


@pytest.mark.parametrize(("training", "validation"), [(COLORED[:2], COLORED[:3]), ([], [])])
def test_epoch_views_need_one_image_of_each_for_every_epoch(training, validation):
    with pytest.raises(ValueError, match=f"{len(training)} training images and {len(validation)} validation"):
        diagrams.epoch_views(training, validation)


def test_a_dropout_row_has_the_values_that_keras_gives_and_leaves_predict_alone():
    keras.utils.set_random_seed(1)
    values = np.array([[1.0, 2.0, 4.0, 8.0]], "float32")
    dropped = np.asarray(keras.layers.Dropout(0.5)(values, training=True))[0]
    assert 0 < (dropped == 0).sum() < 4
    diagram = diagrams.dropout_row(values[0], [dropped > 0], 0.5)
    assert f"batch 1: {' '.join(f'{value:.1f}' for value in dropped)}" in diagram.text
    assert "predict: 1.0 2.0 4.0 8.0" in diagram.text
    assert f"{dropped.mean():.2f}" in words(diagram)
    dashed = [node for node in parsed(diagram).iter(f"{SVG}rect") if node.get("stroke-dasharray")]
    assert len(dashed) == (dropped == 0).sum()


@pytest.mark.parametrize(("keep", "rate"), [([True], 0.5), ([True, False], 1), ([True, False], -0.1)])
def test_a_dropout_row_refuses_what_does_not_fit(keep, rate):
    with pytest.raises(ValueError, match="2 values"):
        diagrams.dropout_row([1, 2], [keep], rate)


def test_two_by_two_has_means_gaps_and_ranges_and_says_what_is_not_measured():
    diagram = diagrams.two_by_two({"plain": ([1.0, 0.9], [0.7, 0.8]), "both": ([0.6], [0.65]), "dropout": ([], [])})
    assert "plain: training 0.950, validation 0.750 (0.700 to 0.800, 2 seeds), gap +0.200" in diagram.text
    assert "both: training 0.600, validation 0.650 (0.650 to 0.650, 1 seed), gap −0.050" in diagram.text
    assert "dropout: not measured; augmented: not measured" in diagram.text
    assert {"0.950", "0.750", "gap +0.200", "2 seeds", "1 seed"} <= set(words(diagram))


# Predictions: from a file to an answer, an attack, distances


def test_a_prediction_shows_sizes_as_files_say_them_the_middle_pixel_and_the_likeliest_classes_first():
    diagram = diagrams.prediction(GRAYS, COLORS, list("abcde"), [0.1, 0.5, 0.05, 0.3, 0.05], 61_105)
    shown = words(diagram)
    assert {"80 × 60", "12 × 10", "61,105 parameters", "b 0.50", "d 0.30"} <= set(shown)
    assert [f"{value:.2f}" for value in COLORS[5, 6]] == [word for word in shown if word.startswith("0.")]
    assert diagram.text.endswith("says: b 0.50, d 0.30, a 0.10, c 0.05.")


def test_a_photograph_keeps_its_proportions_in_the_diagram_and_is_stored_small():
    photograph = np.random.default_rng(2).integers(0, 256, (900, 1800, 3), np.uint8)
    diagram = diagrams.prediction(photograph, COLORS, ["a", "b"], [0.5, 0.5], 1)
    first = next(parsed(diagram).iter(f"{SVG}image"))
    assert (float(first.get("width")), float(first.get("height"))) == (110, 55)
    assert len(first.get("href")) < 50_000


@pytest.mark.parametrize("probabilities", [[], [0.5], [0.2, 0.3, 0.5]])
def test_a_prediction_without_a_probability_for_each_class_is_refused(probabilities):
    with pytest.raises(ValueError, match=f"{len(probabilities)} probabilities for 2 classes"):
        diagrams.prediction(GRAYS, COLORS, ["horses", "humans"], probabilities, 1)


def test_an_attack_says_how_far_and_which_way_the_values_moved():
    changed = COLORS.copy()
    changed[:5] += 0.02
    changed[5:, :3] -= 0.01
    diagram = diagrams.adversarial_step(COLORS, changed, 0.02, "horses 0.99", "humans 0.80")
    assert {"+ 0.020 ·", "horses 0.99", "humans 0.80"} <= set(words(diagram))
    assert diagram.text.endswith("No value has moved by more than 0.020; 50% went up, 12% down.")
    assert len(list(parsed(diagram).iter(f"{SVG}image"))) == 3


def test_an_attack_on_another_image_is_refused():
    with pytest.raises(ValueError, match="must be the same"):
        diagrams.adversarial_step(COLORS, COLORS[1:], 0.01, "", "")


def test_distances_have_a_dot_each_and_the_share_beyond_the_limit():
    diagram = diagrams.neighbor_distances({"new": [0.1, 0.2], "noise": [0.9, 0.15, 0.8]}, 0.2)
    assert circles(diagram, "3") == 5
    assert {"0%", "67%", "limit 0.20"} <= set(words(diagram)), "a distance equal to the limit is familiar"
    assert "new 0.15, 0% beyond it; noise 0.80, 67% beyond it" in diagram.text


@pytest.mark.parametrize("groups", [{}, {"new": []}, {"new": [0.1], "noise": []}])
def test_distances_of_nothing_are_refused(groups):
    with pytest.raises(ValueError, match="no distances"):
        diagrams.neighbor_distances(groups, 0.2)
