"""What lesson 07 says of the runs that were measured beforehand is so, for every seed: notebooks/07_cats_and_dogs.ipynb."""

import json

import numpy as np

from tests.conftest import ROOT

EPOCHS = 15


def curves() -> list[dict[str, np.ndarray]]:
    """The curves of each seed with a step after every 32 images, as far as the lesson shows them."""
    measured = json.loads((ROOT / "helpers" / "results" / "reference.json").read_text("utf-8"))
    seeds = measured["cats_dogs_plain_long"]["offline"]["seeds"].values()
    return [{metric: np.array(values[:EPOCHS]) for metric, values in seed["curves"].items()} for seed in seeds]


def test_the_loss_turns_after_four_or_five_epochs_and_doubles_while_the_accuracy_rises():
    for seed in curves():
        loss, accuracy = seed["val_loss"], seed["val_accuracy"]
        turn = loss.argmin()
        assert turn + 1 in (4, 5)
        assert loss[-1] > 1.8 * loss[turn], "by the end it's about twice as high, or more"
        assert 0.015 <= accuracy[-1] - accuracy[turn] < 0.065, "another two to six points"


def test_nearly_every_training_image_is_right_and_one_in_five_of_the_others_wrong():
    for seed in curves():
        assert seed["accuracy"][-1] > 0.99
        assert 0.15 < 1 - seed["val_accuracy"][-1] < 0.25


def test_the_most_accurate_epoch_comes_five_to_nine_after_the_turn_and_gets_three_to_six_points_more():
    for seed in curves():
        turn, best = seed["val_loss"].argmin(), seed["val_accuracy"].argmax()
        assert 5 <= best - turn <= 9
        assert 0.025 < seed["val_accuracy"][best] - seed["val_accuracy"][turn] < 0.065
