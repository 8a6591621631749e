"""What the lessons' networks reach, measured: `python -m helpers.results.reference` trains them over five seeds each.

The figures are kept in `results.json` beside this file, and a lesson shows them beside what the learner got:

    results.beside("digits_dense", test_accuracy=0.955)
    test accuracy: you got .955; over five seeds .949–.958 (offline sample)

A later lesson adds its network as one line of `RECIPES`.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from data_scripts.atomic import write
from data_scripts.errors import DataError
from helpers import budget, data, tensorflow_import
from helpers.results.image_recipes import AUGMENTATION, ImageTrainingConfig

FILE = Path(__file__).with_name("reference.json")
SEEDS = (1, 2, 3, 4, 5)
COUNT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SOURCE = {"offline": "offline sample", "official": "official data"}
RENDERED = "offline images"  # horses, humans, cats and dogs are no sample of anything


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained: `helpers.models.architectures.<build>(**settings)`, images scaled to 0…1, 10 % for validation."""

    build: str
    data: str
    epochs: int
    batch: int
    patience: int | None = None  # of EarlyStopping on the validation loss, which restores the best weights
    settings: dict = field(default_factory=dict)


RECIPES = {
    "digits_dense": TrainingConfig("digits_dense", "mnist", epochs=30, batch=100, patience=3, settings={"hidden": 50}),
    # Batch size 500 was first picked with a look at test accuracy, so its test figure may flatter a little. Checked on
    # validation accuracy afterwards (official data, seeds 1 and 2; 100: seed 1): .983 and .985, others .980–.983.
    "digits_best": TrainingConfig("digits_dense", "mnist", epochs=20, batch=500, settings={"hidden": 512}),
    "clothes_dense": TrainingConfig("clothes_dense", "fashion_mnist", epochs=10, batch=32, settings={"hidden": 128}),
    "clothes_dense_short": TrainingConfig(
        "clothes_dense", "fashion_mnist", epochs=5, batch=64, settings={"hidden": 128}
    ),
    "clothes_convolutional": TrainingConfig(
        "clothes_convolutional", "fashion_mnist", epochs=5, batch=64, settings={"filters": 64}
    ),
    # Lesson 08's 2×2: the same epochs, with and without augmentation, with and without dropout.
    "cats_dogs_plain": ImageTrainingConfig("cats_dogs", "cats_vs_dogs", epochs=15, batch=128),
    "cats_dogs_augmented": ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=15, batch=128, augmentation=AUGMENTATION
    ),
    "cats_dogs_dropout": ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=15, batch=128, settings={"dropout": True}
    ),
    "cats_dogs_both": ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=15, batch=128, augmentation=AUGMENTATION, settings={"dropout": True}
    ),
    # Whether augmentation pays, given time.
    "cats_dogs_plain_long": ImageTrainingConfig("cats_dogs", "cats_vs_dogs", epochs=40, batch=32),
    "cats_dogs_augmented_long": ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=40, batch=32, augmentation=AUGMENTATION
    ),
}


def compare(network: str, **measured: float) -> None:
    """Prints one line for each measured value, beside what the same network reached over several seeds.

    `network` is a name in `RECIPES` (else KeyError); the names of the values are those in `results.json`:
    test_accuracy, validation_accuracy, training_accuracy, epochs, seconds, cpu_seconds. Figures of the source in use are taken.
    """
    recipe = RECIPES[network]
    source = data.source(recipe.data)
    called = RENDERED if source == "offline" and isinstance(recipe, ImageTrainingConfig) else SOURCE[source]
    kept = load().get(network, {}).get(source, {})
    quick = "; this was a quick run" if budget.is_quick() else ""
    for name, value in measured.items():
        if name in kept:
            low, high, seeds = kept[name]["min"], kept[name]["max"], len(kept["seeds"])
            many = COUNT[seeds] if seeds < len(COUNT) else seeds
            known = f"over {many} seeds {format_number(low)}–{format_number(high)} ({called})"
            if seeds == 1:
                known = f"another run {format_number(low)} ({called}, one seed)"
        else:
            known = f"nothing was measured beforehand ({called})"
        print(f"{name.replace('_', ' ')}: you got {format_number(value)}{quick}; {known}")


def format_number(value: float) -> str:
    """Three digits behind the point and no nought before it: ".957"; counts and seconds rounded: "12"."""
    if isinstance(value, int) or abs(value) > 1:
        return f"{value:.0f}"
    return f"{value:.3f}".replace("0.", ".", 1)


def seed_curves(network: str, source: str | None = None, file: Path | None = None) -> dict[str, list[list[float]]]:
    """The kept curves of a network for folders of images: {"val_accuracy": [epochs of one seed, …], …}.

    `source` is "offline" or "official", by default the one in use; `file` as in `load`. Empty where nothing was measured.
    """
    source = source or data.source(RECIPES[network].data)
    seeds = load(file).get(network, {}).get(source, {}).get("seeds", {}).values()
    names = {name: None for seed in seeds for name in seed.get("curves", {})}
    return {name: [seed["curves"][name] for seed in seeds] for name in names}


def load(file: Path | None = None) -> dict:
    """Everything measured (in `file`, default `FILE`): {network: {source: {"test_accuracy": {"min", "median", "max"}, "seeds": …, …}}}."""
    file = file or FILE
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def measure(recipe: TrainingConfig | ImageTrainingConfig, arrays, seed: int) -> dict:
    """Trains once; returns {"test_accuracy": …, "seconds": …, …}, and from folders of images also "curves".

    `arrays`: (images, labels) for training and test, uint8 (N, 28, 28) and integers (N,); or a folder of images.
    """
    tensorflow_import.tensorflow()
    if isinstance(recipe, ImageTrainingConfig):
        return recipe.measure(arrays, seed)
    import keras
    import numpy as np

    from helpers.models import architectures

    (images, labels), (test_images, test_labels) = arrays
    images, test_images = images / np.float32(255), test_images / np.float32(255)
    keras.utils.set_random_seed(seed)
    model = getattr(architectures, recipe.build)(**recipe.settings)
    how = {"epochs": recipe.epochs, "batch_size": recipe.batch, "validation_split": 0.1, "verbose": 0}
    if recipe.patience:
        how["callbacks"] = [keras.callbacks.EarlyStopping(patience=recipe.patience, restore_best_weights=True)]
    begin, work = time.perf_counter(), time.process_time()
    history = model.fit(images, labels, **how).history
    seconds, work = time.perf_counter() - begin, time.process_time() - work
    kept = int(np.argmin(history["val_loss"])) if recipe.patience else -1  # the epoch whose weights the model has now
    test = model.evaluate(test_images, test_labels, batch_size=1000, verbose=0, return_dict=True)
    return {
        "test_accuracy": round(test["accuracy"], 4),
        "validation_accuracy": round(history["val_accuracy"][kept], 4),
        "training_accuracy": round(history["accuracy"][kept], 4),
        "epochs": len(history["loss"]),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(work, 1),  # of all cores together; other programs do not change it much
    }


def measure_missing(
    network: str, source: str, file: Path = FILE, seeds=SEEDS, again: bool = False, pieces: int | None = None
) -> None:
    """Measures the seeds that `file` lacks, and writes it after each of them: a killed run is taken up again.

    Seeds measured by another recipe are forgotten, and so is a half-measured set from other versions. Seeds from another
    machine count: they differ as seeds do; only their seconds are that machine's, so `machine` names both. `pieces`: of a
    batch, for a network for folders of images, other than its recipe's.
    """
    recipe, here = RECIPES[network], environment()
    recipe = replace(recipe, pieces=pieces) if pieces else recipe
    kept = load(file).get(network, {}).get(source, {})
    done = {} if again or kept.get("recipe") != asdict(recipe) else kept["seeds"]
    missing = [seed for seed in seeds if str(seed) not in done]
    if missing and kept.get("versions") != here["versions"]:
        done, missing = {}, list(seeds)
    if not missing:
        print(f"{network}, {source}: all there.")
        return
    os.environ["COURSE_SOURCE"] = source
    from_folder = isinstance(recipe, ImageTrainingConfig)
    arrays = data.image_folder(recipe.data) if from_folder else data.arrays(recipe.data)
    images = (
        recipe.images(arrays)
        if from_folder
        else {"training and validation": len(arrays[0][0]), "test": len(arrays[1][0])}
    )
    here = add_machine(kept if done else {}, here)
    for seed in missing:
        done[str(seed)] = measure(recipe, arrays, seed)
        figures = {name: value for name, value in done[str(seed)].items() if name != "curves"}
        print(f"{network}, {source}, seed {seed}: {figures}", flush=True)
        found = load(file)
        found.setdefault(network, {})[source] = {
            **{name: min_median_max([one[name] for one in done.values()]) for name in figures},
            "recipe": asdict(recipe),
            "images": images,
            "seeds": done,
            **here,
            "date": time.strftime("%Y-%m-%d"),
            "command": f"python -m helpers.results.reference --network {network} --source {source}",
        }
        write(file, json.dumps(found, indent=1) + "\n")


def min_median_max(values: list[float]) -> dict[str, float]:
    """The least, the middle and the largest of some values."""
    return {"min": min(values), "median": round(statistics.median(values), 4), "max": max(values)}


def add_machine(kept: dict, here: dict) -> dict:
    """`here`, its `machine` after those of the seeds that are kept already: "one; another"."""
    before = kept["machine"].split("; ") if kept else []
    return here | {"machine": "; ".join(dict.fromkeys([*before, here["machine"]]))}


def environment() -> dict:
    """The machine (never its name) and the versions that matter for the figures."""
    tf = tensorflow_import.tensorflow()
    import keras

    return {
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": version("numpy"),
        },
    }


def processor() -> str:
    """The model name of the processor; its family where the system tells no more."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main(words: list[str] | None = None) -> int:
    """`python -m helpers.results.reference`: everything that is missing, offline and, where they are prepared, official data."""
    parser = argparse.ArgumentParser(prog="python -m helpers.results.reference", description=main.__doc__)
    parser.add_argument("--network", nargs="+", choices=RECIPES, default=list(RECIPES), metavar="NAME")
    parser.add_argument("--source", nargs="+", choices=SOURCE, help="default: offline, and official where prepared")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N", help="default: 1 to 5")
    parser.add_argument("--again", action="store_true", help="measure anew what is there already")
    parser.add_argument("--file", type=Path, default=FILE, help="where the figures are kept")
    chosen = parser.parse_args(words)
    try:
        for network in chosen.network:
            for source in chosen.source or prepared(RECIPES[network].data):
                measure_missing(network, source, chosen.file, chosen.seeds, again=chosen.again)
    except DataError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Call again to go on with the missing seeds.", file=sys.stderr)
        return 130
    return 0


def prepared(name: str) -> list[str]:
    """The sources that data set `name` has on this machine."""
    os.environ["COURSE_SOURCE"] = "auto"
    return ["offline", "official"] if data.source(name) == "official" else ["offline"]


if __name__ == "__main__":
    sys.exit(main())
