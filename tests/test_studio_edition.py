"""The studio's edition changes with what it draws, and with nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data_scripts.render import cat, dog, horse
from data_scripts.render.draw_sets import studio_edition
from tests import studio_edition as stored

ROOT = Path(__file__).parents[1]


def test_what_is_drawn_is_what_this_edition_draws():
    assert stored.is_stored(stored.thumbnails()), (
        "The studio draws other images than before. If that is meant, raise EDITION in data_scripts/render/draw_sets.py "
        "and call `python -m tests.studio_edition`; then measure the results on drawn images again."
    )


@pytest.mark.parametrize(
    ("kind", "coats", "name", "changed"),
    [
        ("horse", horse.COATS, "bay", ((0.40, 0.30, 0.11), "points")),
        ("cat", cat.COATS, "gray", (0.08, (0.43, 0.50, 0.49))),
        ("dog", dog.COATS, "spotted", (0.05, (0.75, 0.75, 0.75))),
    ],
)
def test_a_changed_coat_is_found_out(kind, coats, name, changed, monkeypatch):
    before = stored.thumbnails((kind,))
    monkeypatch.setitem(coats, name, changed)
    assert abs(stored.thumbnails((kind,)).astype(int) - before).max() > 1


def test_a_changed_comment_is_the_same_edition(tmp_path):
    shutil.copytree(ROOT / "data_scripts", tmp_path / "data_scripts", ignore=shutil.ignore_patterns("samples"))
    for path in (tmp_path / "data_scripts/render").glob("*.py"):
        path.write_text(path.read_text("utf-8") + "# another comment\n", "utf-8")
    script = "import data_scripts.render.draw_sets as d; print(d.__file__, d.studio_edition())"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    file, edition = done.stdout.split()
    assert Path(file).is_relative_to(tmp_path)
    assert edition == studio_edition()
