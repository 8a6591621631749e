"""Predictions for image files: for each the class, its probability, and whether to believe it."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from PIL import Image

from helpers.images import ImageError, open_image, to_array

SURE = 0.75  # below this probability a prediction comes with a caution
BATCH = 100
ClassNames = Sequence[str] | Mapping[str, int]  # in the order of the outputs, or `class_indices` of a reader


@dataclass(frozen=True)
class Prediction:
    """One image: as given (upright, at most 320 pixels long), as the network sees it (0…1), and the answer.

    `in_distribution` is False for an image unlike all those that the network has learned from.
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
        """Name, class, probability and caution in one line."""
        return f"{self.name}: {self.class_name}, probability {self.probability:.2f}. {self.caution}".rstrip()


def predict_files(
    model: keras.Model,
    class_names: ClassNames,
    files: Sequence[tuple[str, Any]],
    in_distribution: Callable[[np.ndarray], np.ndarray] | None = None,
) -> list[Prediction | ImageError]:
    """Return for each file (name, source) its prediction, or what is wrong with it.

    A source is what `read_image` takes. One output stands for two classes and is the probability of the second.
    `in_distribution` (a `KNNOutlierDetector`) tells for a batch which images are like those learned from.
    Raises ValueError if the class names do not fit the network, and if its answers are not numbers.
    """
    names = class_names_of(model, class_names)
    height, width, channels = image_shape(model)
    results: list[Any] = []
    seen = {}
    for position, (name, source) in enumerate(files):
        try:
            image = open_image(_with_name(source, name))
            seen[position] = to_array(image, (height, width), channels)
            results.append(_thumbnail(image))
        except ImageError as error:
            results.append(error)
    if seen:
        images = np.stack(list(seen.values()))
        answers = predict_probabilities(model, images)
        like_training = np.ones(len(images), bool) if in_distribution is None else in_distribution(images)
        for position, image, answer, is_like in zip(seen, images, answers, like_training, strict=True):
            best = int(answer.argmax())
            results[position] = Prediction(
                files[position][0], results[position], image, names[best], float(answer[best]), bool(is_like)
            )
    return results


def class_names_of(model: keras.Model, class_names: ClassNames | None = None) -> list[str]:
    """Return one name for each class; numbers where none are given. Raises ValueError if they do not fit the network."""
    count = max(2, int(model.output_shape[-1]))
    if class_names is None:
        return [str(number) for number in range(count)]
    if isinstance(class_names, Mapping):
        class_names = sorted(class_names, key=class_names.__getitem__)
    if len(class_names) != count:
        raise ValueError(f"The network tells {count} classes apart, but there are {len(class_names)} class names.")
    return [str(name) for name in class_names]


def image_shape(model: keras.Model) -> tuple[int, int, int]:
    """Return height, width and channels of the images that a network takes. Raises ValueError if it takes no images."""
    shape = tuple(model.input_shape) if isinstance(model.input_shape, tuple) else ()
    shape = (*shape, 1) if len(shape) == 3 else shape
    if len(shape) != 4 or None in shape[1:] or shape[3] not in (1, 3):
        raise ValueError(
            f"The network takes {model.input_shape}, not images of one size (height, width, 1 or 3 channels)."
        )
    return shape[1], shape[2], shape[3]


def predict_probabilities(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities of the classes, (N, classes) float64, for images (N, H, W, C) as the network takes them.

    Raises ValueError if they are not numbers.
    """
    if len(model.input_shape) == 3:
        images = images.reshape(images.shape[:3])
    batches = [model(images[start : start + BATCH], training=False) for start in range(0, len(images), BATCH)]
    answers = probabilities(model, np.concatenate([np.asarray(outputs) for outputs in batches]))
    if not np.isfinite(answers).all():
        raise ValueError("The network's answer is not a number: its weights diverged. Train it again from the start.")
    return answers


def probabilities(model: keras.Model, outputs: np.ndarray) -> np.ndarray:
    """Return a network's outputs (N, units) as probabilities (N, classes), float64.

    The last layer's activation tells what the outputs are; where it has none, they are logits if they cannot be
    probabilities. A single unit p becomes 1 − p and p.
    """
    outputs = np.asarray(outputs, np.float64).reshape(len(outputs), -1)
    is_single = outputs.shape[1] == 1
    if _are_logits(model, outputs):
        scores = np.hstack([np.zeros_like(outputs), outputs]) if is_single else outputs  # sigmoid(z) = softmax(0, z)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return np.hstack([1 - outputs, outputs]) if is_single else outputs


def _are_logits(model: keras.Model, outputs: np.ndarray) -> bool:
    layer = model
    while getattr(layer, "layers", None):
        layer = layer.layers[-1]
    activation = getattr(layer, "activation", None)
    name = type(layer).__name__.lower() if activation is None else getattr(activation, "__name__", "")
    if name in ("softmax", "sigmoid", "hard_sigmoid"):
        return False
    is_single = outputs.shape[1] == 1
    if is_single and name == "linear":
        return True
    add_up = is_single or np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    return not (add_up and outputs.min() >= 0 and outputs.max() <= 1)


def _with_name(source: Any, name: str) -> Any:
    """Return bytes as an open file with a name, so that an ImageError can say which file it is about."""
    if not isinstance(source, bytes | bytearray | memoryview):
        return source
    file = _NamedBytes(source)
    file.name = name
    return file


class _NamedBytes(io.BytesIO):
    name = ""


def _thumbnail(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        image = Image.fromarray(np.rint(to_array(image)[..., 0] * 255).astype(np.uint8))
    image.thumbnail((320, 320))
    return image
