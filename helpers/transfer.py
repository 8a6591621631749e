"""Training pictures from several sources, changed so strongly that only the figure itself stays the same.

    mixed = Mixed([(0.5, whole(pictures)), (0.5, pasted(figures, places))], count=4000, seed=1)
    model.fit(mixed, epochs=12)

What a network learns from computer-made pictures holds for others only as far as the pictures vary: in place, light,
colour, sharpness, part of the figure. (The idea: Tobin et al. 2017, "Domain Randomization".)
"""

from collections.abc import Callable, Sequence

import cv2
import keras
import numpy as np

from data_scripts import render
from data_scripts.cut_outs import cut_out
from helpers.pictures import read_image

KINDS = ("horse", "human")  # classes 0 and 1
SEED = 11  # of what is drawn here; the sets are drawn with seed 0
Source = Callable[[np.random.Generator, int, int], np.ndarray]  # (chance, class, size) → uint8 (size, size, 3)


def pictures_in(folder, size: int = 128) -> np.ndarray:
    """All pictures of a folder, by name: uint8 (N, size, size, 3)."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return np.stack([np.asarray(read_image(file).convert("RGB").resize((size, size), 2)) for file in files])


def figures(count: int, size: int = 160) -> list[np.ndarray]:
    """`count` horses and as many humans without background, for `pasted`: two arrays, uint8 (count, size, size, 4)."""
    return [np.stack([cut_out(kind, SEED, i, size) for i in range(count)]) for kind in KINDS]


def scenes(count: int, size: int = 128) -> list[np.ndarray]:
    """`count` drawn pictures of horses and as many of humans, none of them in a set, for `whole`."""
    return [np.stack([render.draw(kind, SEED, i, size) for i in range(count)]) for kind in KINDS]


def places(count: int, size: int = 128) -> np.ndarray:
    """`count` drawn places without anybody, for `pasted`: uint8 (count, size, size, 3)."""
    return np.stack([render.draw("horse", SEED, 10_000 + i, size, figure=False) for i in range(count)])


def whole(pictures: Sequence[np.ndarray]) -> Source:
    """A source that takes pictures as they are: for each class an array, uint8 (N, H, W, 3)."""

    def source(rng, label, size):
        picture = pictures[label][rng.integers(len(pictures[label]))]
        border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT
        return moved(picture, rng, size, zoom=(0.55, 1.25), border=border)

    return source


def pasted(cut: Sequence[np.ndarray], backgrounds: np.ndarray, white: float = 0.2) -> Source:
    """A source that pastes figures onto any background, so that the background says nothing about the class.

    `cut`: for each class uint8 (N, H, W, 4), as `figures` makes them. `white`: the share of white backgrounds; a tenth
    is of one colour, the others are pieces of `backgrounds`, uint8 (N, H, W, 3). A third shows the head alone.
    """

    def source(rng, label, size):
        figure = cut[label][rng.integers(len(cut[label]))]
        rows, columns = np.nonzero(figure[..., 3] > 128)
        close = len(rows) and rng.random() < 0.35
        among = slice(0, max(len(rows) // 6, 1)) if close else slice(None)
        centre = None
        if close:
            spot = rng.integers(len(rows[among]))
            centre = (columns[spot], rows[spot])
        zoom = (0.3, 0.6) if close else (0.75, 1.7)
        front = moved(figure, rng, size, zoom, cv2.BORDER_CONSTANT, centre).astype(np.float32)
        chance = rng.random()
        if chance < white + 0.1:
            back = np.float32(255) if chance < white else rng.uniform(0, 255, 3).astype(np.float32)
        else:
            back = moved(backgrounds[rng.integers(len(backgrounds))], rng, size, (0.35, 1), cv2.BORDER_REFLECT)
        return front[..., :3] + back * (1 - front[..., 3:] / 255)

    return source


def moved(picture, rng, size: int, zoom, border: int, centre=None) -> np.ndarray:
    """The picture turned, stretched, flipped, shifted and zoomed by chance, as (size, size, channels).

    `zoom`: which part of the picture's side fills the result (0.5: the middle half; above 1: smaller than it was).
    """
    side = len(picture)
    part = np.exp(rng.uniform(*np.log(zoom))) * side / size
    stretch = np.exp(rng.uniform(-0.2, 0.2))
    angle = rng.uniform(-0.35, 0.35)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([part * stretch * rng.choice((-1, 1)), part / stretch])
    middle = np.array((side / 2, side / 2) if centre is None else centre) + rng.uniform(-0.12, 0.12, 2) * side
    offset = middle - linear @ np.array([size / 2, size / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, np.c_[linear, offset], (size, size), flags=flags, borderMode=border)


def recoloured(picture: np.ndarray, rng) -> np.ndarray:
    """Brightness, contrast, colour, sharpness, noise by chance, and at times a box over it: float32 0…1."""
    values = picture.astype(np.float32) / 255 * np.float32(rng.uniform(0.6, 1.4))
    mean = values.mean()
    values = (values - mean) * np.float32(rng.uniform(0.6, 1.5)) + mean
    grey = values.mean(axis=2, keepdims=True)
    values = grey + (values - grey) * np.float32(rng.uniform(0, 1.6) * (rng.random() < 0.9))
    values *= rng.uniform(0.85, 1.15, 3).astype(np.float32)
    if rng.random() < 0.3:
        values = cv2.GaussianBlur(values, (0, 0), rng.uniform(0.4, 1.3))
    if rng.random() < 0.5:
        values += rng.standard_normal(values.shape, dtype=np.float32) * np.float32(rng.uniform(0, 0.06))
    if rng.random() < 0.3:
        height, width = rng.integers(len(values) // 8, len(values) // 2, 2)
        top, left = rng.integers(len(values) - height), rng.integers(len(values) - width)
        values[top : top + height, left : left + width] = rng.random(3)
    return np.clip(values, 0, 1)


class Mixed(keras.utils.PyDataset):
    """Batches, half of each class, of `count` pictures an epoch: float32 (batch, size, size, 3) 0…1, and labels 0, 1.

    `sources`: pairs (share, source). Batch i of epoch e depends on `seed`, e and i alone.
    """

    def __init__(self, sources: Sequence[tuple[float, Source]], count: int, size=112, batch_size=32, seed=0):
        super().__init__()
        shares = np.array([share for share, _ in sources])
        self._shares, self._sources = shares / shares.sum(), [source for _, source in sources]
        self._size, self._batch, self._count, self._seed, self._epoch = size, batch_size, count, seed, 0

    def __len__(self) -> int:
        return max(self._count // self._batch, 1)

    def __getitem__(self, index: int):
        rng = np.random.default_rng((self._seed, self._epoch, index))
        labels = np.arange(self._batch) % 2
        return np.stack([self._one(rng, label) for label in labels]), labels.astype(np.float32)

    def _one(self, rng, label) -> np.ndarray:
        source = self._sources[rng.choice(len(self._sources), p=self._shares)]
        return recoloured(source(rng, label, self._size), rng)

    def on_epoch_end(self) -> None:
        self._epoch += 1


def both_ways(model, pictures: np.ndarray) -> np.ndarray:
    """The mean of the answers for pictures (N, H, W, 3) 0…1 and for their mirror images: (N,)."""
    answers = model.predict(pictures, verbose=0) + model.predict(pictures[:, :, ::-1], verbose=0)
    return answers[:, 0] / 2
