"""Figures: the look that all share, and the files that they become.

Every figure goes through `show`, together with a text that says the same. Figures are made with
`matplotlib.figure.Figure`, never with pyplot: that is safe in a thread, and leaves nothing open.
"""

import io
from typing import Any

from cycler import cycler
from IPython.display import display
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from helpers.images.encode import encode, in_base64

# Blue, vermilion and green of Okabe and Ito (2008), which the color-blind can tell apart, and three to go with them;
# each has a contrast of at least 3:1 on white and on near-black.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#B8609A", "#8C6D1F", "#767676"]
DASHES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3))]
MARKERS = ["o", "s", "^", "D", "v", "P"]
INK = "#7a7a7a"  # text and axes on nothing: 4.3:1 on a white page and on a near-black one
MAT, LIGHT_INK = "#1c1c1c", "#d0d0d0"  # behind photographs, whose files cannot be transparent
MOST_COLORS = 4096  # more than plots and gray images have
MANY_PIXELS = 300_000  # a gray figure with more keeps 256 shades and transparencies together, in a third of the bytes


def use_style() -> None:
    """Give figures that a lesson makes itself the course's look: colors with line styles, no frames, nothing behind them."""
    rcParams.update(
        {
            **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "none"),
            **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
            "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.size": 10,
            "legend.frameon": False,
        }
    )


class _FigureOutput:
    """An image and its text equivalent, which is also its alternative text."""

    def __init__(self, kind: str, image: bytes, text: str):
        self.kind, self.image, self.text = kind, image, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        return {self.kind: in_base64(self.image), "text/plain": self.text}, {self.kind: {"alt": self.text}}


def show(figure: Figure, text: str) -> None:
    """Show `figure`: a transparent PNG or, with photographs in it, a JPEG of a fifth of the size on a dark mat.

    text: says the same in words. Raises ValueError if it is empty.
    """
    if not text:
        raise ValueError("A figure needs a text that says the same. Pass it as the second argument.")
    image = _rasterize(figure)
    if _is_photograph(image):
        for words in figure.findobj(Text):
            if words.get_color() == INK:
                words.set_color(LIGHT_INK)
        image = on_color(_rasterize(figure), MAT)
        display(_FigureOutput("image/jpeg", encode(image, "jpeg", quality=75, subsampling=0, optimize=True), text))
    else:
        display(_FigureOutput("image/png", _small_png(image), text))


def png(figure: Figure, dpi: int = 96) -> bytes:
    """Return `figure` as a transparent PNG file, as small as it gets without a visible difference."""
    return _small_png(_rasterize(figure, dpi))


def jpeg(figure: Figure) -> bytes:
    """Return `figure`, with photographs in it, as a small JPEG file on white."""
    return encode(on_color(_rasterize(figure, dpi=84), "white"), "jpeg", quality=82)


def on_color(image: Image.Image, color: str) -> Image.Image:
    """Return an image without transparency: RGB, with `color` behind it."""
    return Image.alpha_composite(Image.new("RGBA", image.size, color), image.convert("RGBA")).convert("RGB")


def _rasterize(figure: Figure, dpi: int = 96) -> Image.Image:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, facecolor="none", edgecolor="none")
    return Image.open(file).convert("RGBA")


def _is_photograph(image: Image.Image) -> bool:
    return on_color(image, MAT).getcolors(MOST_COLORS) is None


def _small_png(image: Image.Image) -> bytes:
    red, green, blue, _ = image.split()
    is_gray = red == green == blue
    if is_gray and image.width * image.height < MANY_PIXELS:
        image = image.convert("LA")
    elif is_gray or not _is_photograph(image):
        image = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return encode(image, optimize=True)
