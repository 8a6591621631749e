"""Strong baseline: mixup is the same for the same seed, the rate is down at the end, and a run is measured after its last epoch."""

import keras
import numpy as np
import pytest

from tests.test_measure import folder_of_images
from tools.strong_baseline import MixUp, StrongBaselineConfig, fit_stages


class Batches(keras.utils.PyDataset):
    """Three batches of four images, each filled with its label."""

    def __init__(self, side=2):
        super().__init__()
        self.side = side

    def __len__(self):
        return 3

    def __getitem__(self, index):
        labels = np.array([0, 1, 1, 0], "float32") + 2 * index
        return np.ones((4, self.side, self.side, 3), "float32") * labels[:, None, None, None], labels


def test_mixup_mixes_images_and_labels_by_the_same_share():
    images, labels = zip(*(MixUp(Batches(), seed)[0] for seed in range(20)), strict=True)
    images, labels = np.concatenate(images), np.concatenate(labels)
    assert images.dtype == labels.dtype == np.float32
    assert np.allclose(images, labels[:, None, None, None])
    assert labels.min() >= 0
    assert labels.max() <= 1
    assert ((labels > 0.01) & (labels < 0.99)).any()


def test_a_mixed_batch_depends_on_seed_epoch_and_index_alone():
    forwards, backwards = MixUp(Batches(), seed=1), MixUp(Batches(), seed=1)
    wanted = [forwards[index] for index in range(3)]
    for index in (2, 1, 0):
        assert all(np.array_equal(*pair) for pair in zip(backwards[index], wanted[index], strict=True))
    forwards.on_epoch_end()
    assert not np.array_equal(forwards[0][1], wanted[0][1])
    assert not np.array_equal(MixUp(Batches(), seed=2)[0][1], wanted[0][1])


def test_the_rate_has_come_down_when_the_last_stage_ends():
    model = fit_stages([(Batches(side=16), 2), (Batches(side=32), 1)], seed=1)
    assert int(model.optimizer.iterations) == 9
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-7)


def test_a_run_is_measured_on_every_image_of_the_last_size(tmp_path, monkeypatch):
    class DarkIsACat:
        """Right about every image, if it is asked at the size of the last stage."""

        def evaluate(self, batches, **_):
            batches = [batches[index] for index in range(len(batches))]
            assert {images.shape for images, _ in batches} == {(4, 32, 32, 3)}
            right = [(images.mean(axis=(1, 2, 3)) > 0.4) == labels for images, labels in batches]
            return {"accuracy": float(np.mean(right))}

    monkeypatch.setattr("tools.strong_baseline.fit_stages", lambda stages, seed, alpha: DarkIsACat())
    config = StrongBaselineConfig(stages=((16, 2), (32, 6)), batch_size=4, augmentation={})
    result = config.train(folder_of_images(tmp_path), seed=1)
    assert (result["validation_accuracy"], result["epochs"]) == (1.0, 8)
