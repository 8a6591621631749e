"""Domain randomization: training images whose figures are cut out, pasted onto other backgrounds and changed strongly.

    batches = PastedBatches([(0.5, uncut(images)), (0.5, pasted(figures, backgrounds))], count=4000, seed=1)
    model.fit(batches, epochs=12)

What a network learns from rendered images holds for others only as far as the images vary: in place, light, color,
sharpness, part of the figure (J. Tobin and others, 2017, "Domain Randomization for Transferring Deep Neural Networks").
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import cv2
import keras
import numpy as np

from data_scripts import render
from data_scripts.progress import progress_steps
from data_scripts.render.cut_out import cut_out
from helpers.images.encode import to_uint8
from helpers.images.read import read_image

KINDS = ("horse", "human")  # classes 0 and 1
COVERED = 0.05, 0.8  # the smallest and largest share of the image that a pasted figure covers
HEADS = 0.3  # the share of figures shown so close that little but the head is seen
WHITE, PLAIN = 0.2, 0.1  # the shares of white backgrounds and of backgrounds of any one color
SEVERAL = 0.3  # the share of images with two to four figures
SEED = 11  # of what is rendered here; the data sets are rendered with seed 0
Source = Callable[[np.random.Generator, int, int], np.ndarray]  # (rng, class, size) → (size, size, 3), 0…255


def images_in(folder: Path, size: int = 128) -> np.ndarray:
    """Return all images of a folder, sorted by name: uint8 (N, size, size, 3)."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return _collected(len(files), lambda i: to_uint8(read_image(files[i], (size, size))))


def rendered_figures(count: int, size: int = 160) -> list[np.ndarray]:
    """Return `count` horses and as many humans without background, for `pasted`: two uint8 (count, size, size, 4)."""
    with progress_steps(2 * count, f"rendering {2 * count:,} figures") as step:
        return [_collected(count, partial(cut_out, kind, SEED, size=size), step) for kind in KINDS]


def rendered_scenes(count: int, size: int = 128) -> list[np.ndarray]:
    """Return `count` rendered images of horses and as many of humans, none of them in a data set, for `uncut`."""
    with progress_steps(2 * count, f"rendering {2 * count:,} images") as step:
        return [_collected(count, partial(render.draw, kind, SEED, size=size), step) for kind in KINDS]


def rendered_backgrounds(count: int, size: int = 128) -> np.ndarray:
    """Return `count` rendered places without a figure, for `pasted`: uint8 (count, size, size, 3)."""
    with progress_steps(count, f"rendering {count:,} places") as step:
        return _collected(count, lambda i: render.draw("horse", SEED, 10_000 + i, size, figure=False), step)


def cut_from(images: np.ndarray) -> np.ndarray:
    """Return the figures of images uint8 (N, H, W, 3), cut out of their backgrounds, for `pasted`: uint8 (n, H, W, 4).

    GrabCut (C. Rother and others, 2004) asks which colors are typical of the middle and which of the rim, and cuts where
    they meet. Images whose figure covers less than 6 % or more than 60 % are left out, so n is often half of N.
    Raises ValueError if no figure is left.
    """
    with progress_steps(len(images), f"cutting {len(images):,} figures out") as step:
        figures = _collected(len(images), lambda i: _grab_cut(images[i]), step)
    share = (figures[..., 3] > 128).mean(axis=(1, 2))
    usable = (share > 0.06) & (share < 0.6)
    if not usable.any():
        raise ValueError(f"GrabCut found no figure in {len(images)} images.")
    return figures[usable]


def uncut(images: Sequence[np.ndarray]) -> Source:
    """Return a source of images as they are; `images` holds an array for each class, uint8 (N, H, W, 3)."""

    def source(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
        image = images[label][rng.integers(len(images[label]))]
        border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT
        return _randomly_placed(image, rng, size, (0.55, 1.25), border)

    return source


def pasted(figures: Sequence[np.ndarray], backgrounds: np.ndarray) -> Source:
    """Return a source that pastes figures onto any background, so that the background says nothing about the class.

    `figures` holds an array for each class, uint8 (N, H, W, 4), from `rendered_figures` or `cut_from`. As far as they
    fit, figures of both classes cover the same share of the image (humans are slender: else much background would mean
    *human*), and at least half of each class is upright. `backgrounds`: uint8 (N, H, W, 3), of which parts are used.
    """
    probabilities = [_figure_probabilities(each) for each in figures]

    def source(rng: np.random.Generator, label: int, size: int) -> np.ndarray:
        image = background(rng, size)
        count = rng.integers(2, 5) if rng.random() < SEVERAL else 1
        for _ in range(count):
            figure = figures[label][rng.choice(len(figures[label]), p=probabilities[label])]
            front = _placed_figure(figure, rng, size, alone=count == 1).astype(np.float32)
            image = front[..., :3] + image * (1 - front[..., 3:] / 255)
        return image

    def background(rng: np.random.Generator, size: int) -> np.ndarray:
        chance = rng.random()
        if chance < WHITE + PLAIN:
            color = 255.0 if chance < WHITE else rng.uniform(0, 255, 3)
            return np.full((size, size, 3), color, np.float32)
        return _randomly_placed(backgrounds[rng.integers(len(backgrounds))], rng, size, (0.35, 1), cv2.BORDER_REFLECT)

    return source


class PastedBatches(keras.utils.PyDataset):
    """Batches, half of each class, of `count` images per epoch: float32 (batch, size, size, 3) 0…1, and labels 0, 1.

    `sources`: pairs (share, source). Batch i of epoch e depends on `seed`, e and i alone.
    """

    def __init__(
        self, sources: Sequence[tuple[float, Source]], count: int, size: int = 112, batch_size: int = 32, seed: int = 0
    ) -> None:
        super().__init__()
        shares = np.array([share for share, _ in sources])
        self._shares, self._sources = shares / shares.sum(), [source for _, source in sources]
        self._size, self._batch, self._count, self._seed, self._epoch = size, batch_size, count, seed, 0

    def __len__(self) -> int:
        return max(self._count // self._batch, 1)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self._seed, self._epoch, index))
        labels = np.arange(self._batch) % 2
        return np.stack([self._image(rng, label) for label in labels.tolist()]), labels.astype(np.float32)

    def _image(self, rng: np.random.Generator, label: int) -> np.ndarray:
        source = self._sources[rng.choice(len(self._sources), p=self._shares)]
        return _recolored(source(rng, label, self._size), rng)

    def on_epoch_end(self) -> None:
        """Begin the next epoch, with other images."""
        self._epoch += 1


def predict_flipped_too(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the mean of the predictions for images (N, H, W, 3) 0…1 and for their mirror images: (N,)."""
    predictions = model.predict(images, verbose=0) + model.predict(images[:, :, ::-1], verbose=0)
    return predictions[:, 0] / 2


def _collected(count: int, make: Callable[[int], np.ndarray], step: Callable[[], None] = lambda: None) -> np.ndarray:
    """Return `make(0)`, `make(1)` … as one array; `np.stack` would need them all a second time. ValueError for none."""
    if not count:
        raise ValueError("There are no images.")
    for i in range(count):
        array = make(i)
        if i == 0:
            together = np.empty((count, *array.shape), array.dtype)
        together[i] = array
        step()
    return together


def _grab_cut(image: np.ndarray) -> np.ndarray:
    """Return the largest piece that GrabCut takes for the figure of an image uint8 (H, W, 3), as uint8 (H, W, 4)."""
    height, width = image.shape[:2]
    guess = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    guess[: height // 16] = cv2.GC_BGD
    guess[height // 8 : -height // 16, width // 6 : -width // 6] = cv2.GC_PR_FGD
    color_models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(np.ascontiguousarray(image[..., ::-1]), guess, None, *color_models, 3, cv2.GC_INIT_WITH_MASK)
    _, pieces, sizes, _ = cv2.connectedComponentsWithStats(np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8))
    largest = 1 + sizes[1:, cv2.CC_STAT_AREA].argmax() if len(sizes) > 1 else -1
    mask = cv2.GaussianBlur((pieces == largest).astype(np.float32), (0, 0), 0.6)[..., None]
    return np.rint(np.concatenate([image * mask, 255 * mask], axis=2)).astype(np.uint8)


def _figure_probabilities(figures: np.ndarray) -> np.ndarray:
    """Return how often to take each figure: upright ones together at least half the time, if there are any."""
    masks = figures[..., 3] > 128
    upright = masks.any(axis=2).sum(axis=1) > 1.15 * masks.any(axis=1).sum(axis=1)
    if not upright.any() or upright.mean() >= 0.5:
        return np.full(len(figures), 1 / len(figures))
    return np.where(upright, 0.5 / upright.sum(), 0.5 / (~upright).sum())


def _placed_figure(figure: np.ndarray, rng: np.random.Generator, size: int, alone: bool) -> np.ndarray:
    """Return a figure, or its head, somewhere in the image: uint8 (size, size, 4)."""
    rows, columns = np.nonzero(figure[..., 3] > 128)
    if len(rows) and rng.random() < HEADS:
        spot = rng.integers(max(len(rows) // 6, 1))  # a pixel in its upper part
        zoom, center = np.array((0.3, 0.6)) * (1 if alone else 1.5), (columns[spot], rows[spot])
    else:
        covered = np.array(COVERED) if alone else np.array(COVERED) / 2
        zoom, center = np.sqrt(max(len(rows), 1) / covered[::-1]) / len(figure), None
    return _randomly_placed(figure, rng, size, zoom, cv2.BORDER_CONSTANT, center=center, aside=0 if alone else 0.33)


def _randomly_placed(
    image: np.ndarray,
    rng: np.random.Generator,
    size: int,
    zoom: Sequence[float] | np.ndarray,
    border: int,
    *,
    center: tuple[int, int] | None = None,
    aside: float = 0,
) -> np.ndarray:
    """Return the image rotated, stretched, flipped, shifted and zoomed at random: (size, size, channels).

    `zoom`: which part of the image's side fills the result (0.5: the middle half; above 1: smaller than it was).
    `aside`: how far, as a share of the result, it may also move left or right.
    """
    side = len(image)
    scale = np.exp(rng.uniform(*np.log(zoom))) * side / size
    stretch = np.exp(rng.uniform(-0.4, 0.4))
    angle = rng.uniform(-0.35, 0.35)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = rotation @ np.diag([scale * stretch * rng.choice((-1, 1)), scale / stretch])
    middle = np.array((side / 2, side / 2) if center is None else center) + rng.uniform(-0.12, 0.12, 2) * side
    middle[0] += rng.uniform(-aside, aside) * scale * size
    offset = middle - linear @ np.array([size / 2, size / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, np.c_[linear, offset], (size, size), flags=flags, borderMode=border)


def _recolored(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the image with random brightness, contrast, color, sharpness, noise and sometimes a box: float32 0…1."""
    values = image.astype(np.float32) / 255 * np.float32(rng.uniform(0.6, 1.4))
    mean = values.mean()
    values = (values - mean) * np.float32(rng.uniform(0.6, 1.5)) + mean
    gray = values.mean(axis=2, keepdims=True)
    values = gray + (values - gray) * np.float32(rng.uniform(0, 1.6) * (rng.random() < 0.9))
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
