"""The threshold slider: counts and measures follow it, and it says the same where no kernel runs."""

import numpy as np
import pytest

from helpers.widgets import ThresholdSlider

LABELS = [0, 0, 0, 1, 1]
CHANCES = [0.1, 0.4, 0.7, 0.5, 0.9]


def test_counts_and_sentence_follow_the_slider():
    slider = ThresholdSlider(LABELS, np.array(CHANCES)[:, None], ["cat", "dog"])
    assert slider.counts.tolist() == [[2, 1], [0, 2]]
    assert "accuracy 0.80" in slider.text
    assert "0.67" in slider.text
    assert "True dog: 2, and 1.00 of them" in slider.text
    slider.threshold = 0.8
    assert slider.counts.tolist() == [[3, 0], [1, 1]]
    assert "accuracy 0.80" in slider.text
    assert "Called dog: 1, and right about 1.00" in slider.text
    assert slider.fallback()["text/plain"] == slider.text
    assert slider.text in slider.fallback()["text/html"]
    assert "<svg" in slider.fallback()["text/html"]


def test_a_threshold_that_nothing_reaches_divides_by_nothing():
    slider = ThresholdSlider(LABELS, CHANCES, ["cat", "dog"])
    slider.threshold = 1
    assert "Called dog: 0, and right about 0 of them" in slider.text


def test_names_become_text_and_never_markup():
    assert "<b>" not in ThresholdSlider(LABELS, CHANCES, ["<b>", "dog"]).fallback()["text/html"]


@pytest.mark.parametrize(
    ("labels", "chances", "said"), [([0, 1], [0.5], "2 labels for 1"), ([0, 0], [0.1, 0.2], "two classes")]
)
def test_what_cannot_be_is_a_sentence(labels, chances, said):
    with pytest.raises(ValueError, match=said):
        ThresholdSlider(labels, chances, ["cat", "dog"])
