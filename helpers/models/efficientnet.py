"""EfficientNet-Lite0: the network that lesson 11 borrows, built with Keras's public layers.

M. Tan and Q. Le, 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (arXiv 1905.11946); Lite0
is the smallest of the variants for phones that Google published in March 2020: ReLU6, and no squeeze-and-excitation.
"""

from itertools import count
from typing import Any

import keras
from keras import layers

# How often, kernel, stride of the first, how many times as many channels inside, channels out.
BLOCKS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
FEATURES = 1280
CLASSES = 1000
RESCALING = {"scale": 255 / 128, "offset": -127 / 128}  # of values 0…1; it was trained on (pixel − 127) / 128


def feature_maps(size: int, rescaling: bool) -> tuple[Any, Any]:
    """Return symbolic input (None, size, size, 3) and output (None, size / 32, size / 32, 1280) of the convolutions."""
    x = inputs = keras.Input((size, size, 3), name="image")
    if rescaling:
        x = layers.Rescaling(**RESCALING, name="rescaling")(x)
    x, number = _convolution(x, "stem", 32, 3, 2), count(1)
    for times, kernel, stride, factor, channels in BLOCKS:
        for repeat in range(times):
            x = _block(x, f"block{next(number)}", kernel, 1 if repeat else stride, factor, channels)
    return inputs, _convolution(x, "top", FEATURES)


def _block(x: Any, name: str, kernel: int, stride: int, factor: int, channels: int) -> Any:
    """Expand the channels, convolve each by itself, project onto few channels; add the input where the shapes agree."""
    y = _convolution(x, f"{name}_expand", x.shape[-1] * factor) if factor > 1 else x
    y = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, name=f"{name}_depthwise")(y)
    y = _normalized(y, f"{name}_depthwise")
    y = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project")(y)
    y = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_norm")(y)
    return layers.Add(name=f"{name}_add")([x, y]) if x.shape == y.shape else y


def _convolution(x: Any, name: str, channels: int, kernel: int = 1, stride: int = 1) -> Any:
    return _normalized(layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=name)(x), name)


def _normalized(x: Any, name: str) -> Any:
    x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_norm")(x)
    return layers.ReLU(6, name=f"{name}_relu")(x)
