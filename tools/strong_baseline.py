"""Strong baseline: the best network for cats and dogs from 2,000 images alone, in about five minutes on two cores.

Smaller images, first 64 × 64 and then 96 × 96, pay for more epochs (progressive resizing; T. Karras and others, 2017, had
the idea for generators). Batch normalization and the one-cycle rate (L. N. Smith and N. Topin, 2018, "Super-Convergence")
make large steps safe. Global average pooling leaves few parameters to memorize with, and takes images of any size. Flips,
small moves and mixup make every image a new one.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from helpers.results.recipes import Recipe, stopwatch

AUGMENTATION = {
    "rotation_range": 15,
    "zoom_range": 0.2,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "horizontal_flip": True,
}
ALPHA = 0.2  # of mixup: shares are of Beta(0.2, 0.2), where those near 0 or 1 are frequent


class MixUp(keras.utils.PyDataset):
    """Mixup (H. Zhang and others, 2017, "mixup: Beyond Empirical Risk Minimization"): batches mixed with themselves.

    A share of each batch and the rest of the same batch in another order are added, images (N, H, W, 3) and labels (N,)
    alike. Share and order depend on seed, epoch and index alone, whatever the order in which batches are asked for.
    (`keras.layers.MixUp` draws from one generator, and makes labels (N, N) of labels (N,).)
    """

    def __init__(self, batches: keras.utils.PyDataset, seed: int = 0, alpha: float = ALPHA) -> None:
        super().__init__()
        self.batches, self.seed, self.alpha, self.epoch = batches, seed, alpha, 0

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return images and labels of one batch, mixed."""
        images, labels = self.batches[index]
        rng = np.random.default_rng((self.seed, self.epoch, index))
        order, share = rng.permutation(len(images)), np.float32(rng.beta(self.alpha, self.alpha))
        return share * images + (1 - share) * images[order], share * labels + (1 - share) * labels[order]

    def on_epoch_end(self) -> None:
        """Shuffle and mix differently in the next epoch."""
        self.epoch += 1
        self.batches.on_epoch_end()


@dataclass(frozen=True)
class StrongBaselineConfig(Recipe):
    """Configuration of `helpers.models.architectures.strong_baseline`; `stages` are pairs of side and epochs.

    Results of edition 1 are of mixup with one random generator for all batches.
    """

    dataset: str = "cats_vs_dogs"
    stages: tuple[tuple[int, int], ...] = ((64, 30), (96, 10))
    batch_size: int = 32
    augmentation: dict[str, Any] = field(default_factory=lambda: dict(AUGMENTATION))
    mixup: float = ALPHA
    edition: int = 2

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once; return the validation accuracy after the *last* epoch (none is chosen) and what it cost."""
        from helpers.images.folders import ImageFolderReader

        flow: dict[str, Any] = {"batch_size": self.batch_size, "class_mode": "binary", "interpolation": "bilinear"}
        keras.utils.set_random_seed(seed)
        with stopwatch() as cost:
            reader = ImageFolderReader(rescale=1 / 255, **self.augmentation)
            batches = [
                (reader.flow_from_directory(images / "train", (side, side), seed=seed, **flow), epochs)
                for side, epochs in self.stages
            ]
            model = fit_stages(batches, seed, self.mixup)
        side, _ = self.stages[-1]
        validation = ImageFolderReader(rescale=1 / 255).flow_from_directory(
            images / "validation", (side, side), shuffle=False, **flow
        )
        accuracy = model.evaluate(validation, verbose=0, return_dict=True)["accuracy"]
        epochs = sum(epochs for _, epochs in self.stages)
        return {"validation_accuracy": round(accuracy, 4), "epochs": epochs, **cost}


def fit_stages(stages: list[tuple[keras.utils.PyDataset, int]], seed: int, alpha: float = ALPHA) -> keras.Model:
    """Train a strong baseline with mixup on one stage's batches after the other's: `stages` are pairs of batches and epochs."""
    from helpers.models.architectures import strong_baseline

    model = strong_baseline(steps=sum(len(batches) * epochs for batches, epochs in stages))
    for batches, epochs in stages:
        model.fit(MixUp(batches, seed, alpha), epochs=epochs, verbose=0)
    return model
