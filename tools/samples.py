"""The samples that ship with the course, written again.

    python -m tools.samples            helpers/images/samples/upload/: images for where no file can be chosen, of the studio
    python -m tools.samples FOLDER     data_scripts/samples/: the first 20,000 + 4,000 images of MNIST and Fashion-MNIST, in the
                                       official order and in TFDS's prepared form; FOLDER has the official files of both

No set has the images of the studio, so no network has learned from them.
"""

import sys
from pathlib import Path

from PIL import Image

from data_scripts import mnist, render
from data_scripts.atomic import atomic_folder
from data_scripts.errors import exit_code
from data_scripts.mnist_files import SETS, read_published

FOLDER = Path(__file__).resolve().parents[1] / "helpers" / "images" / "samples" / "upload"
SEED = 7  # the sets are rendered with seed 0
SIZE = 300
# Name of the file → the studio's kind and number, and whether the figure is in the image.
IMAGES = {
    "cat": ("cat", 1, True),
    "dog": ("dog", 11, True),
    "horse": ("horse", 7, True),
    "human": ("human", 12, True),
    "nobody": ("horse", 3, False),
    "rider": ("rider", 8, True),
}


def draw(name: str) -> Image.Image:
    """Return one of `IMAGES`, 300×300; the same each time."""
    kind, number, figure = IMAGES[name]
    return Image.fromarray(render.draw(kind, SEED, number, SIZE, figure))


def write_mnist(name: str, published: Path) -> None:
    """Write the sample of one set. Raises `DataError` when the published files are damaged or others."""
    parts, splits = SETS[name].parts["offline"], read_published(SETS[name], published)
    counts = {split: part.count for split, part in parts.items()}
    first = {split: tuple(array[: counts[split]] for array in pair) for split, pair in splits.items()}
    with atomic_folder(mnist.SAMPLES / name) as folder:
        mnist.write_prepared(name, first, folder)  # type: ignore[arg-type]
    mnist.check(name, "offline")


def main(arguments: list[str]) -> int:
    """Write the studio's samples or, given the folder of the official files, those of MNIST and Fashion-MNIST."""
    if arguments:
        for name in SETS:
            write_mnist(name, Path(arguments[0]))
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in IMAGES:
        path = FOLDER / f"{name}.jpg"
        draw(name).save(path, quality=85, optimize=True)
        print(f"{path.name}: {path.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
