"""What networks that learned from computer-made pictures are worth on photographs, measured.

    python -m helpers.transfer_results --photographs FOLDER

trains them on the official pictures (prepared with `python -m data_scripts get horses_or_humans`) and on drawn ones,
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

from helpers import data, results
from helpers.runs import write_whole

FILE = Path(__file__).with_name("transfer.json")
CLASSES = ("horses", "humans")
FIGURES, SCENES, PLACES = 1200, 2000, 400  # how many of each are drawn, figures and scenes for either class
# Asked about pictures a little larger than those it has learned from: H. Touvron and others, 2019, "Fixing the train-test
# resolution discrepancy". `stages`: sides of the pictures and epochs; `pictures`: how many an epoch.
VARIED = {"stages": [[64, 18], [96, 6]], "pictures": 3200, "asked": 112}
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
    any_of_them = next(iter(kept.values()))["pictures"]
    print("Share that is right (median over seeds), networks trained and measured on:")
    print(f"official validation pictures and {sum(any_of_them['photographs'].values())} photographs\n")
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
        "\n* the mean of a picture and its mirror image; official + drawn: some figures pasted onto photographs of cats and dogs"
    )


def load(file: Path | None = None) -> dict:
    """Everything kept: {network: {"validation_accuracy": {"min", "median", "max"}, "seeds": …, "command": …, …}}."""
    file = file or FILE
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def balanced(answers, size: int, folder: Path, names=CLASSES) -> list[float]:
    """The share that is right in each of two folders of pictures; `answers(pictures)` gives the chances of class 1."""
    from helpers.transfer import pictures_in

    shares = []
    for label, name in enumerate(names):
        pictures = pictures_in(folder / name, size) / np.float32(255)
        shares.append(float(((np.asarray(answers(pictures)) >= 0.5) == label).mean()))
    return shares


def measure(name: str, seed: int, folder: Path, photographs: Path) -> dict:
    """Trains network `name` once; `folder` is the official set. The figures, each 0…1, and what it cost."""
    import keras

    from helpers import transfer

    how = NETWORKS[name][2]
    keras.utils.set_random_seed(seed)
    begin, work = time.perf_counter(), time.process_time()
    if "blocks" in how:
        model, history = _published(folder, seed, **how)

        def answers(pictures):
            return model.predict(pictures, verbose=0)[:, 0]

        size = how["size"]
    else:
        model, history = _varied(None if name == "varied_drawn" else folder, seed, how["stages"], how["pictures"])
        size = how["asked"]

        def answers(pictures):
            return transfer.both_ways(model, pictures)

    cost = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - work}
    own = balanced(answers, size, folder / "validation")
    real = balanced(answers, size, photographs, ("horse", "human"))
    return {
        "validation_accuracy": round(float(np.mean(own)), 4),  # both classes have 128 pictures
        "training_accuracy": round(history["accuracy"][-1], 4),
        "photographs_horses": round(real[0], 4),
        "photographs_humans": round(real[1], 4),
        "photographs_balanced": round(float(np.mean(real)), 4),
    } | {unit: round(value, 1) for unit, value in cost.items()}


def _published(folder: Path, seed: int, size: int, blocks: int, epochs: int):
    from helpers.picture_networks import horses_humans
    from helpers.reader import PictureReader

    how = {"target_size": (size, size), "batch_size": 32, "class_mode": "binary"}
    train = PictureReader(rescale=1 / 255).flow_from_directory(folder / "train", seed=seed, **how)
    model = horses_humans(size, blocks)
    return model, model.fit(train, epochs=epochs, verbose=0).history


def _varied(folder: Path | None, seed: int, stages, pictures: int):
    """The network at the end of lesson 06, from drawn pictures and, unless `folder` is None, official ones."""
    from helpers import moonshot, transfer

    model = None
    for side, epochs in stages:
        mixed = transfer.Mixed(_sources(folder), count=pictures, size=side, seed=seed)
        model = model or moonshot.network(steps=len(mixed) * sum(count for _, count in stages))
        model.fit(moonshot.Mixed(mixed, seed), epochs=epochs, verbose=0)
    return model, {"accuracy": [model.evaluate(mixed, verbose=0)[1]]}  # of pictures that are not mixed up


@cache
def _sources(folder: Path | None) -> list:
    """For `Mixed`. Of official pictures figures are cut out, too, and pasted onto photographs where there are official ones."""
    from helpers import transfer

    drawn, figures, backgrounds = transfer.scenes(SCENES), transfer.figures(FIGURES), transfer.places(PLACES)
    if folder is None:
        return [(0.45, transfer.whole(drawn)), (0.55, transfer.pasted(figures, backgrounds))]
    if data.source("cats_vs_dogs") == "official":  # photographs, and no horse in them
        pets = data.picture_folder("cats_vs_dogs") / "train"
        backgrounds = np.concatenate([backgrounds, *(transfer.pictures_in(pets / name) for name in ("cats", "dogs"))])
    own = [transfer.pictures_in(folder / "train" / name) for name in CLASSES]
    cut = [transfer.cut_from(one) for one in own]
    return [
        (0.2, transfer.whole(own)),
        (0.25, transfer.whole(drawn)),
        (0.3, transfer.pasted(figures, backgrounds)),
        (0.25, transfer.pasted(cut, backgrounds)),
    ]


def complete(name: str, seeds, folder: Path, photographs: Path, file: Path | None = None) -> None:
    """Measures the seeds that `file` lacks, and writes it after each of them."""
    file = file or FILE
    kept = load(file).get(name, {})
    recipe = {"network": name, **NETWORKS[name][2]}
    done = kept["seeds"] if kept.get("recipe") == recipe else {}
    here = results.with_machines(kept if done else {}, results.surroundings())
    counts = {one: len(list((photographs / one).iterdir())) for one in ("horse", "human")}
    for seed in [seed for seed in seeds if str(seed) not in done]:
        done[str(seed)] = figures = measure(name, seed, folder, photographs)
        print(f"{name}, seed {seed}: {figures}", flush=True)
        found = load(file)
        found[name] = {
            **{value: results.spread([one[value] for one in done.values()]) for value in figures},
            "recipe": recipe,
            "pictures": {"validation": 256, "photographs": counts},
            "seeds": done,
            **here,
            "date": time.strftime("%Y-%m-%d"),
            "command": f"python -m helpers.transfer_results --photographs FOLDER --network {name}",
        }
        write_whole(file, json.dumps(found, indent=1) + "\n")


def main(words: list[str] | None = None) -> int:
    """`python -m helpers.transfer_results --photographs FOLDER`, with horse/ and human/ in FOLDER."""
    parser = argparse.ArgumentParser(prog="python -m helpers.transfer_results", description=main.__doc__)
    parser.add_argument("--photographs", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--network", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="NAME")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="SEED")
    chosen = parser.parse_args(words)
    os.environ["COURSE_SOURCE"] = "official"
    os.environ.pop("COURSE_BUDGET", None)
    from data_scripts.errors import DataError
    from helpers import quiet

    quiet.tensorflow()
    try:
        folder = data.picture_folder("horses_or_humans")
    except DataError as error:
        print(error)
        return 1
    for name in chosen.network:
        complete(name, chosen.seeds, folder, chosen.photographs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
