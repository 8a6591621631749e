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


def test_the_drawing_has_an_axis_and_what_is_wrong_is_pale():
    slider = ThresholdSlider(LABELS, CHANCES, ["cat", "dog"])
    page = slider.html
    for tick in ("0", "0.25", "0.5", "0.75", "1", "cat", "dog", "probability of dog"):
        assert f">{tick}</text>" in page
    assert page.count('opacity="0.4"') == 20, "ten bars of each class are on the wrong side of 0.5"
    slider.threshold = 0
    assert slider.html.count('opacity="0.4"') == 20, "all bars of class 0"
    assert page.count('<td class="lts-right"') == 2
    assert '<td style="--share:33%">1</td>' in page


def test_a_threshold_that_nothing_reaches_divides_by_nothing():
    slider = ThresholdSlider(LABELS, CHANCES, ["cat", "dog"])
    slider.threshold = 1
    assert "No image is called dog: precision is 0 / 0, and counts as 0." in slider.text
    assert "True dog: 2, and 0.00 of them found" in slider.text
    slider.threshold = 0
    assert "Called dog: 5, and right about 0.40 of them (precision)" in slider.text


def test_labels_names_and_probabilities_come_in_every_usual_form():
    both = np.stack([1 - np.array(CHANCES), CHANCES], axis=1)
    wanted = ThresholdSlider(LABELS, CHANCES, ["cat", "dog"]).text
    for slider in (
        ThresholdSlider(np.eye(2)[LABELS], both, {"dog": 1, "cat": 0}),
        ThresholdSlider(np.array(LABELS, "float32")[:, None], CHANCES, np.array(["cat", "dog"])),
        ThresholdSlider(np.array(LABELS, bool), np.array(CHANCES)[:, None], {1: "dog", 0: "cat"}),
    ):
        assert slider.text == wanted
    assert "Called 1: 3" in ThresholdSlider(LABELS, CHANCES).text


def test_names_become_text_and_never_markup():
    assert "<b>" not in ThresholdSlider(LABELS, CHANCES, ["<b>", "dog"]).fallback()["text/html"]


@pytest.mark.parametrize(
    ("labels", "chances", "said"),
    [
        ([0, 1], [0.5], "2 labels for 1"),
        ([0, 0], [0.1, 0.2], "two classes"),
        ([0, 1.5], [0.1, 0.2], "1.5 is among"),
        ([0, 1], [0.1, np.nan], "A probability is 0…1; nan is among"),
        ([0, 1], [0.1, 3.2], "3.2 is among these. Does the network end in"),
        ([0, 1], ["low", "high"], r"Probabilities are numbers 0…1, one for each image; these are \['low', 'high'\]\."),
        ([0, 1], [[0.1, 0.9], [0.5]], "one for each image; these are"),
    ],
)
def test_what_cannot_be_is_a_sentence(labels, chances, said):
    with pytest.raises(ValueError, match=said):
        ThresholdSlider(labels, chances, ["cat", "dog"])
