"""The lessons' networks, compiled and ready for `fit`, each as it is written in the lesson that introduces it.

For gray images: float32 0…1 of shape (N, 28, 28, 1) (Keras also takes (N, 28, 28)), integer labels 0…9, ten probabilities.
For color images: float32 0…1 of shape (N, size, size, 3), labels 0 or 1, one output: the probability of class 1.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

IMAGE_SHAPE = (28, 28, 1)
FILTERS = (16, 32, 64, 64, 64)


def digits_dense(hidden: int = 50, learning_rate: float = 0.001) -> keras.Model:
    """Return the network of lesson 01: 784 → `hidden` → `hidden` → 10 probabilities."""
    network = [
        keras.Input(IMAGE_SHAPE),
        layers.Flatten(),
        layers.Dense(hidden, activation="relu"),
        layers.Dense(hidden, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
    return _ten_classes(keras.Sequential(network), learning_rate)


def clothes_dense(hidden: int = 128, learning_rate: float = 0.001) -> keras.Model:
    """Return the network of lesson 02: 784 → `hidden` → 10 probabilities."""
    network = [
        keras.Input(IMAGE_SHAPE),
        layers.Flatten(),
        layers.Dense(hidden, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
    return _ten_classes(keras.Sequential(network), learning_rate)


def clothes_convolutional(
    filters: int = 64, convolutions: int = 2, dense: int = 128, learning_rate: float = 0.001, frozen: bool = False
) -> keras.Model:
    """Return the network of lesson 04: `convolutions` times 3×3 filters and 2×2 pooling, then `dense` → 10 probabilities.

    `frozen` filters stay as random as they begin; only the dense layers learn.
    Raises ValueError (from Keras) for more than three convolutions: the image has shrunk to 1 × 1 by then.
    """
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)])
    for _ in range(convolutions):
        model.add(layers.Conv2D(filters, (3, 3), activation="relu", trainable=not frozen))
        model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(dense, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return _ten_classes(model, learning_rate)


def horses_humans(size: int = 300, blocks: int = 5) -> keras.Model:
    """Return the network of lesson 06: `blocks` times 3×3 filters and 2×2 pooling, Dense 512, one sigmoid; RMSprop.

    1,704,097 parameters for 300 pixels and five blocks, 9,494,561 for 150 pixels and three.
    """
    model = keras.Sequential([keras.Input((size, size, 3))])
    for filters in FILTERS[:blocks]:
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    return _two_classes(model, keras.optimizers.RMSprop(0.001))


def cats_dogs(
    size: int = 150, dropout: bool | float = False, dense: int = 512, pool: int = 1, shrink: int = 1
) -> keras.Model:
    """Return the network of lessons 07 and 08: three convolutions with pooling, Dense 512, one sigmoid; Adam.

    The filters are 16, 32, 64 with `padding="same"`; 10,641,441 parameters for 150 pixels. `dropout` adds that of
    lesson 08: 0.3 (or the rate given) after the first and the last pooling, 0.1 after the dense layer. With `pool`, Flatten gets the means
    of pool × pool values, so a smaller network follows; with `shrink`, the first convolution gets a smaller image.
    """
    model = keras.Sequential([keras.Input((size, size, 3))])
    if shrink > 1:
        model.add(layers.AveragePooling2D(shrink))
    for number, filters in enumerate(FILTERS[:3]):
        model.add(layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
        if dropout and number != 1:
            model.add(layers.Dropout(0.3 if dropout is True else dropout))
    if pool > 1:
        model.add(layers.AveragePooling2D(pool))
    model.add(layers.Flatten())
    model.add(layers.Dense(dense, activation="relu"))
    if dropout:
        model.add(layers.Dropout(0.1))
    model.add(layers.Dense(1, activation="sigmoid"))
    return _two_classes(model, keras.optimizers.Adam(0.001))


def strong_baseline(
    size: int | None = None, steps: int = 40 * 63, filters: Sequence[int] = (32, 64, 128, 256), peak: float = 4e-3
) -> keras.Model:
    """Return lesson 08's strong baseline for cats and dogs: batch normalization, global average pooling, one sigmoid.

    Without a `size` it takes images of any size from 16 × 16. The learning rate of Adam follows one cycle over `steps`
    batches (by default 40 epochs of 2,000 images, 32 in a batch): from `peak` / 10 straight up to `peak` in a quarter of
    them, then down half a cosine wave to 0 (L. N. Smith and N. Topin, 2018, "Super-Convergence").
    """
    model = keras.Sequential([keras.Input((size, size, 3))])
    for count in filters:
        model.add(layers.Conv2D(count, 3, padding="same", use_bias=False))
        model.add(layers.MaxPooling2D(2))  # before what follows, which then has a quarter to do
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(1, activation="sigmoid"))
    one_cycle = keras.optimizers.schedules.CosineDecay(
        peak / 10, decay_steps=0.75 * steps, warmup_target=peak, warmup_steps=0.25 * steps
    )
    return _two_classes(model, keras.optimizers.Adam(one_cycle))


def upload_network(shape: Sequence[int]) -> keras.Model:
    """Return the network of lesson 10 for images of `shape`: four blocks, global average pooling, one sigmoid; Adam."""
    model = keras.Sequential([keras.Input(tuple(shape))])
    for filters in (16, 32, 64, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(1, activation="sigmoid"))
    return _two_classes(model, keras.optimizers.Adam())


def feature_head(features: np.ndarray, l2: float = 5e-2, learning_rate: float = 3e-3) -> keras.Model:
    """Return lesson 11's head on a pretrained network's features (N, units), for two classes: one sigmoid.

    It standardizes with one mean and one deviation of all numbers given, which have to be of training images: with few of
    them, a deviation for each feature is little more than noise.
    """
    scale = layers.Normalization(axis=None)
    scale.adapt(np.asarray(features))
    neuron = layers.Dense(1, activation="sigmoid", kernel_regularizer=keras.regularizers.L2(l2))
    model = keras.Sequential([keras.Input((features.shape[1],)), scale, neuron])
    return _two_classes(model, keras.optimizers.Adam(learning_rate))


def _ten_classes(model: keras.Model, learning_rate: float) -> keras.Model:
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _two_classes(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> keras.Model:
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def layer_table(model: keras.Model) -> list[tuple[str, str, int]]:
    """Return what `summary()` prints, as rows: (layer, output shape without the batch, parameters).

    Raises ValueError if the model is not built yet and so has no shapes.
    """
    if not model.built:
        raise ValueError(
            "The network does not know the size of its images; begin it with keras.Input((height, width, channels))."
        )
    return [
        (_title(layer), " × ".join(map(str, layer.output.shape[1:])), layer.count_params())
        for layer in model.layers
        if not isinstance(layer, layers.InputLayer)
    ]


def _title(layer: keras.Layer) -> str:
    """Return the layer's kind and how many units or filters it has: "Dense 50", "Conv2D 64", "Flatten"."""
    size = getattr(layer, "units", getattr(layer, "filters", ""))
    return f"{type(layer).__name__} {size}".strip()
