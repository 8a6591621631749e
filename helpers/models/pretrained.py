"""A pretrained network to build on: EfficientNet-Lite0, which has learned from the 1.2 million images of ImageNet.

    base = pretrained.base()                          frozen; images 160 × 160 → 1,280 features
    model = keras.Sequential([base, keras.layers.Dense(1, "sigmoid")])
    pretrained.features(files)                        what the base makes of each, computed once

Images are 0…1, as everywhere in the course: the network's first layer makes of them what it was trained on. So upload,
activation browser, Grad-CAM, occlusion and the out-of-distribution check take it, or a head on top of it, as it is.
The weights ship with the course; their license and their source are in `weights/LICENSE.txt`.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.images.file_bytes import Source, read_bytes
from helpers.images.folders import shared_threads
from helpers.images.read import image_from_bytes, quiet_decoding, to_array
from helpers.models.efficientnet import CLASSES, FEATURES, RESCALING, feature_maps
from helpers.models.feature_cache import FeatureCache
from helpers.models.shipped_weights import FOLDER as WEIGHTS
from helpers.models.shipped_weights import stored_arrays

SIZE = 160  # of the images for a head of one's own
FULL_SIZE = 224  # of the images that it was trained on
BATCH = 32
CACHE = FeatureCache("efficientnet-lite0-1")


def base(size: int = SIZE, *, rescaling: bool = True) -> keras.Model:
    """Return the frozen feature extractor: images (N, size, size, 3) → features (N, 1280).

    size: height and width of the images, at least 32. With `rescaling` images are 0…1; without, what `preprocess` returns.
    Layers are named stem, block1 … block16 (_expand, _depthwise, _project) and top; those that end in _norm are batch
    normalization. Raises ValueError for a size that is none.
    """
    inputs, maps = feature_maps(_checked(size), rescaling)
    return _loaded(
        keras.Model(inputs, keras.layers.GlobalAveragePooling2D(name="pool")(maps), name="efficientnet_lite0")
    )


def classifier(size: int = FULL_SIZE, *, rescaling: bool = True) -> keras.Model:
    """Return the whole frozen network: images (N, size, size, 3) → probabilities of ImageNet's classes, (N, 1000).

    Parameters as for `base`. `class_names()` has the classes.
    """
    inputs, maps = feature_maps(_checked(size), rescaling)
    features = keras.layers.GlobalAveragePooling2D(name="pool")(maps)
    outputs = keras.layers.Dense(CLASSES, activation="softmax", name="classes")(features)
    return _loaded(keras.Model(inputs, outputs, name="efficientnet_lite0"))


def preprocess(images: np.ndarray) -> np.ndarray:
    """Return images 0…1 as the values that the network was trained on, (pixel − 127) / 128: float32, −0.99…1."""
    return np.asarray(images, "float32") * np.float32(RESCALING["scale"]) + np.float32(RESCALING["offset"])


@cache
def class_names() -> list[str]:
    """Return the names of ImageNet's 1,000 classes, in the order of the classifier's outputs."""
    return json.loads((WEIGHTS / "imagenet_classes.json").read_text("utf-8"))


def top(predictions: np.ndarray, k: int = 5) -> list[list[tuple[str, float]]]:
    """Return for each image the k likeliest classes, (name, probability) each, the likeliest first.

    predictions: the classifier's probabilities, (N, 1000) or (1000,). Raises ValueError for another number of them.
    """
    predictions = np.atleast_2d(np.asarray(predictions))
    if predictions.ndim != 2 or predictions.shape[1] != CLASSES:
        raise ValueError(
            f"The predictions have the shape {predictions.shape}; `classifier()` gives (images, {CLASSES})."
        )
    best = np.argsort(-predictions, axis=1, kind="stable")[:, :k]
    return [[(class_names()[i], float(row[i])) for i in places] for row, places in zip(predictions, best, strict=True)]


def features(images: np.ndarray | Sequence[Source], size: int = SIZE) -> np.ndarray:
    """Return the features of images, (N, 1280) float32: `base(size)` of each, computed once for each content.

    images: an array (N, size, size, 3), uint8 or floats 0…1, whose size counts; or files, each as `read_image` takes it.
    Raises ImageError for a file that isn't an image, and ValueError for an array of another shape.
    """
    if isinstance(images, np.ndarray):
        size, kind = _array_size(images), str(images.dtype)
        contents = (image.tobytes() for image in images)
    else:
        kind, contents = "file", (read_bytes(file)[0] for file in images)
    keys = [f"{size}-{kind}-{hashlib.sha256(content).hexdigest()}" for content in contents]
    found = {key: vector for key, vector in CACHE.get(keys).items() if len(vector) == FEATURES}
    missing = list({key: place for place, key in enumerate(keys) if key not in found}.items())
    new: dict[str, np.ndarray] = {}
    with quiet_decoding():
        for start in range(0, len(missing), BATCH):
            part = dict(missing[start : start + BATCH])
            batch = np.stack(list(shared_threads().map(lambda place: _unit(images[place], size), part.values())))
            new |= dict(zip(part, np.asarray(_forward(size)(batch)), strict=True))
    CACHE.put(new)
    return np.array([found[key] if key in found else new[key] for key in keys]).reshape(-1, FEATURES)


def _unit(source: Any, size: int) -> np.ndarray:
    """Return an image of an array, or a file, as float32 (size, size, 3), 0…1."""
    if isinstance(source, np.ndarray):
        return source.astype("float32") / 255 if source.dtype == np.uint8 else source.astype("float32")
    return to_array(image_from_bytes(*read_bytes(source)), (size, size))


@cache
def _forward(size: int) -> Callable[[np.ndarray], tf.Tensor]:
    """Return `base(size)` as one compiled function of a batch."""
    network = base(size)
    signature = [tf.TensorSpec((None, size, size, 3), tf.float32)]
    return tf.function(lambda images: network(images, training=False), input_signature=signature, autograph=False)


def _loaded(model: keras.Model) -> keras.Model:
    """Give every layer the weights of its name, and freeze it."""
    names = [f"{layer.name}.{index}" for layer in model.layers for index in range(len(layer.weights))]
    model.set_weights(stored_arrays(WEIGHTS / "efficientnet_lite0.npz", names))
    model.trainable = False
    return model


def _checked(size: int) -> int:
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 32 <= size <= 1024:
        raise ValueError(f"size is {size!r}; give the side of the images in pixels, from 32 to 1024, such as {SIZE}.")
    return int(size)


def _array_size(images: np.ndarray) -> int:
    shape = images.shape
    if len(shape) != 4 or shape[1] != shape[2] or shape[3] != 3 or images.dtype.kind not in "uf":
        raise ValueError(
            f"The images have the shape {shape} and the type {images.dtype}; give (N, {SIZE}, {SIZE}, 3), uint8 or floats 0…1."
        )
    if images.dtype.kind == "f" and images.size and not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(f"The images have values {images.min():g}…{images.max():g}; divide pixels by 255.")
    return _checked(shape[1])
