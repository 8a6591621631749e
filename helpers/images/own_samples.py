"""Images to try lesson 12 with before you have taken your own: four classes that the studio renders, ten of each."""

from pathlib import Path

from PIL import Image

from data_scripts import render
from data_scripts.atomic import atomic_folder, lock
from data_scripts.paths import home
from data_scripts.render.draw_sets import studio_edition
from helpers.images.own_images import SIDE, OwnImages
from helpers.images.own_names import series_of

KINDS = ("cat", "dog", "horse", "human")
EACH = 10
FIRST = {"cat": 60, "dog": 20, "horse": 50, "human": 40}  # numbers by whose names two of ten are for testing
SEED = 12
ENOUGH = 8  # images of a class


def sample_folder() -> Path:
    """Return the folder of the sample images, `<class>/<class>NNN.jpg`; they are rendered the first time, in seconds.

    Raises DataError where they can't be written.
    """
    folder = home() / "samples" / f"own_classes-{studio_edition()}"
    if not folder.is_dir():
        with lock(folder), atomic_folder(folder) as new:
            for kind in KINDS:
                (new / kind).mkdir()
                for number in range(FIRST[kind], FIRST[kind] + EACH):
                    image = Image.fromarray(render.draw(kind, SEED, number, SIDE))
                    image.save(new / kind / f"{kind}{number:03}.jpg", quality=92)
    return folder


def own_or_samples(own: OwnImages) -> OwnImages:
    """Return `own` if two classes have at least `ENOUGH` images each, in two series, and no class has fewer; else the samples.

    Prints which. A class without any images doesn't count.
    """
    counts = {label: sum(sides) for label, sides in own.counts().items() if sum(sides)}
    few = [f"{count} of {label}" for label, count in counts.items() if count < ENOUGH]
    alone = [
        f"{count} of {label} in one series"
        for label, count in counts.items()
        if count >= ENOUGH and _series(own, label) < 2
    ]
    short = few + alone
    if len(counts) >= 2 and not short:
        print("Your own images:", ", ".join(f"{count} of {label}" for label, count in counts.items()))
        if empty := [label for label in own.classes if label not in counts]:
            print("Left out, without an image so far:", ", ".join(empty))
        return own
    why = f"There are only {', '.join(short)}" if short else "You don't have two classes with images yet"
    print(f"{why}, so these are samples: {EACH} rendered images each of {', '.join(KINDS)}.")
    print(f"Take at least {ENOUGH} for each class{', in two series or more' * bool(alone)}, then run this cell again.")
    return OwnImages(sample_folder())


def _series(own: OwnImages, label: str) -> int:
    return len({series_of(name) for name in own.names(label)})
