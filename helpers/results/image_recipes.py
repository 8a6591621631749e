"""How a network for folders of images is trained, so that `helpers.results.reference` can measure it over seeds."""

import time
from dataclasses import dataclass, field
from pathlib import Path

# Lesson 08's augmentation: what changes no cat into a dog.
AUGMENTATION = {
    "rotation_range": 45,
    "width_shift_range": 0.15,
    "height_shift_range": 0.15,
    "zoom_range": 0.5,
    "horizontal_flip": True,
}


@dataclass(frozen=True)
class ImageTrainingConfig:
    """`helpers.models.image_architectures.<build>(size, **settings)`, trained on `train/` and watched on `validation/`.

    The images come from `ImageFolderReader`, those for training changed by `augmentation` (its parameters). In `pieces` a
    batch takes less memory (see `helpers.models.image_architectures`); equal recipes with other pieces are alike, not the same.
    """

    build: str
    data: str
    epochs: int
    batch: int
    size: int = 150
    pieces: int = 1
    augmentation: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.batch % self.pieces:
            raise ValueError(f"A batch of {self.batch} cannot be learned in {self.pieces} pieces of equal size.")

    def batches(self, folder: Path, seed: int) -> tuple:
        """Pieces of batches for training, shuffled and changed, and for validation, neither: `ImageBatches`, 0…1."""
        from helpers.images.folders import ImageFolderReader

        how = {"target_size": (self.size, self.size), "batch_size": self.batch // self.pieces, "class_mode": "binary"}
        changing, plain = ImageFolderReader(rescale=1 / 255, **self.augmentation), ImageFolderReader(rescale=1 / 255)
        train = changing.flow_from_directory(folder / "train", seed=seed, **how)
        return train, plain.flow_from_directory(folder / "validation", shuffle=False, **how)

    def measure(self, folder: Path, seed: int) -> dict:
        """Trains once: the figures of the last epoch, the best one, what it cost, and the curves, by epoch."""
        import keras

        from helpers.models import image_architectures

        train, validation = self.batches(folder, seed)
        keras.utils.set_random_seed(seed)
        model = getattr(image_architectures, self.build)(self.size, pieces=self.pieces, **self.settings)
        begin, work = time.perf_counter(), time.process_time()
        found = model.fit(train, validation_data=validation, epochs=self.epochs, verbose=0).history
        seconds, work = time.perf_counter() - begin, time.process_time() - work
        return {
            "validation_accuracy": round(found["val_accuracy"][-1], 4),
            "training_accuracy": round(found["accuracy"][-1], 4),
            "best_epoch": found["val_loss"].index(min(found["val_loss"])) + 1,
            "epochs": len(found["loss"]),
            "seconds": round(seconds, 1),
            "cpu_seconds": round(work, 1),  # of all cores together; other programs do not change it much
            "curves": {name: [round(value, 4) for value in values] for name, values in found.items()},
        }

    def images(self, folder: Path) -> dict[str, int]:
        """How many images `folder` has for training and for validation."""
        return {
            split: sum(path.is_file() for path in (folder / split).glob("*/*")) for split in ("train", "validation")
        }
