"""Render the images that are used where no file can be chosen: horse, human, rider, cat, dog, and an empty place.

They are in no set, so no network has learned from them. `python -m tools.render_upload_samples` writes
helpers/images/samples/upload/ again.
"""

from pathlib import Path

from PIL import Image

from data_scripts import render

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
    """One of `IMAGES`, 300×300; the same each time."""
    kind, number, figure = IMAGES[name]
    return Image.fromarray(render.draw(kind, SEED, number, SIZE, figure))


def write(folder: Path = FOLDER) -> list[Path]:
    """All of them as JPEG files in `folder`. Returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.jpg" for name in IMAGES]
    for path in paths:
        draw(path.stem).save(path, quality=85, optimize=True)
    return paths


if __name__ == "__main__":
    for path in write():
        print(f"{path.name}: {path.stat().st_size // 1024} KB")
