"""How hard are the drawn images for the lessons' networks?  nice -n 10 python -m tests.benchmarks.studio_difficulty

    ... studio_difficulty horses_or_humans [--size 150] [--blocks 3] [--seeds 1 2 3]
    ... studio_difficulty cats_vs_dogs [--batch 64] [--epochs 15]
    ... studio_difficulty cats_vs_dogs --augment [--dropout] --epochs 40

Trains a lesson's network on the full drawn set, as `tools.measure` does, and prints its curves against the goals. What
drawn images teach about photographs: `python -m tools.measure --photographs FOLDER`.
"""

import argparse
from statistics import mean

from data_scripts import image_folders
from helpers import tensorflow_import
from helpers.results.recipes import AUGMENTATION, ImageTrainingConfig

GOALS = {
    "horses_or_humans": "validation .85–.97",
    "cats_vs_dogs": "plain: training .93 or more, validation .65–.80, validation loss turning before epoch 10; "
    "augmented: gap at most .06, validation no lower than plain",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=GOALS)
    for option, default in (("--size", 150), ("--batch", 128), ("--epochs", 15), ("--blocks", 3)):
        parser.add_argument(option, type=int, default=default)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--augment", action="store_true")
    parser.add_argument("--dropout", action="store_true")
    options = parser.parse_args()
    tensorflow_import.tensorflow()
    horses = options.name == "horses_or_humans"
    recipe = ImageTrainingConfig(
        architecture="horses_humans" if horses else "cats_dogs",
        dataset=options.name,
        epochs=options.epochs,
        batch_size=options.batch,
        size=options.size,
        augmentation=AUGMENTATION if options.augment else {},
        settings={"blocks": options.blocks} if horses else {"dropout": options.dropout},
    )
    image_folders.prepare(options.name, "offline")
    print(recipe, f"goals: {GOALS[options.name]}", sep="\n")
    for seed in options.seeds:
        found = recipe.train(image_folders.folder(options.name, "offline"), seed)
        curves = found["curves"]
        print(f"seed {seed}, {found['cpu_seconds']:.0f} CPU-s")
        for key, values in curves.items():
            print(f"  {key:13}", " ".join(f"{value:.3f}" for value in values))
        train, held = (mean(curves[key][-3:]) for key in ("accuracy", "val_accuracy"))
        said = f"training {train:.3f}, validation {held:.3f}, gap {train - held:.3f}"
        turn = found["best_epoch"]
        print(f"  last three epochs: {said}; validation loss is lowest in epoch {turn}", flush=True)


if __name__ == "__main__":
    main()
