"""The networks for color images, compiled and ready for `fit`, each as it is written in the lesson that introduces it.

They expect float32 0…1 of shape (N, size, size, 3), and labels 0 or 1; they answer with one number, 0…1: the
probability of class 1.

`pieces`: the optimizer takes a step after so many batches, with the mean of their gradients. Four full batches of 32 make
the step of one of 128 (dropout draws other values), with a quarter of the feature maps in memory.
"""

import keras
from keras import layers

FILTERS = (16, 32, 64, 64, 64)


def horses_humans(size: int = 300, blocks: int = 5, pieces: int = 1) -> keras.Model:
    """Lesson 06: `blocks` times 3×3 filters and 2×2 pooling, Dense 512, one sigmoid; RMSprop.

    1,704,097 parameters for 300 pixels and five blocks, 9,494,561 for 150 pixels and three.
    """
    model = keras.Sequential([keras.Input((size, size, 3))])
    for filters in FILTERS[:blocks]:
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    return _two_classes(model, keras.optimizers.RMSprop(0.001, **_steps(pieces)))


def cats_dogs(size: int = 150, dropout: bool = False, pieces: int = 1) -> keras.Model:
    """Lessons 07 and 08: filters 16, 32, 64 with `padding="same"`, each pooled, Dense 512, one sigmoid; Adam.

    10,641,441 parameters for 150 pixels. `dropout` adds lesson 08's: 0.3 after the first and the last pooling, 0.1
    after the dense layer.
    """
    model = keras.Sequential([keras.Input((size, size, 3))])
    for number, filters in enumerate(FILTERS[:3]):
        model.add(layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
        if dropout and number != 1:
            model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    if dropout:
        model.add(layers.Dropout(0.1))
    model.add(layers.Dense(1, activation="sigmoid"))
    return _two_classes(model, keras.optimizers.Adam(0.001, **_steps(pieces)))


def _steps(pieces: int) -> dict[str, int]:
    return {"gradient_accumulation_steps": pieces} if pieces > 1 else {}  # Keras refuses 1


def _two_classes(model: keras.Model, optimizer) -> keras.Model:
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model
