"""What is known of MNIST and Fashion-MNIST: names, counts, and the checksums that tell right files from wrong ones.

A checksum is the SHA-256 of the unpacked IDX file: `gunzip -c train-images-idx3-ubyte.gz | sha256sum`.
"""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from data_scripts import idx
from data_scripts.errors import DataError

IMAGES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}  # the published files' names
LABELS = {"train": "train-labels-idx1-ubyte", "test": "t10k-labels-idx1-ubyte"}


@dataclass(frozen=True)
class Part:
    """One split: how many images, and the checksums of its two files."""

    count: int
    images: str
    labels: str


@dataclass(frozen=True)
class DigitSet:
    """A data set in MNIST's form: 28 × 28 gray images of ten classes.

    `parts["official" or "offline"]["train" or "test"]`: offline is the first 20,000 and 4,000 of the official ones.
    """

    name: str  # TFDS's
    title: str
    classes: tuple[str, ...]
    parts: dict[str, dict[str, Part]]
    version: str = "3.0.1"  # TFDS's, too: the folder's name depends on it
    size: tuple[int, int] = (28, 28)


MNIST = DigitSet(
    name="mnist",
    title="MNIST",
    classes=tuple("0123456789"),
    parts={
        "official": {
            "train": Part(
                60_000,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            "test": Part(
                10_000,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        },
        "offline": {
            "train": Part(
                20_000,
                "a11a4e2732abb0fa4e8f31a13a8d7556412b39452f305e80c7f4b77edc889936",
                "eb92585ea9285fed1427500c49eefcc06f159cc858b6d825728649a46f3f0ff8",
            ),
            "test": Part(
                4_000,
                "21be11595f5966da1c5584c47cd96ab32d6524db6119eec21d5f35c783fbe92a",
                "61e2d09e81428e24c39d866b505c9f03bbeaf35b2d7eb76f641875ab093e7e9b",
            ),
        },
    },
)

FASHION_MNIST = DigitSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    parts={
        "official": {
            "train": Part(
                60_000,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            "test": Part(
                10_000,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        },
        "offline": {
            "train": Part(
                20_000,
                "f675812a188eaff57e6cc99252d4b1fa2d27bc3e00cec09f67474894e24358ad",
                "c1d29b30febfce7b7c5d4dfc17d6ab9f9f8e49101ae51e79e3b24d5df6a1317e",
            ),
            "test": Part(
                4_000,
                "7269ac827b3fbedc45791810f0f843f40fcab6f78371d49fa35e1f9658c0a008",
                "62614c8c9ee2faf958d3472f16f3d19af9ecb473151ac08a963a049dc22a2d6c",
            ),
        },
    },
)

SETS = {known.name: known for known in (MNIST, FASHION_MNIST)}


def verify(known: DigitSet, source: str, split: str, images: np.ndarray, labels: np.ndarray, place: str) -> None:
    """Raise `DataError` unless the arrays are exactly this split of this set; `place` says where they came from."""
    if len(labels) and labels.max() >= len(known.classes):
        at = int(labels.argmax())
        raise DataError(
            f"{place}: label {labels[at]} at number {at} of {split}; {known.title} has 0 to {len(known.classes) - 1}."
        )
    part = known.parts[source][split]
    for array, expected, what in ((images, part.images, "images"), (labels, part.labels, "labels")):
        found = sha256(idx.pack(array)).hexdigest()
        if found != expected:
            raise DataError(
                f"{place}: the {split} {what} are not {known.title}'s{_whose(found)} "
                f"(SHA-256 {found[:12]}…, expected {expected[:12]}…)."
            )


def _whose(checksum: str) -> str:
    """The data sets use the same file names, so the likeliest mistake is the other set's folder."""
    for known in SETS.values():
        for parts in known.parts.values():
            if any(checksum in (part.images, part.labels) for part in parts.values()):
                return f" but {known.title}'s"
    return ""
