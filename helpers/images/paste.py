"""Training images from several sources, changed so strongly that only the figure itself stays the same.

    mixed = Mixed([(0.5, whole(images)), (0.5, pasted(figures, places))], count=4000, seed=1)
    model.fit(mixed, epochs=12)

What a network learns from computer-made images holds for others only as far as the images vary: in place, light,
color, sharpness, part of the figure. (The idea: Tobin et al. 2017, "Domain Randomization".)
"""

from collections.abc import Callable, Sequence

import cv2
import keras
import numpy as np

from data_scripts import render
from data_scripts.progress import progress_steps
from data_scripts.render.cut_out import cut_out
from helpers.images.read import open_image

KINDS = ("horse", "human")  # classes 0 and 1
COVERED = 0.05, 0.8  # the least and most of the image that a pasted figure covers
HEADS = 0.3  # the share of figures that are shown so near that little but the head is seen
SEED = 11  # of what is drawn here; the sets are drawn with seed 0
Source = Callable[[np.random.Generator, int, int], np.ndarray]  # (chance, class, size) → (size, size, 3), 0…255


def images_in(folder, size: int = 128) -> np.ndarray:
    """All images of a folder, by name: uint8 (N, size, size, 3)."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return filled(len(files), lambda i: np.asarray(open_image(files[i]).convert("RGB").resize((size, size), 2)))


def rendered_figures(count: int, size: int = 160) -> list[np.ndarray]:
    """`count` horses and as many humans without background, for `pasted`: two arrays, uint8 (count, size, size, 4)."""
    with progress_steps(2 * count, f"drawing {2 * count:,} figures") as step:
        return [filled(count, lambda i, kind=kind: cut_out(kind, SEED, i, size), step) for kind in KINDS]


def rendered_scenes(count: int, size: int = 128) -> list[np.ndarray]:
    """`count` drawn images of horses and as many of humans, none of them in a set, for `whole`."""
    with progress_steps(2 * count, f"drawing {2 * count:,} images") as step:
        return [filled(count, lambda i, kind=kind: render.draw(kind, SEED, i, size), step) for kind in KINDS]


def rendered_backgrounds(count: int, size: int = 128) -> np.ndarray:
    """`count` drawn places without anybody, for `pasted`: uint8 (count, size, size, 3)."""
    with progress_steps(count, f"drawing {count:,} places") as step:
        return filled(count, lambda i: render.draw("horse", SEED, 10_000 + i, size, figure=False), step)


def cut_from(images: Sequence[np.ndarray]) -> np.ndarray:
    """The figures of images uint8 (N, H, W, 3), cut out of their background: uint8 (n, H, W, 4), as `figures` gives them.

    GrabCut (C. Rother and others, 2004) asks which colors are typical of the middle and which of the rim, and cuts where
    they meet. Where its figure is smaller than 6 % of the image or larger than 60 %, the image is left out, so n is
    often half of N. ValueError where no figure is left.
    """
    with progress_steps(len(images), f"cutting {len(images):,} figures out") as step:
        found = filled(len(images), lambda i: grab(images[i]), step)
    share = (found[..., 3] > 128).mean(axis=(1, 2))
    good = (share > 0.06) & (share < 0.6)
    if not good.any():
        raise ValueError(f"GrabCut found no figure in {len(images)} images.")
    return found[good]


def grab(image: np.ndarray) -> np.ndarray:
    """What GrabCut takes for the figure of an image uint8 (H, W, 3): its largest piece, uint8 (H, W, 4), colors times mask."""
    height, width = image.shape[:2]
    guess = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    guess[: height // 16] = cv2.GC_BGD
    guess[height // 8 : -height // 16, width // 6 : -width // 6] = cv2.GC_PR_FGD
    models = np.zeros((1, 65)), np.zeros((1, 65))  # OpenCV keeps its colors there
    cv2.setRNGSeed(0)
    cv2.grabCut(np.ascontiguousarray(image[..., ::-1]), guess, None, *models, 3, cv2.GC_INIT_WITH_MASK)
    _, pieces, sizes, _ = cv2.connectedComponentsWithStats(np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8))
    largest = 1 + sizes[1:, cv2.CC_STAT_AREA].argmax() if len(sizes) > 1 else -1
    mask = cv2.GaussianBlur((pieces == largest).astype(np.float32), (0, 0), 0.6)[..., None]
    return np.rint(np.concatenate([image * mask, 255 * mask], axis=2)).astype(np.uint8)


def filled(count: int, make: Callable[[int], np.ndarray], step: Callable[[], None] = lambda: None) -> np.ndarray:
    """What `make(0)`, `make(1)` … return, `count` arrays of one shape and dtype, as one; `step` is called after each.

    ValueError for none. (`np.stack` would need them all a second time.)
    """
    if not count:
        raise ValueError("There are no images.")
    for i in range(count):
        made = make(i)
        if i == 0:
            together = np.empty((count, *made.shape), made.dtype)
        together[i] = made
        step()
    return together


def uncut(images: Sequence[np.ndarray]) -> Source:
    """A source that takes images as they are: for each class an array, uint8 (N, H, W, 3)."""

    def source(rng, label, size):
        image = images[label][rng.integers(len(images[label]))]
        border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_REFLECT
        return randomly_placed(image, rng, size, zoom=(0.55, 1.25), border=border)

    return source


def pasted(cut: Sequence[np.ndarray], backgrounds: np.ndarray, white: float = 0.2, several: float = 0.3) -> Source:
    """A source that pastes figures onto any background, so that the background says nothing about the class.

    `cut`: for each class uint8 (N, H, W, 4), as `figures` and `cut_from` make them. As far as they fit, figures of both
    classes cover the same share of the image (humans are slender: else much background would mean *human*), and half of
    a class, at least, is taller than broad. Three in ten figures show the head alone. `white`: the share of white
    backgrounds; a tenth is of one color, the others are pieces of `backgrounds`, uint8 (N, H, W, 3). `several`: the share
    of images with two to four figures.
    """
    chances = [_chances(figures) for figures in cut]

    def source(rng, label, size):
        page = behind(rng, size)
        count = rng.integers(2, 5) if rng.random() < several else 1
        for _ in range(count):
            figure = cut[label][rng.choice(len(cut[label]), p=chances[label])]
            front = _placed(figure, rng, size, alone=count == 1).astype(np.float32)
            page = front[..., :3] + page * (1 - front[..., 3:] / 255)
        return page

    def behind(rng, size):
        chance = rng.random()
        if chance < white + 0.1:
            color = np.float32(255) if chance < white else rng.uniform(0, 255, 3).astype(np.float32)
            return np.full((size, size, 3), color, np.float32)
        return randomly_placed(backgrounds[rng.integers(len(backgrounds))], rng, size, (0.35, 1), cv2.BORDER_REFLECT)

    return source


def _chances(figures: np.ndarray) -> np.ndarray:
    """How often each figure is taken: those that are taller than broad together at least half the time, if there are any."""
    there = figures[..., 3] > 128
    tall = there.any(axis=2).sum(axis=1) > 1.15 * there.any(axis=1).sum(axis=1)
    if not tall.any() or tall.mean() >= 0.5:  # else there are some of both
        return np.full(len(figures), 1 / len(figures))
    return np.where(tall, 0.5 / tall.sum(), 0.5 / (~tall).sum())


def _placed(figure: np.ndarray, rng, size: int, alone: bool) -> np.ndarray:
    """A figure somewhere in the image, or its head: uint8 (size, size, 4)."""
    rows, columns = np.nonzero(figure[..., 3] > 128)
    if len(rows) and rng.random() < HEADS:
        spot = rng.integers(max(len(rows) // 6, 1))  # somewhere in its upper part
        zoom, center = np.array((0.3, 0.6)) * (1 if alone else 1.5), (columns[spot], rows[spot])
    else:
        covered = np.array(COVERED) if alone else np.array(COVERED) / 2
        zoom, center = np.sqrt(max(len(rows), 1) / covered[::-1]) / len(figure), None
    return randomly_placed(figure, rng, size, zoom, cv2.BORDER_CONSTANT, center, aside=0 if alone else 0.33)


def randomly_placed(image, rng, size: int, zoom, border: int, center=None, aside: float = 0) -> np.ndarray:
    """The image turned, stretched, flipped, shifted and zoomed by chance, as (size, size, channels).

    `zoom`: which part of the image's side fills the result (0.5: the middle half; above 1: smaller than it was).
    `aside`: how far, in parts of the result, it may also go to the left or right.
    """
    side = len(image)
    part = np.exp(rng.uniform(*np.log(zoom))) * side / size
    stretch = np.exp(rng.uniform(-0.4, 0.4))
    angle = rng.uniform(-0.35, 0.35)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([part * stretch * rng.choice((-1, 1)), part / stretch])
    middle = np.array((side / 2, side / 2) if center is None else center) + rng.uniform(-0.12, 0.12, 2) * side
    middle[0] += rng.uniform(-aside, aside) * part * size
    offset = middle - linear @ np.array([size / 2, size / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, np.c_[linear, offset], (size, size), flags=flags, borderMode=border)


def recolored(image: np.ndarray, rng) -> np.ndarray:
    """Brightness, contrast, color, sharpness, noise by chance, and at times a box over it: float32 0…1."""
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


class PastedBatches(keras.utils.PyDataset):
    """Batches, half of each class, of `count` images an epoch: float32 (batch, size, size, 3) 0…1, and labels 0, 1.

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
        return recolored(source(rng, label, self._size), rng)

    def on_epoch_end(self) -> None:
        self._epoch += 1


def predict_flipped_too(model, images: np.ndarray) -> np.ndarray:
    """The mean of the answers for images (N, H, W, 3) 0…1 and for their mirror images: (N,)."""
    answers = model.predict(images, verbose=0) + model.predict(images[:, :, ::-1], verbose=0)
    return answers[:, 0] / 2
