"""The comparison of image readers: the same images for all, in turns, and a table of ratios: helpers/images/speed.py."""

import numpy as np
import pytest
from PIL import Image

from helpers.images import speed
from helpers.images.cache import SHARED


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(5):
        place = tmp_path / "ab"[number % 2]
        place.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), np.uint8)).save(place / f"{number}.jpg")
    return tmp_path


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")  # ImageDataGenerator's own, about SciPy
def test_every_reader_reads_every_image_of_the_folder_from_files_and_from_memory(folder):
    works = speed.readers(folder)
    kinds = [speed.GENERATOR, speed.DATASET, speed.READER]
    assert list(works) == [kind + way for kind in kinds for way in (speed.FILES, speed.MEMORY)] + [
        speed.DECODE,
        speed.WARP,
    ]
    for _ in range(2):
        assert {name: work() for name, work in works.items()} == dict.fromkeys(works, 5)


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")
def test_from_files_the_files_are_read_and_from_memory_they_are_not(folder, monkeypatch):
    works, reads = speed.readers(folder), []
    for work in works.values():
        work()
    real = speed.ImageFolderReader.flow_from_directory
    monkeypatch.setattr(
        speed.ImageFolderReader,
        "flow_from_directory",
        lambda *given, **named: reads.append(len(SHARED)) or real(*given, **named),
    )
    works[speed.READER + speed.FILES]()
    works[speed.READER + speed.MEMORY]()
    assert reads == [0], "once, and nothing of another reader was in memory"
    for file in folder.rglob("*.jpg"):
        file.unlink()
    for kind in (speed.GENERATOR, speed.DATASET, speed.READER):
        assert works[kind + speed.MEMORY]() == 5
    with pytest.raises(FileNotFoundError):
        works[speed.GENERATOR + speed.FILES]()


def test_the_works_take_turns_and_a_first_epoch_is_not_counted():
    turns = []

    def work(name):
        return lambda: turns.append(name) or 10

    times = speed.measure({"a": work("a"), "b": work("b")}, rounds=3)
    assert turns == ["a", "b"] * 4
    assert {name: values.shape for name, values in times.items()} == {"a": (3,), "b": (3,)}
    assert all((values >= 0).all() for values in times.values())


def test_the_table_gives_each_rounds_ratio_with_its_spread_and_the_distance_to_the_limits(capsys):
    times = dict.fromkeys((speed.GENERATOR + speed.MEMORY, speed.DATASET + speed.FILES), np.ones(3))
    times |= {speed.GENERATOR + speed.FILES: np.array([2.0, 4.0, 3.0]), speed.DATASET + speed.MEMORY: np.full(3, 2.0)}
    times |= {speed.READER + speed.FILES: np.ones(3), speed.READER + speed.MEMORY: np.array([0.5, 0.5, 0.25])}
    times |= {speed.DECODE: np.full(3, 0.4), speed.WARP: np.full(3, 0.1)}
    speed.print_table(times)
    printed = capsys.readouterr().out
    lines = {" ".join(line.split()) for line in printed.splitlines()}
    assert "ImageFolderReader, from files 1.00 1,000 3.0 × (2.0 … 4.0) 2.0 × (2.0 … 2.0)" in lines
    assert "ImageFolderReader, from memory 0.50 2,000 8.0 × (4.0 … 12.0) 4.0 × (4.0 … 8.0)" in lines
    assert "from files: 2.0 × (2.0 … 2.0) the time of decoding and warping alone" in printed
    assert "from memory: 5.0 × (2.5 … 5.0) the time of warping alone" in printed
