"""Predictions for image files: for each the class, its probability, and whether to believe it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from PIL import Image
from scipy.special import softmax

from helpers.images import ImageError, open_image, to_array
from helpers.images.classes import ClassNames, class_names
from helpers.images.read import to_eight_bits
from helpers.models.layer_graph import LayerGraph, layer_graph
from helpers.models.values import Values, check_finite, network_input

SURE = 0.75  # below this probability a prediction comes with a caution
BATCH = 100
PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid")  # activations
PAGE = 2400  # pixels of the longer side in which a digit is looked for


@dataclass(frozen=True)
class Prediction:
    """One image: as given (upright, at most 320 pixels long), as the network sees it (0…1), and the answer.

    `in_distribution` is False for an image unlike all those that the network has learned from. `top` are the likeliest classes,
    at most three, with their probabilities.
    """

    name: str
    image: Image.Image
    seen: np.ndarray
    class_name: str
    probability: float
    in_distribution: bool = True
    note: str = ""  # what was odd about the file when it was prepared
    top: tuple[tuple[str, float], ...] = ()

    @property
    def cautions(self) -> list[str]:
        """Why not to believe the answer, a sentence for each reason."""
        unlike = "It is unlike all images the network learned from: perhaps no class fits."
        unsure = "The network is unsure: take it as a guess."
        doubts = [unlike] * (not self.in_distribution) + [unsure] * (self.probability < SURE)
        return [self.note] * bool(self.note) + doubts

    @property
    def caution(self) -> str:
        """Why not to believe the answer; "" where nothing speaks against it."""
        return " ".join(self.cautions)

    @property
    def sentence(self) -> str:
        """Name, class, probability and caution in one line."""
        return f"{self.name}: {self.class_name}, probability {self.probability:.2f}. {self.caution}".rstrip()


def predict_files(
    model: keras.Model,
    class_names: ClassNames,
    files: Sequence[tuple[str, Any]],
    in_distribution: Callable[[np.ndarray], np.ndarray] | None = None,
    values: Values = None,
) -> list[Prediction | ImageError]:
    """Return for each file (name, source) its prediction, or what is wrong with it.

    A source is what `read_image` takes. One output stands for two classes and is the probability of the second.
    `in_distribution` (a `KNNOutlierDetector`) tells for a batch which images are like those learned from. `values`: what the
    network takes, found in it by default (see `network_input`). Raises ValueError if the class names do not fit the network, and if its answers are not numbers.
    """
    names = class_names_of(model, class_names)
    prepare = image_reader(model, names, values)
    results: list[Any] = []
    for start in range(0, len(files), BATCH):  # a file is decoded, made small and dropped before the next one
        seen, notes = {}, {}
        for position, (name, source) in enumerate(files[start : start + BATCH], start):
            try:
                image = open_image(source, name)
                seen[position], notes[position] = prepare(image, name)
                results.append(_thumbnail(image))
            except ImageError as error:
                results.append(error)
        if seen:
            images = np.stack(list(seen.values()))
            answers = predict_probabilities(model, images, values)
            like_training = np.ones(len(images), bool) if in_distribution is None else in_distribution(images)
            for position, image, answer, is_like in zip(seen, images, answers, like_training, strict=True):
                top = tuple((names[best], float(answer[best])) for best in np.argsort(-answer, kind="stable")[:3])
                results[position] = Prediction(
                    files[position][0], results[position], image, *top[0], bool(is_like), notes[position], top
                )
    return results


def image_reader(
    model: keras.Model, names: list[str], values: Values = None
) -> Callable[[Image.Image, str], tuple[np.ndarray, str]]:
    """Return a function of an image from `open_image` and its name: the image for the network, 0…1, and a note.

    A digit for a network that reads digits is looked for on its page, and prepared as those of MNIST were; any other image
    is resized. The function raises ImageError for a page without a digit.
    """
    from helpers.models.digits import digit_image, reads_light_ink  # which ask the network by this module

    height, width, channels = image_shape(model)
    is_light = reads_light_ink(model, names, values)

    def prepare(image: Image.Image, name: str = "") -> tuple[np.ndarray, str]:
        if is_light is None:
            return to_array(image, (height, width), channels), ""
        try:
            page = image.copy()
            page.thumbnail((PAGE, PAGE), reducing_gap=3)  # a photograph's floats would take a gigabyte
            return digit_image(to_array(page, None, 3 if page.mode == "RGB" else 1), is_light)
        except ValueError as error:
            label = f'"{name}"' if name else "This image"
            raise ImageError(f"{label} {error}.") from error

    return prepare


def class_names_of(model: keras.Model, names: ClassNames | None = None) -> list[str]:
    """Return one name for each class; numbers where none are given. Raises ValueError if they do not fit the network."""
    return class_names(names, max(2, output_count(model)))


def output_count(model: keras.Model) -> int:
    """Return how many numbers a network gives for an image. Raises ValueError if they do not tell how likely each class is."""
    graph = layer_graph(model)
    sides, numbers = tuple(graph.output.shape[1:]), " of whole numbers" * ("int" in str(graph.output.dtype))
    count, name = int(np.prod([side or 1 for side in sides])), graph.last.activation
    if numbers or not sides or count != max(side or 1 for side in sides):
        raise ValueError(f"The network's output has the shape {sides}{numbers}, not one number for each class.")
    if count == 1 and name not in (*PROBABILITIES[1:], "linear") and hasattr(keras.activations, name):
        fault = "which is always 1" if name == "softmax" else "which is no probability"
        raise ValueError(f"The network ends in a single unit with {name}, {fault}. Use activation='sigmoid'.")
    return count


def image_shape(model: keras.Model) -> tuple[int, int, int]:
    """Return height, width and channels of the images that a network takes. Raises ValueError if it takes no images."""
    given = tuple(layer_graph(model).input.shape)
    shape = (*given, 1) if len(given) == 3 else given
    if len(shape) != 4 or None in shape[1:] or shape[3] not in (1, 3):
        raise ValueError(f"The network takes {given}, not images of one size (height, width, 1 or 3 channels).")
    return int(shape[1] or 0), int(shape[2] or 0), shape[3]


def predict_probabilities(model: keras.Model, images: Any, values: Values = None) -> np.ndarray:
    """Return the probabilities of the classes, (N, classes) float64, for images (N, H, W, C); see `network_input`.

    Raises ValueError if they are not numbers, and as `output_count` does.
    """
    images = network_input(model, images, values)
    count, network = output_count(model), layer_graph(model).network
    batches = [network(images[start : start + BATCH], training=False) for start in range(0, len(images), BATCH)]
    if not batches:
        return np.zeros((0, max(2, count)))
    return probabilities(model, np.concatenate([np.asarray(outputs, "float64") for outputs in batches]))


def probabilities(model: keras.Model, outputs: np.ndarray) -> np.ndarray:
    """Return a network's outputs (N, units) as probabilities (N, classes), float64.

    The last layer's activation tells what the outputs are; where it has none, they are logits if they cannot be
    probabilities. A single unit p becomes 1 − p and p. Raises ValueError for outputs that are not numbers.
    """
    outputs = np.asarray(outputs, np.float64).reshape(len(outputs), -1)
    check_finite(outputs)
    is_single = outputs.shape[1] == 1
    if _are_logits(layer_graph(model), outputs):
        scores = np.hstack([np.zeros_like(outputs), outputs]) if is_single else outputs  # sigmoid(z) = softmax(0, z)
        return softmax(scores, axis=1)
    return np.hstack([1 - outputs, outputs]) if is_single else outputs


def _are_logits(graph: LayerGraph, outputs: np.ndarray) -> bool:
    if graph.last.activation in PROBABILITIES:
        return False
    is_single = outputs.shape[1] == 1
    if is_single and graph.last.activation == "linear":
        return True
    add_up = is_single or np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    return not (add_up and outputs.min() >= 0 and outputs.max() <= 1)


def _thumbnail(image: Image.Image) -> Image.Image:
    image = to_eight_bits(image, "RGB" if image.mode == "RGB" else "L")
    image.thumbnail((320, 320))
    return image
