"""What the tests of background training share: data that take their time, a small network, and patience."""

import time

import keras
import numpy as np


class Slowly(keras.utils.PyDataset):
    """Batches that take their time, so that there is something to stop."""

    def __init__(self, batches=500, pause=0.02):
        super().__init__()
        self.batches, self.pause = batches, pause

    def __len__(self):
        return self.batches

    def __getitem__(self, index):
        time.sleep(self.pause)
        return np.zeros((8, 4), "float32"), np.zeros(8, "int64")


def small(metrics=("accuracy",)) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
