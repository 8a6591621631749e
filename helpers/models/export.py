"""A network to take with you: one `.keras` file with preprocessing and class names inside, and one for phones (TFLite)."""

import contextlib
import io
import logging
import warnings

import keras
import numpy as np

from helpers.images.classes import ClassNames
from helpers.models.layer_graph import layer_graph
from helpers.models.predict import class_names_of, image_shape
from helpers.models.values import input_range
from helpers.tensorflow_import import silent_stderr, tensorflow


def with_names(model: keras.Model, names: ClassNames) -> keras.Model:
    """Return a network that takes pixels of any size, (N, H, W, 3), 0…255, and answers with words.

    Of a wide or a tall image it takes the middle, in the network's proportions, as the collector of images does.
    model: images → probabilities or logits; a single output stands for two classes. The answer is a dict: "probabilities"
    (N, classes) and "class" (N,), text.
    Only layers of Keras are used, so its `.keras` file loads anywhere, in safe mode. Raises ValueError for names that don't fit.
    """
    height, width, channels = image_shape(model)
    names, (low, high) = class_names_of(model, names), input_range(model)
    pixels = keras.Input((None, None, channels), name="pixels")
    resized = keras.layers.Resizing(height, width, "bilinear", crop_to_aspect_ratio=True, antialias=True)(pixels)
    (outputs,) = keras.tree.flatten(model(keras.layers.Rescaling((high - low) / 255, low)(resized)))
    probabilities = keras.layers.Flatten()(outputs)
    if layer_graph(model).last.activation == "linear":
        probabilities = keras.layers.Activation("softmax" if probabilities.shape[-1] > 1 else "sigmoid")(probabilities)
    if probabilities.shape[-1] == 1:
        probabilities = keras.layers.Concatenate()([1 - probabilities, probabilities])
    words = keras.layers.StringLookup(vocabulary=names, num_oov_indices=0, invert=True, name="words")
    likeliest = keras.ops.argmax(probabilities, axis=-1)
    return keras.Model(
        pixels, {"probabilities": probabilities, "class": words(likeliest)}, name=f"{model.name}_with_names"
    )


def to_tflite(model: keras.Model) -> bytes:
    """Return a network as a TFLite file, as phones and small boards take it: one image at a time.

    The traced function is converted as it is. `from_keras_model` writes a SavedModel and loads it again, with the same answers from a
    file of the same size for five times the time. What the converter prints and logs is dropped.
    """
    tf = tensorflow()
    one_image = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with silent_stderr(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask = tf.function(lambda images: model(images, training=False), autograph=False)
            answer = ask.get_concrete_function(one_image)
            return tf.lite.TFLiteConverter.from_concrete_functions([answer], answer).convert()
    finally:
        logging.disable(before)


def tflite_predict(content: bytes, images: np.ndarray) -> np.ndarray:
    """Return the outputs (N, …) of a TFLite file for images (N, H, W, C), one after the other, as a phone does."""
    tf = tensorflow()
    with silent_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a newer package has the same interpreter
        interpreter = tf.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
    where, answers = interpreter.get_input_details()[0]["index"], []
    for image in np.asarray(images, "float32"):
        interpreter.set_tensor(where, image[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    return np.array(answers)
