"""Wrong answers to the exercises of lesson 04, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_04 import receptive_field, sides


def _no_stride(layers):
    return 1 + sum(size - 1 for size, _ in layers)


def _stride_first(layers):
    seen, step = 1, 1
    for size, stride in layers:
        step *= stride
        seen += (size - 1) * step
    return seen


def _last_stride(layers):
    return 1 + sum((size - 1) * (layers[i - 1][1] if i else 1) for i, (size, _) in enumerate(layers))


def _size_steps(layers):
    sees, step = 1, 1
    for size, stride in layers:
        sees += size * step
        step *= stride
    return sees


def _same_padding(side, layers):
    return [side, *(side // 2 ** layers[: n + 1].count("pool") for n in range(len(layers)))]


def _sides(side, layers, conv, pool):
    found = [side]
    for layer in layers:
        found.append(conv(found[-1]) if layer == "conv" else pool(found[-1]))
    return found


WRONG = {
    "conv-parameters": [
        (lambda filters, size, channels, use_bias=True: filters * size**2 * channels, "64 biases are missing"),
        (lambda filters, size, channels, use_bias=True: filters * (size**2 + 1), "as for one"),
        (lambda filters, size, channels, use_bias=True: filters * size**2, "no biases, and 9 weights"),
        (lambda filters, size, channels, use_bias=True: filters * size**2 * channels + 1, "for the whole layer"),
        (lambda filters, size, channels, use_bias=True: filters * channels * (size**2 + 1), "every channel"),
        (lambda filters, size, channels, use_bias=True: size**2 * channels + 1, "which is one filter"),
        (lambda filters, size, channels, use_bias=True: filters * (size * channels + 1), "3 weights for a channel"),
        (lambda filters, size, channels, use_bias=True: filters * (size**2 * channels + 1), "use_bias=False"),
        (lambda filters, size, channels, use_bias=True: 36_928 - 64 * (not use_bias), "640 is right"),
        (lambda filters, size, channels, use_bias=True: [filters], "returns a list"),
    ],
    "sides": [
        (lambda side, layers: sides(side, layers)[1:], "begins with 26"),
        (lambda side, layers: [side, sides(side, layers)[-1]], "only the beginning and the end"),
        (lambda side, layers: _sides(side, layers, lambda n: n - 1, lambda n: n // 2), "You made 27"),
        (lambda side, layers: _sides(side, layers, lambda n: n - 3, lambda n: n // 2), "You made 25"),
        (_same_padding, 'padding "same"'),
        (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: n / 2), "You made 5.5"),
        (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: -(-n // 2)), "You made 6"),
        (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: n - 1), "side by side"),
        (lambda side, layers: sides(side, layers)[-1], "it should return a list"),
        (
            lambda side, layers: [side, *(side - 2 if layer == "conv" else side // 2 for layer in layers)],
            "takes what the layer before it gives",
        ),
        (lambda side, layers: [side, None], "but with None in it"),
        (lambda side, layers: [28, 26, 13, 11, 5], "[150, 148, 146, 73, 36] is right"),
    ],
    "receptive-field": [
        (_no_stride, "always 1 pixel apart"),
        (lambda layers: int(np.prod([size for size, _ in layers])), "all sizes multiplied"),
        (lambda layers: receptive_field(layers) - 1, "Begin with 1"),
        (_stride_first, "for the layers after it"),
        (_last_stride, "let the strides multiply"),
        (lambda layers: layers[-1][0] if layers else 1, "the last layer's window"),
        (lambda layers: receptive_field(layers) ** 2, "the number of pixels"),
        (_size_steps, "count size - 1, not size"),
        (lambda layers: receptive_field(layers[::-1]), "from its beginning"),
        (lambda layers: 10, "1 is right"),
        (lambda layers: "10", "it should return a single number"),
    ],
}
