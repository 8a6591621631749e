"""Write the samples of MNIST and Fashion-MNIST that ship with the course, from the official files.

`python -m tools.mnist_samples FOLDER` puts the first 20,000 + 4,000 images of each, in the official order and in TFDS's
prepared form, into data_scripts/samples. FOLDER has mnist/ and fashion_mnist/, or what `get --from` takes.
"""

import argparse
from pathlib import Path

from data_scripts import mnist
from data_scripts.atomic import atomic_folder
from data_scripts.mnist_files import SETS, read_published


def write(name: str, published: Path) -> None:
    """Write the sample of one set. Raises `DataError` when the files are damaged or others."""
    parts = SETS[name].parts["offline"]
    splits = read_published(SETS[name], published)
    first = {
        split: (images[: parts[split].count], labels[: parts[split].count])
        for split, (images, labels) in splits.items()
    }
    with atomic_folder(mnist.SAMPLES / name) as folder:
        mnist.write_prepared(name, first, folder)
    mnist.check(name, "offline")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for set_name in SETS:
        write(set_name, folder)
