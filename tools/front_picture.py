"""The moving picture of the contents page, helpers/contents/pictures/front.svg: `python -m tools.front_picture`.

Three digits of MNIST go through what the course is about: a window moves over the pixels, a filter answers, a network says
which digit it is. Everything is computed, with the filter of lesson 03 and the network of lesson 01. If you have asked your
system for less motion, you see the first digit and nothing moves.
"""

import sys

import numpy as np
from PIL import Image

from data_scripts import atomic
from helpers import tensorflow_import
from helpers.contents.front_page import PARTS
from helpers.images import assets
from helpers.images.convolution import FILTERS, convolve2d
from helpers.images.encode import data_uri, encode

SHOWN = (7, 2, 5)
EACH = 7  # seconds
SIDE, ROWS = 112, 13  # of an image in the picture, and how many rows of the image the window visits
TEXT = (
    "Three handwritten digits, one after the other. A window of 3 by 3 pixels moves over the digit, a filter makes an image of "
    "vertical edges from it, and a network says with ten bars which digit it is."
)


def probabilities(digits: np.ndarray) -> np.ndarray:
    """Train the network of lesson 01 for a few epochs; return its probabilities for digits (N, 28, 28): (N, 10)."""
    tensorflow_import.tensorflow()
    import keras

    from helpers import data
    from helpers.models import architectures

    (images, labels), _ = data.arrays("mnist")
    keras.utils.set_random_seed(1)
    model = architectures.digits_dense()
    model.fit(images / np.float32(255), labels, batch_size=100, epochs=8, verbose=0)
    return model.predict(digits / np.float32(255), verbose=0)


def filtered(digit: np.ndarray) -> np.ndarray:
    """Return what lesson 03's filter of vertical lines answers to an image (28, 28), RGBA (26, 26, 4): blue is positive, orange negative."""
    answer = convolve2d(digit, FILTERS["vertical lines"]).astype(float)
    color = np.where(answer[..., np.newaxis] > 0, (59, 143, 206), (217, 115, 31))
    strength = 255 * np.minimum(np.abs(answer) / np.abs(answer).max() * 1.4, 1)
    return np.dstack([color, strength]).astype("uint8")


def picture(digits: np.ndarray, answers: np.ndarray) -> str:
    """Return the SVG for digits (N, 28, 28) and their probabilities (N, 10)."""
    groups = "".join(_digit(number, *pair) for number, pair in enumerate(zip(digits, answers, strict=True)))
    return f'<svg viewBox="0 0 560 146" role="img" aria-label="{TEXT}"><style>{_style(len(digits))}</style>{groups}</svg>\n'


def _digit(number: int, digit: np.ndarray, answer: np.ndarray) -> str:
    step = SIDE / 28
    bars = "".join(
        f'<text x="398" y="{20 + 11.6 * i:.1f}" text-anchor="end" style="font-size: 10px">{i}</text>'
        f'<rect x="404" y="{12 + 11.6 * i:.1f}" width="{max(2, 130 * share):.1f}" height="8" rx="1" '
        f'class="lts-bar-{number} {"lts-b" if share == answer.max() else "lts-a"}"/>'
        for i, share in enumerate(answer)
    )
    said = f"{answer.argmax()} ({answer.max():.0%})"
    return (
        f'<g class="lts-digit lts-digit-{number}">'
        f'<image x="0" y="8" width="{SIDE}" height="{SIDE}" style="image-rendering: pixelated" href="{data_uri(encode(digit, optimize=True))}"/>'
        f'<rect x="0" y="8" width="{3 * step}" height="{3 * step}" class="lts-window lts-line-b"/>'
        f'<path d="M124 64 H158 M150 57 L158 64 L150 71" class="lts-line"/>'
        f'<g class="lts-map-{number}"><image x="172" y="8" width="{SIDE}" height="{SIDE}" style="image-rendering: pixelated" '
        f'href="{data_uri(encode(Image.fromarray(filtered(digit)), optimize=True))}"/></g><rect x="172" y="8" width="{SIDE}" height="{SIDE}" class="lts-line" '
        f'stroke-width="1" opacity=".3"/><path d="M300 64 H370 M362 57 L370 64 L362 71" class="lts-line"/>'
        f'{bars}<text x="0" y="138">28 × 28 pixels</text><text x="172" y="138">what a filter sees</text>'
        f'<text x="404" y="138">a network says {said}</text></g>'
    )


def _style(count: int) -> str:
    """Return the animation: digits take turns; in each turn the window moves, the filter's image appears, the bars grow."""
    whole, part = count * EACH, 100 / count
    way = "".join(
        f"{100 * (2 * row + end) / (2 * ROWS) * 0.7:.1f}% {{transform: translate({end * (SIDE - 12)}px, {row * (SIDE - 12) / (ROWS - 1):.1f}px)}}"
        for row in range(ROWS)
        for end in (0, 1)
    )
    turns = "".join(
        f"@keyframes lts-turn-{n} {{0%, {n * part:.2f}% {{opacity: {int(n == 0)}}} {n * part + 0.4:.2f}%, "
        f"{(n + 1) * part - 0.4:.2f}% {{opacity: 1}} {min((n + 1) * part, 100):.2f}%, 100% {{opacity: 0}}}}"
        f".lts-digit-{n} {{animation: lts-turn-{n} {whole}s linear infinite}}"
        for n in range(count)
    )
    return (
        ".lts-digit:not(.lts-digit-0) {opacity: 0}"
        f"@media (prefers-reduced-motion: no-preference) {{{turns}"
        f"@keyframes lts-move {{{way}100% {{transform: translate({SIDE - 12}px, {SIDE - 12}px)}}}}"
        "@keyframes lts-reveal {0% {clip-path: inset(0 0 100% 0)} 70%, 100% {clip-path: inset(0)}}"
        "@keyframes lts-grow {0%, 68% {transform: scaleX(0)} 82%, 100% {transform: none}}"
        f".lts-window {{animation: lts-move {EACH}s linear infinite}}"
        f"[class^=lts-map] {{animation: lts-reveal {EACH}s linear infinite}}"
        f"[class^=lts-bar] {{transform-box: fill-box; animation: lts-grow {EACH}s ease-out infinite}}}}"
    )


def main() -> int:
    """Write the picture; return the exit code."""
    digits = assets.digits()[list(SHOWN)]
    target = PARTS / "front.svg"
    atomic.write(target, picture(digits, probabilities(digits)))
    print(f"{target.name}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
