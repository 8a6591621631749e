"""Varied training images: figures cut out, pasted and changed by chance, yet the same for the same seed."""

import cv2
import numpy as np
import pytest
from PIL import Image

from data_scripts.render.cut_out import cut_out
from tools import varied_images


@pytest.fixture(scope="module")
def sources():
    figures, places = varied_images.rendered_figures(2, size=48), varied_images.rendered_backgrounds(2, size=48)
    return [
        (0.5, varied_images.uncut(varied_images.rendered_scenes(2, size=48))),
        (0.5, varied_images.pasted(figures, places)),
    ]


def test_a_cut_out_figure_is_there_and_its_background_is_not():
    figure = cut_out("horse", seed=1, index=0, size=64)
    assert figure.shape == (64, 64, 4)
    assert figure.dtype == np.uint8
    mask = figure[..., 3]
    assert (mask > 250).mean() > 0.05
    assert (mask == 0).mean() > 0.1
    assert (figure[mask == 0] == 0).all()
    assert np.array_equal(figure, cut_out("horse", seed=1, index=0, size=64))


def test_a_cut_out_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="no such kind: 'cow'"):
        cut_out("cow", 0, 0)


def test_half_of_a_batch_is_of_each_class_and_all_values_are_0_to_1(sources):
    images, labels = varied_images.PastedBatches(sources, count=16, size=32, batch_size=8, seed=1)[0]
    assert images.shape == (8, 32, 32, 3)
    assert images.dtype == np.float32
    assert labels.tolist() == [0, 1] * 4
    assert images.min() >= 0
    assert images.max() <= 1


def test_a_batch_depends_on_seed_epoch_and_number_alone(sources):
    one, other = (varied_images.PastedBatches(sources, count=16, size=32, batch_size=8, seed=1) for _ in range(2))
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


@pytest.fixture
def onto_white(monkeypatch):
    monkeypatch.setattr(varied_images, "WHITE", 1)
    monkeypatch.setattr(varied_images, "SEVERAL", 0)


def pasted(*figures, count=150) -> np.ndarray:
    """Figures of class 0, 1, … pasted: (classes, count, 32, 32)."""
    source = varied_images.pasted([figure[None] for figure in figures], np.zeros((1, 40, 40, 3), np.uint8))
    rng = np.random.default_rng(3)
    return np.array([[source(rng, label, 32)[..., 0] for _ in range(count)] for label in range(len(figures))])


def test_a_white_background_is_white_where_the_figure_is_not(onto_white):
    images = pasted(a_figure(40, 40))
    assert images.max() == 255
    assert images.min() == 0
    corners = images[0][:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 255).mean() > 0.5
    assert set(np.unique(corners[0])) <= {0.0, 255.0}


def test_slender_and_broad_figures_cover_nearly_the_same_share_of_the_image(onto_white):
    slender, broad = a_figure(50, 22), a_figure(50, 60)
    raw = (broad[..., 3] > 0).mean() / (slender[..., 3] > 0).mean()
    shown = (pasted(slender, broad) < 128).mean(axis=(1, 2, 3))
    assert raw > 2.5
    assert shown[1] / shown[0] < 1.5
    assert shown.min() > 0.1
    assert shown.max() < 0.6


def test_half_of_the_figures_are_upright_if_there_are_any():
    broad, upright = a_figure(20, 60), a_figure(60, 20)
    probabilities = varied_images._figure_probabilities(np.stack([broad, broad, broad, upright]))
    assert probabilities.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    for figures in ([upright, upright, broad], [broad, broad]):
        assert len(set(varied_images._figure_probabilities(np.stack(figures)))) == 1


def test_several_figures_are_sometimes_apart(onto_white, monkeypatch):
    def most_pieces():
        return max(cv2.connectedComponents(np.uint8(image < 128))[0] - 1 for image in pasted(a_figure(40, 10))[0])

    assert most_pieces() == 1
    monkeypatch.setattr(varied_images, "SEVERAL", 1)
    assert most_pieces() >= 3


def test_grabcut_finds_a_figure_that_differs_from_its_background():
    rng = np.random.default_rng(0)
    image = rng.integers(150, 200, (64, 64, 3), np.uint8)
    image[16:52, 20:44] = rng.integers(20, 60, (36, 24, 3), np.uint8)
    truth = np.zeros((64, 64), bool)
    truth[16:52, 20:44] = True
    (figure,) = varied_images.cut_from(image[None])
    mask = figure[..., 3] > 128
    assert (mask & truth).sum() / (mask | truth).sum() > 0.95
    assert (figure[figure[..., 3] == 0] == 0).all()
    assert np.array_equal(figure, varied_images.cut_from(image[None])[0])


def test_images_without_a_figure_are_left_out():
    plain = np.full((2, 48, 48, 3), 90, np.uint8)
    with pytest.raises(ValueError, match="no figure in 2 images"):
        varied_images.cut_from(plain)


def test_images_in_a_folder_are_read_by_name_in_one_size(tmp_path):
    for name, color in (("b.png", "blue"), ("a.jpg", "red")):
        Image.new("RGB", (20, 10), color).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    images = varied_images.images_in(tmp_path, size=8)
    assert images.shape == (2, 8, 8, 3)
    assert images[0, 4, 4, 0] > 200
    assert images[1, 4, 4, 2] > 200


def test_a_folder_without_images_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no images"):
        varied_images.images_in(tmp_path)


def test_both_ways_is_the_mean_of_a_image_and_its_mirror_image():
    class Left:
        """Answers with the first value of an image's upper left pixel."""

        def predict(self, images, verbose):
            return images[:, 0, 0, :1]

    image = np.zeros((1, 2, 2, 3))
    image[0, 0, 1] = 1
    assert varied_images.predict_flipped_too(Left(), image).tolist() == [0.5]
