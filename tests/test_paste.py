"""Varied training images: figures cut out, pasted and changed by chance, yet the same for the same seed."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image

from data_scripts.render.cut_out import cut_out
from helpers.images import paste
from helpers.results import photographs


@pytest.fixture(scope="module")
def sources():
    figures, places = paste.rendered_figures(2, size=48), paste.rendered_backgrounds(2, size=48)
    return [(0.5, paste.uncut(paste.rendered_scenes(2, size=48))), (0.5, paste.pasted(figures, places))]


def test_a_cut_out_figure_is_there_and_its_background_is_not():
    figure = cut_out("horse", seed=1, index=0, size=64)
    assert figure.shape == (64, 64, 4) and figure.dtype == np.uint8
    mask = figure[..., 3]
    assert (mask > 250).mean() > 0.05 and (mask == 0).mean() > 0.1
    assert (figure[mask == 0] == 0).all()
    assert np.array_equal(figure, cut_out("horse", seed=1, index=0, size=64))


def test_a_cut_out_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no such kind: 'cow'"):
        cut_out("cow", 0, 0)


def test_half_of_a_batch_is_of_each_class_and_all_values_are_0_to_1(sources):
    images, labels = paste.PastedBatches(sources, count=16, size=32, batch_size=8, seed=1)[0]
    assert images.shape == (8, 32, 32, 3) and images.dtype == np.float32
    assert labels.tolist() == [0, 1] * 4
    assert images.min() >= 0 and images.max() <= 1


def test_a_batch_depends_on_seed_epoch_and_number_alone(sources):
    one, other = (paste.PastedBatches(sources, count=16, size=32, batch_size=8, seed=1) for _ in range(2))
    other[0]
    assert np.array_equal(one[1][0], other[1][0])
    assert not np.array_equal(one[0][0], one[1][0])
    other.on_epoch_end()
    assert not np.array_equal(one[1][0], other[1][0])


def a_figure(height: int, width: int) -> np.ndarray:
    """A black box of that size in the middle of a cut-out of 80 × 80."""
    figure = np.zeros((80, 80, 4), np.uint8)
    figure[40 - height // 2 : 40 + height // 2, 40 - width // 2 : 40 + width // 2, 3] = 255
    return figure


def on_white(*figures, count=150, **how) -> np.ndarray:
    """Figures of class 0, 1, … pasted onto white: (classes, count, 32, 32), 255 where nothing is."""
    source = paste.pasted([one[None] for one in figures], np.zeros((1, 40, 40, 3), np.uint8), white=1, **how)
    rng = np.random.default_rng(3)
    return np.array([[source(rng, label, 32)[..., 0] for _ in range(count)] for label in range(len(figures))])


def test_a_white_background_is_white_where_the_figure_is_not():
    images = on_white(a_figure(40, 40), several=0)
    assert images.max() == 255 and images.min() == 0
    corners = images[0][:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 255).mean() > 0.5
    assert set(np.unique(corners[0])) <= {0.0, 255.0}


def test_slender_and_broad_figures_cover_nearly_the_same_share_of_the_image():
    slender, broad = a_figure(50, 22), a_figure(50, 60)
    raw = (broad[..., 3] > 0).mean() / (slender[..., 3] > 0).mean()
    shown = (on_white(slender, broad, several=0) < 128).mean(axis=(1, 2, 3))
    assert raw > 2.5 and shown[1] / shown[0] < 1.5
    assert 0.1 < shown.min() and shown.max() < 0.6


def test_half_of_the_figures_are_upright_if_there_are_any():
    broad, upright = a_figure(20, 60), a_figure(60, 20)
    chances = paste._chances(np.stack([broad, broad, broad, upright]))
    assert chances.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    for figures in ([upright, upright, broad], [broad, broad]):
        assert len(set(paste._chances(np.stack(figures)))) == 1


def test_several_figures_are_apart_at_times():
    def pieces(images):
        return max(cv2.connectedComponents((one < 128).astype(np.uint8))[0] - 1 for one in images[0])

    assert pieces(on_white(a_figure(40, 10), several=0)) == 1
    assert pieces(on_white(a_figure(40, 10), several=1)) >= 3


def test_grabcut_finds_a_figure_that_differs_from_its_background():
    rng = np.random.default_rng(0)
    image = rng.integers(150, 200, (64, 64, 3), np.uint8)
    image[16:52, 20:44] = rng.integers(20, 60, (36, 24, 3), np.uint8)
    truth = np.zeros((64, 64), bool)
    truth[16:52, 20:44] = True
    (figure,) = paste.cut_from(image[None])
    mask = figure[..., 3] > 128
    assert (mask & truth).sum() / (mask | truth).sum() > 0.95
    assert (figure[figure[..., 3] == 0] == 0).all()
    assert np.array_equal(figure, paste.cut_from(image[None])[0])


def test_images_without_a_figure_are_left_out():
    plain = np.full((2, 48, 48, 3), 90, np.uint8)
    with pytest.raises(ValueError, match="no figure in 2 images"):
        paste.cut_from(plain)


def test_images_in_a_folder_are_read_by_name_in_one_size(tmp_path):
    for name, color in (("b.png", "blue"), ("a.jpg", "red")):
        Image.new("RGB", (20, 10), color).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    images = paste.images_in(tmp_path, size=8)
    assert images.shape == (2, 8, 8, 3)
    assert images[0, 4, 4, 0] > 200 and images[1, 4, 4, 2] > 200


def test_arrays_are_filled_one_by_one_and_each_is_told():
    told = []
    found = paste.filled(3, lambda i: np.full((2, 2), i, np.uint8), lambda: told.append(1))
    assert found.dtype == np.uint8 and found[:, 0, 0].tolist() == [0, 1, 2] and len(told) == 3
    with pytest.raises(ValueError, match="no images"):
        paste.filled(0, lambda i: np.zeros(1))


def test_both_ways_is_the_mean_of_a_image_and_its_mirror_image():
    class Left:
        """Answers with the first value of an image's upper left pixel."""

        def predict(self, images, verbose):
            return images[:, 0, 0, :1]

    image = np.zeros((1, 2, 2, 3))
    image[0, 0, 1] = 1
    assert paste.predict_flipped_too(Left(), image).tolist() == [0.5]


def test_the_table_shows_medians_and_what_each_network_has_seen(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(photographs, "FILE", tmp_path / "transfer.json")
    photographs.table()
    assert "Nothing has been measured" in capsys.readouterr().out
    figure = {"min": 0.5, "median": 0.625, "max": 0.75}
    names = ("validation_accuracy", "photographs_horses", "photographs_humans", "photographs_balanced")
    kept = {name: figure for name in names} | {"seeds": {"1": {}, "2": {}}}
    kept["images"] = {"photographs": {"horse": 15, "human": 13}}
    (tmp_path / "transfer.json").write_text(json.dumps({"varied_both": kept}))
    photographs.table()
    lines = capsys.readouterr().out
    assert "28 photographs" in lines and "official + drawn" in lines and "0.625" in lines


def test_a_measurement_goes_on_with_the_missing_seeds_and_names_every_machine(tmp_path, monkeypatch):
    for kind in ("horse", "human"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "1.png").touch()
    measured, file = [], tmp_path / "transfer.json"

    def measure(name, seed, folder, photographs):
        measured.append(seed)
        return {"validation_accuracy": seed / 10}

    monkeypatch.setattr(photographs, "measure", measure)
    for machine, seeds in (("one", (1,)), ("another", (1, 2, 3)), ("a third", (1, 2, 3))):
        monkeypatch.setattr(photographs.results, "surroundings", lambda machine=machine: {"machine": machine})
        photographs.complete("varied_drawn", seeds, tmp_path, tmp_path, file)
    kept = photographs.load(file)["varied_drawn"]
    assert measured == [1, 2, 3] and list(kept["seeds"]) == ["1", "2", "3"]
    assert kept["machine"] == "one; another" and kept["images"]["photographs"] == {"horse": 1, "human": 1}
    assert kept["validation_accuracy"] == {"min": 0.1, "median": 0.2, "max": 0.3}


def test_what_is_kept_was_measured_by_the_recipes_of_today():
    for name, one in photographs.load().items():
        assert one["recipe"] == {"network": name, **photographs.NETWORKS[name][2]}
        assert one["photographs_balanced"]["min"] <= one["photographs_balanced"]["max"] <= 1
        assert "FOLDER" in one["command"]


def test_balanced_takes_each_class_from_its_own_folder(tmp_path):
    for name, color in (("horses", "black"), ("humans", "white")):
        (tmp_path / name).mkdir()
        Image.new("RGB", (8, 8), color).save(tmp_path / name / "1.png")
    assert photographs.balanced(lambda images: images.mean(axis=(1, 2, 3)), 8, tmp_path) == [1.0, 1.0]
    assert photographs.balanced(lambda images: [0.9], 8, tmp_path) == [0.0, 1.0]
