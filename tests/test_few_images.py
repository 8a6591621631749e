"""Cross-validation, learning curve and interval, on features whose answer is known."""

import numpy as np
import pytest

from helpers.models.few_images import cross_validate, learning_curve, train_head, wilson_interval


def blobs(each=12, classes=3, features=20, apart=2.0, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    return rng.normal(size=(len(labels), features)) + apart * np.eye(classes, features)[labels] * 3, labels


def test_a_head_separates_what_can_be_separated():
    features, labels = blobs()
    answers = train_head(features, labels, 3)(features)
    assert answers.shape == (36, 3)
    assert np.allclose(answers.sum(axis=1), 1)
    assert (answers.argmax(axis=1) == labels).all()


def test_the_head_is_where_the_loss_is_least():
    from helpers.models.few_images import DECAY

    features, labels = blobs(apart=0.3)
    head = train_head(features, labels, 3)

    def loss(kernel):
        scores = (features - head.mean) / head.scale @ kernel + head.bias
        chosen = scores[np.arange(len(labels)), labels]
        return np.mean(np.log(np.exp(scores).sum(axis=1)) - chosen) + DECAY * np.sum(kernel**2)

    rng = np.random.default_rng(1)
    assert all(loss(head.kernel) <= loss(head.kernel + 0.05 * rng.normal(size=head.kernel.shape)) for _ in range(10))


def test_cross_validation_never_asks_about_a_series_that_was_seen():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 5)
    labels = groups % 2
    features = rng.normal(size=(12, 300))[groups]  # nothing but the series
    answers = cross_validate(features, labels, groups, 2)
    leaky = cross_validate(features, labels, np.arange(60), 2)
    assert (leaky.argmax(axis=1) == labels).mean() > 0.95
    assert (answers.argmax(axis=1) == labels).mean() < 0.8


def test_a_single_series_gets_a_sentence():
    features, labels = blobs(classes=2)
    with pytest.raises(ValueError, match="Class 1 has only one series"):
        cross_validate(features, labels, np.where(labels == 1, 99, np.arange(24)), 2)


def test_a_learning_curve_rises_and_leaves_out_what_cannot_be_asked():
    features, labels = blobs(each=12, apart=0.5, features=40)
    curve = learning_curve(features, labels, np.arange(36), 3, (1, 8, 12, 50), draws=8)
    assert list(curve) == [1, 8]
    assert np.mean(curve[8]) > np.mean(curve[1]) + 0.1
    assert len(curve[1]) == 8


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(8, 10, 0.490, 0.943), (10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (80, 100, 0.711, 0.867)],
)
def test_wilsons_interval(right, total, low, high):
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(("right", "total"), [(1, 0), (3, 2), (-1, 2)])
def test_no_share_gets_a_sentence(right, total):
    with pytest.raises(ValueError, match="Give at least 1 in total"):
        wilson_interval(right, total)


def test_wrong_labels_get_a_sentence():
    features, labels = blobs()
    for wrong in (labels[:-1], labels + 1, labels - 1):
        with pytest.raises(ValueError, match=r"Labels are class numbers 0 to 2|35 labels for 36 images"):
            train_head(features, wrong, 3)
    for empty in (features * np.nan, features[:0]):
        with pytest.raises(ValueError, match="no features to learn from"):
            train_head(empty, labels[: len(empty)], 3)


def test_one_hot_labels_are_class_numbers():
    features, labels = blobs(each=4)
    expected, coded = cross_validate(features, labels, np.arange(12), 3), np.eye(3)[labels]
    np.testing.assert_array_equal(cross_validate(features, coded, np.arange(12), 3), expected)
    assert learning_curve(features, coded, np.arange(12), 3, (2,)) == learning_curve(
        features, labels, np.arange(12), 3, (2,)
    )


def test_other_features_of_the_same_images_are_asked():
    features, labels = blobs(classes=2)
    answers = cross_validate(features, labels, np.arange(24), 2, asked=features[::-1])
    assert (answers.argmax(axis=1) == labels[::-1]).all()
