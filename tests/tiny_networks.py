"""Networks in every way they can be built and kept, small enough to be worked out by hand; two that are borrowed; and images of one color to ask about."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image

from helpers.images.encode import encode

IMAGE = np.arange(1, 17, dtype="float32").reshape(4, 4, 1)


def tiny_layers() -> list[keras.Layer]:
    return [
        layers.Conv2D(2, 1, activation="relu", name="conv"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Dropout(0.5, name="drop"),
        layers.Flatten(name="flat"),
        layers.Dense(1, activation="sigmoid", name="out"),
    ]


def sequential() -> keras.Model:
    return keras.Sequential([keras.Input((4, 4, 1)), *tiny_layers()])


def without_input() -> keras.Model:
    return keras.Sequential(tiny_layers())


def functional() -> keras.Model:
    x = inputs = keras.Input((4, 4, 1))
    for layer in tiny_layers():
        x = layer(x)
    return keras.Model(inputs, x)


def fitted() -> keras.Model:
    model = without_input()
    model.compile("sgd", "binary_crossentropy")
    model.fit(np.zeros((4, 4, 4, 1)), np.zeros(4), verbose=0)
    return model


def with_weights(model: keras.Model) -> keras.Model:
    """Channel 0 is the image itself, channel 1 always below 0 and so dead; the answer is sigmoid(pooled sum − 40)."""
    if not model.built:
        model.build((None, 4, 4, 1))
    model.get_layer("conv").set_weights([np.float32([[[[1, -1]]]]), np.float32([0, -1])])
    model.get_layer("out").set_weights([np.tile([1, 0], 4).reshape(8, 1), np.array([-40])])
    return model


def reloaded(model: keras.Model, folder: Path) -> keras.Model:
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


MAKERS = (sequential, without_input, functional, fitted)
WAYS: dict[str, Callable[[Path], keras.Model]] = {
    **{make.__name__: lambda folder, make=make: with_weights(make()) for make in MAKERS},
    **{f"{make.__name__}, loaded": lambda folder, make=make: reloaded(with_weights(make()), folder) for make in MAKERS},
}


def squeezing_base(side: int = 32) -> keras.Model:
    """Like SqueezeNet: two convolutions of one tensor, concatenated."""
    inputs = keras.Input((side, side, 3))
    x = layers.MaxPooling2D(3, 2, name="pool1")(layers.Conv2D(8, 3, 2, activation="relu", name="conv1")(inputs))
    for number in (2, 3):
        squeezed = layers.Conv2D(4, 1, activation="relu", name=f"fire{number}_squeeze")(x)
        narrow = layers.Conv2D(8, 1, activation="relu", name=f"fire{number}_1x1")(squeezed)
        wide = layers.Conv2D(8, 3, padding="same", activation="relu", name=f"fire{number}_3x3")(squeezed)
        x = layers.Concatenate(name=f"fire{number}")([narrow, wide])
    return keras.Model(inputs, x, name="squeezing")


def residual_base(side: int = 32) -> keras.Model:
    """Like EfficientNet-Lite: a scaled input, inverted bottlenecks with depthwise convolutions and a shortcut."""
    inputs = keras.Input((side, side, 3))
    x = layers.Rescaling(2.0, offset=-1.0, name="scale")(inputs) * 1.0
    x = layers.Conv2D(8, 3, 2, "same", use_bias=False, name="stem")(x)
    y = layers.ReLU(6, name="relu1")(layers.BatchNormalization(name="norm1")(layers.Conv2D(16, 1, name="expand")(x)))
    y = layers.BatchNormalization(name="norm2")(layers.DepthwiseConv2D(3, padding="same", name="depthwise")(y))
    x = layers.Add(name="shortcut")([x, layers.Conv2D(8, 1, name="project")(y)])
    x = layers.ReLU(6, name="relu2")(layers.Conv2D(16, 1, name="top")(x))
    return keras.Model(inputs, layers.GlobalAveragePooling2D(name="pooled")(x), name="residual")


def head(base: keras.Model, kind: str) -> keras.Model:
    """A frozen base and a new head, which has layers of the same names as the base; "sequential" or "functional"."""
    base.trainable = False
    pooling = [layers.GlobalAveragePooling2D()] if len(base.output_shape) == 4 else []
    top = [*pooling, layers.Dropout(0.2), layers.Dense(2, activation="softmax", name="conv1")]
    if kind == "sequential":
        return keras.Sequential([keras.Input(base.input_shape[1:]), base, *top])
    inputs = keras.Input(base.input_shape[1:])
    x = base(inputs, training=False)
    for layer in top:
        x = layer(x)
    return keras.Model(inputs, x)


def colored(color, size=(30, 20), kind="png") -> bytes:
    """A file with an image of one color."""
    return encode(Image.new("RGB", size, color), kind)


RED, BLUE = ("red.png", colored("red")), ("blue.png", colored("blue"))


def redness(units, activation, shape=(4, 6, 3), before=()) -> keras.Model:
    """Tells how red an image is: the first units get large negative, the last large positive scores for red."""
    head = layers.Dense(units, activation)
    model = keras.Sequential([keras.Input(shape), *before, layers.Flatten(), head])
    pixels = int(np.prod(shape))
    weights = np.zeros((pixels, units), np.float32)
    weights[0 :: shape[-1], -1] = 4 / (shape[0] * shape[1])  # red adds 4
    head.set_weights([weights, np.array([*[0.0] * (units - 1), -2.0], np.float32)])  # so red 2, others −2
    return model
