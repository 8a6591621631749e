"""What networks that learned from computer-made images are worth on photographs, measured.

    python -m helpers.results.photographs --photographs FOLDER

trains them on the official images (prepared with `python -m data_scripts get horses_or_humans`) and on drawn ones,
over three seeds each, and asks them about FOLDER/horse and FOLDER/human: photographs of your own, in no set. The figures
are kept in `transfer.json` beside this file; a call goes on where the last one ended.
"""

import argparse
import json
import os
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np

from data_scripts.atomic import write
from helpers import data
from helpers.results import reference

FILE = Path(__file__).with_name("photographs.json")
CLASSES = ("horses", "humans")
FIGURES, SCENES, PLACES = 1200, 2000, 400  # how many of each are drawn, figures and scenes for either class
# Asked about images a little larger than those it has learned from: H. Touvron and others, 2019, "Fixing the train-test
# resolution discrepancy". `stages`: sides of the images and epochs; `images`: how many an epoch.
VARIED = {"stages": [[64, 18], [96, 6]], "images": 3200, "asked": 112}
NETWORKS = {  # name → what a reader calls it, and how it is trained
    "five_blocks_300": ("lesson 06, 300 px", "official", {"size": 300, "blocks": 5, "epochs": 15}),
    "three_blocks_150": ("lesson 06, 150 px", "official", {"size": 150, "blocks": 3, "epochs": 15}),
    "varied_drawn": ("varied*", "drawn only", VARIED),
    "varied_both": ("varied*", "official + drawn", VARIED),
}


def table() -> None:
    """Prints what is kept: for each network the median over its seeds."""
    kept = load()
    if not kept:
        print("Nothing has been measured yet.")
        return
    any_of_them = next(iter(kept.values()))["images"]
    print("Share that is right (median over seeds), networks trained and measured on:")
    print(f"official validation images and {sum(any_of_them['photographs'].values())} photographs\n")
    print(f"{'network':18} {'has seen':17} {'seeds':>5} {'official':>9} | {'photographs:':12}")
    print(f"{'':18} {'':17} {'':5} {'valid.':>9} | {'horses':>7} {'humans':>7} {'balanced':>9}")
    for name, (title, seen, _) in NETWORKS.items():
        if name in kept:
            one = kept[name]
            photographs = f"{one['photographs_horses']['median']:7.2f} {one['photographs_humans']['median']:7.2f}"
            photographs += f" {one['photographs_balanced']['median']:9.2f}"
            official = f"{one['validation_accuracy']['median']:9.3f}"
            print(f"{title:18} {seen:17} {len(one['seeds']):5} {official} | {photographs}")
    print(
        "\n* the mean of an image and its mirror image; official + drawn: some figures pasted onto photographs of cats and dogs"
    )


def load(file: Path | None = None) -> dict:
    """Everything kept: {network: {"validation_accuracy": {"min", "median", "max"}, "seeds": …, "command": …, …}}."""
    file = file or FILE
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def balanced(answers, size: int, folder: Path, names=CLASSES) -> list[float]:
    """The share that is right in each of two folders of images; `answers(images)` gives the chances of class 1."""
    from helpers.images.paste import images_in

    shares = []
    for label, name in enumerate(names):
        images = images_in(folder / name, size) / np.float32(255)
        shares.append(float(((np.asarray(answers(images)) >= 0.5) == label).mean()))
    return shares


def measure(name: str, seed: int, folder: Path, photographs: Path) -> dict:
    """Trains network `name` once; `folder` is the official set. The figures, each 0…1, and what it cost."""
    import keras

    from helpers.images import paste

    how = NETWORKS[name][2]
    keras.utils.set_random_seed(seed)
    begin, work = time.perf_counter(), time.process_time()
    if "blocks" in how:
        model, history = _published(folder, seed, **how)

        def answers(images):
            return model.predict(images, verbose=0)[:, 0]

        size = how["size"]
    else:
        model, history = _varied(None if name == "varied_drawn" else folder, seed, how["stages"], how["images"])
        size = how["asked"]

        def answers(images):
            return paste.predict_flipped_too(model, images)

    cost = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - work}
    own = balanced(answers, size, folder / "validation")
    real = balanced(answers, size, photographs, ("horse", "human"))
    return {
        "validation_accuracy": round(float(np.mean(own)), 4),  # both classes have 128 images
        "training_accuracy": round(history["accuracy"][-1], 4),
        "photographs_horses": round(real[0], 4),
        "photographs_humans": round(real[1], 4),
        "photographs_balanced": round(float(np.mean(real)), 4),
    } | {unit: round(value, 1) for unit, value in cost.items()}


def _published(folder: Path, seed: int, size: int, blocks: int, epochs: int):
    from helpers.images.folders import ImageFolderReader
    from helpers.models.image_architectures import horses_humans

    how = {"target_size": (size, size), "batch_size": 32, "class_mode": "binary"}
    train = ImageFolderReader(rescale=1 / 255).flow_from_directory(folder / "train", seed=seed, **how)
    model = horses_humans(size, blocks)
    return model, model.fit(train, epochs=epochs, verbose=0).history


def _varied(folder: Path | None, seed: int, stages, images: int):
    """The network at the end of lesson 06, from drawn images and, unless `folder` is None, official ones."""
    from helpers.images import paste
    from helpers.results import strong_baseline

    model = None
    for side, epochs in stages:
        mixed = paste.PastedBatches(_sources(folder), count=images, size=side, seed=seed)
        model = model or strong_baseline.strong_baseline(steps=len(mixed) * sum(count for _, count in stages))
        model.fit(strong_baseline.Mixed(mixed, seed), epochs=epochs, verbose=0)
    return model, {"accuracy": [model.evaluate(mixed, verbose=0)[1]]}  # of images that are not mixed up


@cache
def _sources(folder: Path | None) -> list:
    """For `Mixed`. Of official images figures are cut out, too, and pasted onto photographs where there are official ones."""
    from helpers.images import paste

    drawn, figures, backgrounds = (
        paste.rendered_scenes(SCENES),
        paste.rendered_figures(FIGURES),
        paste.rendered_backgrounds(PLACES),
    )
    if folder is None:
        return [(0.45, paste.uncut(drawn)), (0.55, paste.pasted(figures, backgrounds))]
    if data.source("cats_vs_dogs") == "official":  # photographs, and no horse in them
        pets = data.image_folder("cats_vs_dogs") / "train"
        backgrounds = np.concatenate([backgrounds, *(paste.images_in(pets / name) for name in ("cats", "dogs"))])
    own = [paste.images_in(folder / "train" / name) for name in CLASSES]
    cut = [paste.cut_from(one) for one in own]
    return [
        (0.2, paste.uncut(own)),
        (0.25, paste.uncut(drawn)),
        (0.3, paste.pasted(figures, backgrounds)),
        (0.25, paste.pasted(cut, backgrounds)),
    ]


def complete(name: str, seeds, folder: Path, photographs: Path, file: Path | None = None) -> None:
    """Measures the seeds that `file` lacks, and writes it after each of them."""
    file = file or FILE
    kept = load(file).get(name, {})
    recipe = {"network": name, **NETWORKS[name][2]}
    done = kept["seeds"] if kept.get("recipe") == recipe else {}
    here = reference.add_machine(kept if done else {}, reference.environment())
    counts = {one: len(list((photographs / one).iterdir())) for one in ("horse", "human")}
    for seed in [seed for seed in seeds if str(seed) not in done]:
        done[str(seed)] = figures = measure(name, seed, folder, photographs)
        print(f"{name}, seed {seed}: {figures}", flush=True)
        found = load(file)
        found[name] = {
            **{value: reference.min_median_max([one[value] for one in done.values()]) for value in figures},
            "recipe": recipe,
            "images": {"validation": 256, "photographs": counts},
            "seeds": done,
            **here,
            "date": time.strftime("%Y-%m-%d"),
            "command": f"python -m helpers.results.photographs --photographs FOLDER --network {name}",
        }
        write(file, json.dumps(found, indent=1) + "\n")


def main(words: list[str] | None = None) -> int:
    """`python -m helpers.results.photographs --photographs FOLDER`, with horse/ and human/ in FOLDER."""
    parser = argparse.ArgumentParser(prog="python -m helpers.results.photographs", description=main.__doc__)
    parser.add_argument("--photographs", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--network", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="SEED")
    chosen = parser.parse_args(words)
    os.environ["COURSE_SOURCE"] = "official"
    os.environ.pop("COURSE_BUDGET", None)
    from data_scripts.errors import DataError
    from helpers import tensorflow_import

    tensorflow_import.tensorflow()
    try:
        folder = data.image_folder("horses_or_humans")
    except DataError as error:
        print(error)
        return 1
    for name in chosen.network:
        complete(name, chosen.seeds, folder, chosen.photographs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
