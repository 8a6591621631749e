"""What a network says about image files: for each the class, its probability, and whether to believe it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from helpers.images.read import ImageError, open_image, to_array

SURE = 0.75  # below this probability a prediction comes with a caution


@dataclass(frozen=True)
class Prediction:
    """One image: as given (upright, at most 320 pixels long), as the network sees it (0…1), and the answer.

    `in_distribution` is False where nothing like it was among the images that the network has learned from.
    """

    name: str
    image: Image.Image
    seen: np.ndarray
    class_name: str
    probability: float
    in_distribution: bool = True

    @property
    def caution(self) -> str:
        """Why not to believe the answer; "" where nothing speaks against it."""
        if not self.in_distribution:
            return "It is unlike all images the network learned from: perhaps no class fits."
        return "" if self.probability >= SURE else "The network is unsure: take it as a guess."

    @property
    def sentence(self) -> str:
        return f"{self.name}: {self.class_name}, probability {self.probability:.2f}. {self.caution}".rstrip()


def predict_files(
    model, class_names, files: Sequence[tuple[str, object]], in_distribution=None
) -> list[Prediction | ImageError]:
    """A prediction, or what was wrong, for each (name, source); a source is what `read_image` takes.

    `class_names` is a list, or `class_indices` of a reader. One output stands for two classes, the
    probability being that of the second. Works with sigmoid, softmax and logits. ValueError if the names do not fit.
    `in_distribution` (a `KNNOutlierDetector`) tells which images are unlike those of the training.
    """
    names = sorted(class_names, key=class_names.get) if isinstance(class_names, dict) else list(class_names)
    height, width, channels = image_shape(model)
    told_apart = 2 if model.output_shape[-1] == 1 else model.output_shape[-1]
    if told_apart != len(names):
        raise ValueError(f"The network tells {told_apart} classes apart, but there are {len(names)} class names.")
    found = []
    for name, source in files:
        try:
            image = open_image(source)
            found.append((name, image, to_array(image, (height, width), channels)))
        except ImageError as error:
            found.append(ImageError(str(error).replace("This file", f'"{name}"', 1)))
    images = [item for item in found if not isinstance(item, ImageError)]
    if not images:
        return found
    seen = np.stack([seen for _, _, seen in images])
    known = np.ones(len(seen), bool) if in_distribution is None else in_distribution(seen)
    answers = iter((*answer, bool(one)) for answer, one in zip(_answers(model, names, seen), known, strict=True))
    return [item if isinstance(item, ImageError) else _prediction(*item, *next(answers)) for item in found]


def image_shape(model) -> tuple[int, int, int]:
    """Height, width and channels of the images that a network takes. ValueError if it does not take images."""
    shape = tuple(model.input_shape) if isinstance(model.input_shape, tuple) else ()
    shape = (*shape, 1) if len(shape) == 3 else shape
    if len(shape) != 4 or None in shape[1:] or shape[3] not in (1, 3):
        raise ValueError(
            f"The network takes {model.input_shape}, not images of one size (height, width, 1 or 3 channels)."
        )
    return shape[1:]


def probabilities(model, outputs: np.ndarray) -> np.ndarray:
    """Turns a network's outputs (images, units) into probabilities (images, classes), float64.

    The last layer's activation tells what the outputs are; where it has none, numbers that are no probabilities
    are logits. One unit p becomes 1 − p and p.
    """
    outputs = np.asarray(outputs, np.float64).reshape(len(outputs), -1)
    single = outputs.shape[1] == 1
    if _activation(model, outputs) == "logits":
        scores = np.hstack([np.zeros_like(outputs), outputs]) if single else outputs  # sigmoid(z) = softmax(0, z)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return np.hstack([1 - outputs, outputs]) if single else outputs


def _activation(model, outputs: np.ndarray) -> str:
    """ "probabilities" or "logits"."""
    layer = model
    while getattr(layer, "layers", None):
        layer = layer.layers[-1]
    activation = getattr(layer, "activation", None)
    name = type(layer).__name__.lower() if activation is None else getattr(activation, "__name__", "")
    if name in ("softmax", "sigmoid", "hard_sigmoid"):
        return "probabilities"
    if name == "linear" and outputs.shape[1] == 1:
        return "logits"
    whole = outputs.shape[1] == 1 or np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    return "probabilities" if whole and outputs.min() >= 0 and outputs.max() <= 1 else "logits"


def _answers(model, names: list[str], images: np.ndarray) -> list[tuple[str, float]]:
    """Class and probability of each image, (number, height, width, channels) in 0…1."""
    if len(model.input_shape) == 3:
        images = images[..., 0]
    if any(type(layer).__name__ == "Rescaling" for layer in model.layers[:3]):
        images = images * np.float32(255)  # the network divides by itself
    chances = probabilities(model, np.asarray(model(images, training=False)))
    if not np.isfinite(chances).all():
        raise ValueError("The network's answer is not a number: its weights have got out of hand. Train it anew.")
    best = chances.argmax(axis=1)
    return [(names[i], float(row[i])) for i, row in zip(best, chances, strict=True)]


def _prediction(
    name: str, image: Image.Image, seen: np.ndarray, class_name: str, probability: float, in_distribution: bool
) -> Prediction:
    if image.mode == "F":
        image = Image.fromarray(np.rint(to_array(image)[..., 0] * 255).astype(np.uint8))
    image.thumbnail((320, 320))
    return Prediction(name, image, seen, class_name, probability, in_distribution)
