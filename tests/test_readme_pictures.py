"""The README's pictures: tools/readme_pictures.py."""

from PIL import Image

from tests.conftest import ROOT
from tools import readme_pictures

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = sorted((ROOT / "docs").glob("*.png")) + sorted((ROOT / "docs").glob("*.gif"))


def test_the_readme_shows_every_picture_and_no_other():
    made = {f"{name}.png" for name in readme_pictures.WIDGETS if name != "drawing"} | {"drawing.gif"}
    assert {file.name for file in PICTURES} == made
    assert all(f"](docs/{name})" in TEXT for name in made)


def test_the_pictures_are_of_one_size_and_small():
    for file in PICTURES:
        with Image.open(file) as image:
            assert image.size == readme_pictures.SIZE or getattr(image, "n_frames", 1) > 10
        assert file.stat().st_size < 400_000, file.name


def test_pictures_are_padded_never_cut(tmp_path):
    readme_pictures.save(Image.new("RGB", (100, 400), "black"), tmp_path / "tall.png")
    with Image.open(tmp_path / "tall.png") as image:
        colors = image.convert("L")
    assert colors.size == readme_pictures.SIZE
    assert colors.getpixel((0, 0)) == 255
    assert {colors.getpixel((600, row)) for row in (5, 390, 775)} == {0}
