"""A digit on a page as people bring it, light or dark, in any ink, place and size → a drawing for `to_mnist`.

Ink is what differs from the paper around it: the paper is what is left when strokes are filled with what surrounds them, so shadows belong to it. Of
what is left, ruled lines and what touches the edge of the page are dropped; the parts that are close together are the digit.
"""

import cv2
import numpy as np

LOOK = 800  # pixels of the longer side in which ink is looked for
SMALL = 100  # the same for the paper, which is smooth
GRAINS = 10  # the same, as a multiple of the paper's grain
DRAWN = 280  # the longer side of the drawing that is returned
CONTRAST = 0.08  # between ink and paper, at least
PEN = 2.2, 5.0  # the width of strokes in a digit 20 pixels high: thinner ones become thicker, and the reverse

NOTHING = "has nothing on it that could be a digit"
SEVERAL = "There seems to be more than one digit on it, and only the largest was read."
UNCLEAR = "It does not look like one digit on plain paper."


def find_digit(image: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the digit of an image as light ink on black, (H, W) float32 0…1, and a caution, "" where it is plain.

    image: (H, W), (H, W, 1) or (H, W, 3) floats 0…1, upright. Raises ValueError, the rest of a sentence, if there is nothing on it
    and for other shapes.
    """
    if np.ndim(image) not in (2, 3) or np.shape(image)[2:] not in ((), (1,), (3,)):
        raise ValueError(f"has the shape {np.shape(image)}, and one image is (height, width), with 1 or 3 channels")
    page = np.nan_to_num(np.atleast_3d(np.asarray(image, "float32")), posinf=1, neginf=0)
    if not page.size:
        raise ValueError(NOTHING)
    look = _shrunk(page, LOOK)
    ink, paper, sign = _ink(look)
    grain = float(np.median(np.abs(look - cv2.GaussianBlur(look, (0, 0), 1.5).reshape(look.shape))))
    mask = _mask(ink, grain)
    groups, stats = _groups(mask, ink)
    best = int(stats[:, 0].argmax())
    left, top, width, height = (int(value) for value in stats[best, 1:])
    side = max(width, height)
    rivals = (stats[:, 4] > 0.4 * height) & (stats[:, 0] > 0.25 * stats[best, 0])
    part = mask & (groups == best)
    caution = SEVERAL if rivals.sum() > 1 or _are_side_by_side(part, height) else ""
    if rivals.sum() > 6 or part[top : top + height, left : left + width].mean() > 0.75:
        caution = UNCLEAR
    margin = max(2, side // 6)
    rows = slice(max(0, top - margin), top + height + margin)
    columns = slice(max(0, left - margin), left + width + margin)
    return _drawing(page, paper, sign, part, rows, columns), caution


def _shrunk(image: np.ndarray, longest: int) -> np.ndarray:
    """Return an image (H, W, C) whose longer side has at most so many pixels."""
    factor = longest / max(image.shape[:2])
    if factor >= 1:
        return image
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    return _resized(image, size)


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return an image (H, W, C) in another size, (width, height); smaller by the mean of the pixels, larger smoothly."""
    is_smaller = size[0] < image.shape[1]
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR)
    return resized.reshape(size[1], size[0], -1)


def _ink(page: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return how much ink is where (H, W), the paper below it (H, W, C), and −1 for dark ink or 1 for light."""
    small = _shrunk(page, SMALL)
    side = min(small.shape[:2])
    edge = max(1, side // 5)
    padded = cv2.copyMakeBorder(np.rint(small * 255).astype(np.uint8), edge, edge, edge, edge, cv2.BORDER_REFLECT)
    channels = np.split(np.atleast_3d(padded), small.shape[2], axis=2)
    usual = np.stack([cv2.medianBlur(np.ascontiguousarray(one[..., 0]), 2 * edge + 1) for one in channels], axis=2)
    apart = small - usual[edge : edge + small.shape[0], edge : edge + small.shape[1]].astype("float32") / 255
    is_light = (apart.max(axis=2).clip(0) ** 2).sum() > (apart.min(axis=2).clip(None, 0) ** 2).sum()
    # Closing fills dark strokes with what is light around them, opening light ones; both keep the edge of a shadow.
    widest = 2 * max(1, round(0.16 * side)) + 1
    filling = cv2.MORPH_OPEN if is_light else cv2.MORPH_CLOSE
    paper = cv2.morphologyEx(small, filling, np.ones((widest, widest), np.uint8)).reshape(small.shape)
    paper = _resized(paper, page.shape[1::-1]) if paper.shape != page.shape else paper
    sign = 1 if is_light else -1
    smooth = cv2.GaussianBlur(page, (0, 0), max(page.shape[:2]) / LOOK).reshape(page.shape)
    return (sign * (smooth - paper)).max(axis=2).clip(0), paper, sign


def _mask(ink: np.ndarray, grain: float) -> np.ndarray:
    """Return where there is ink, (H, W) bool, without long lines. Raises ValueError if there is none."""
    strongest = float(np.sort(ink, axis=None)[-max(5, ink.size // 5000) :].mean())
    if strongest < max(CONTRAST, GRAINS * grain):
        raise ValueError(NOTHING)
    mask = (ink > 0.42 * strongest).astype(np.uint8)
    for height, width in ((1, int(0.8 * ink.shape[1])), (int(0.8 * ink.shape[0]), 1)):
        lines = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
        mask = np.where(lines > 0, 0, mask)
    whole = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return whole.astype(bool)


def _groups(mask: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the group of parts that each pixel belongs to, and a row for each group: ink, left, top, width, height.

    What touches the edge of the page doesn't count as a group, unless there is nothing else.
    """
    _, parts, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    sums = np.bincount(parts.ravel(), weights=ink.ravel(), minlength=len(boxes))
    right, bottom = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    at_edge = (boxes[:, :2] <= 1).any(axis=1) | (right >= mask.shape[1] - 1) | (bottom >= mask.shape[0] - 1)
    kept = np.arange(len(boxes)) > 0
    inside = kept & ~at_edge & (boxes[:, 4] >= 12)
    if inside.any() and boxes[inside, 2:4].max() >= 0.02 * max(mask.shape):
        kept = inside
    if not kept.any():
        raise ValueError(NOTHING)
    largest = np.where(kept, sums, 0).max()
    kept &= sums > 0.02 * largest
    tallest = int(boxes[kept, 3].max())
    near = 2 * max(1, round(0.1 * tallest)) + 1
    close = cv2.dilate(kept[parts].astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (near, near)))
    count, groups = cv2.connectedComponents(close)
    groups = np.where(kept[parts], groups - 1, -1)
    rows = []
    for group in range(count - 1):
        ys, xs = np.nonzero(groups == group)
        total = ink[ys, xs].sum()
        rows.append((total, xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1))
    return groups, np.array(rows)


def _are_side_by_side(part: np.ndarray, height: int) -> bool:
    """Tell whether two tall parts of a group are next to each other, as in 42."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=8)
    tall = sorted((box[0], box[0] + box[2]) for box in boxes[1:count] if box[3] > 0.6 * height)
    return any(end <= start for (_, end), (start, _) in zip(tall, tall[1:], strict=False))


def _drawing(
    page: np.ndarray, paper: np.ndarray, sign: int, part: np.ndarray, rows: slice, columns: slice
) -> np.ndarray:
    """Return one part of the page, from all its pixels, as light ink on black with strokes as wide as in MNIST."""
    factor = page.shape[0] / part.shape[0], page.shape[1] / part.shape[1]
    top, bottom = (round(at * factor[0]) for at in (rows.start, min(rows.stop, part.shape[0])))
    left, right = (round(at * factor[1]) for at in (columns.start, min(columns.stop, part.shape[1])))
    piece = page[top:bottom, left:right]
    scale = DRAWN / max(piece.shape[:2])
    size = max(1, round(piece.shape[1] * scale)), max(1, round(piece.shape[0] * scale))
    difference = sign * (_resized(piece, size) - _resized(paper[rows, columns], size))
    ink = difference.max(axis=2).clip(0)
    wide = 2 * round(DRAWN / 40) + 1
    allowed = _resized(part[rows, columns].astype("float32"), size)[..., 0] > 0.3
    allowed = cv2.dilate(allowed.astype(np.uint8), np.ones((wide, wide), np.uint8)).astype(bool)
    ink = np.where(allowed, ink, 0)
    level = float(np.percentile(ink[ink >= 0.5 * ink.max()], 50))
    ink = np.clip((ink / level - 0.25) / 0.5, 0, 1).astype("float32")
    return _with_usual_strokes(ink)


def _with_usual_strokes(ink: np.ndarray) -> np.ndarray:
    """Return a drawing with strokes that are neither much thinner nor much thicker than MNIST's."""
    mask = (ink > 0.5).astype(np.uint8)
    ys, xs = np.nonzero(mask)
    if not ys.size:
        return ink
    unit = max(int(np.ptp(ys)), int(np.ptp(xs)), 1) / 20
    stroke = 4 * float(cv2.distanceTransform(mask, cv2.DIST_L2, 5)[mask > 0].mean()) / unit
    change = PEN[0] - stroke if stroke < PEN[0] else PEN[1] - stroke if stroke > PEN[1] else 0.0
    size = 2 * round(abs(change) * unit / 2) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    changed = cv2.dilate(ink, kernel) if change > 0 else cv2.erode(ink, kernel)
    return changed if changed.max() > 0.5 else ink
