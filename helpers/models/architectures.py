"""The lessons' networks, compiled and ready for `fit`, each as it is written in the lesson that introduces it.

They expect gray images, float32 0…1, of shape (N, 28, 28, 1) (Keras also takes (N, 28, 28)), and integer labels 0…9.
"""

import keras
from keras import layers

IMAGE_SHAPE = (28, 28, 1)


def digits_dense(hidden: int = 50, learning_rate: float = 0.001) -> keras.Model:
    """Lesson 01: 784 → `hidden` → `hidden` → 10 probabilities."""
    model = keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Flatten(),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return _classifier(model, learning_rate)


def clothes_dense(hidden: int = 128, learning_rate: float = 0.001) -> keras.Model:
    """Lesson 02: 784 → `hidden` → 10 probabilities."""
    model = keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Flatten(),
            layers.Dense(hidden, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return _classifier(model, learning_rate)


def clothes_convolutional(
    filters: int = 64, convolutions: int = 2, dense: int = 128, learning_rate: float = 0.001
) -> keras.Model:
    """Lesson 04: `convolutions` times 3×3 filters and 2×2 pooling, then `dense` → 10 probabilities.

    Raises ValueError (from Keras) for more than three convolutions: the image has shrunk to 1 × 1 by then.
    """
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)])
    for _ in range(convolutions):
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(dense, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return _classifier(model, learning_rate)


def _classifier(model: keras.Model, learning_rate: float) -> keras.Model:
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def layer_table(model: keras.Model) -> list[tuple[str, str, int]]:
    """What `summary()` says, as rows: (layer, output shape without the batch, parameters).

    ValueError if the model is not built yet: then it has no shapes.
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
    """ "Dense 50", "Conv2D 64", "Flatten": the layer's kind and how many outputs it has to learn."""
    size = getattr(layer, "units", getattr(layer, "filters", ""))
    return f"{type(layer).__name__} {size}".strip()
