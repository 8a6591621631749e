"""Exercises of lesson 10: a verdict, out-of-distribution images, an attack's success rate, accuracy by group, alpha on white."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_array, as_list, call, close, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def verdict(output, class_names, sure=0.75):
    """Turn the output of a sigmoid network into a word and the probability of that word.

    output: a number from 0 to 1, the probability of the second class.
    class_names: a list of two words, such as ["horses", "humans"].
    sure: with a smaller probability than this the word is "unsure".
    Returns a pair: the word, and the probability of the likelier class.

    Example: verdict(0.1, ["horses", "humans"]) is ("horses", 0.9), and
    verdict(0.6, ["horses", "humans"]) is ("unsure", 0.6).
    """
    probability = max(output, 1 - output)
    if probability < sure:
        return "unsure", probability
    return class_names[int(output >= 0.5)], probability


def _check_verdict(answer, seed=0):
    names = ["horses", "humans"]
    word, probability = _pair(answer, 0.1, names)
    if probability > 1:
        raise Incorrect(f"You gave {shown(probability)}. A probability is between 0 and 1, and 1 is 100 %.")
    if word == "humans":
        raise Incorrect('For 0.1 you said "humans". The number is the probability of the second class; 0.1 is small.')
    if word == "unsure":
        raise Incorrect('For 0.1 you said "unsure". It is a sure answer, for the first class: 1 - 0.1 = 0.9.')
    if abs(probability - 0.1) < 1e-3:
        raise Incorrect(f'You gave "{word}" the probability 0.1, which is that of humans. Horses have 1 - 0.1 = 0.9.')
    random = np.random.default_rng(seed)
    drawn = [
        (int(random.integers(100)) / 100 + 0.005, names, round(float(random.uniform(0.5, 1)), 2)) for _ in range(8)
    ]
    fixed = [(0.1, names), (0.9, ["cats", "dogs"]), (0.6, names), (0.4, names), (0.75, names), (0.6, names, 0.55)]
    for case in (*fixed, *drawn):
        got, (word, probability) = _pair(answer, *case), verdict(*case)
        output, names, sure = (*case, 0.75)[:3]
        if got[0] == "unsure" and word != "unsure" and abs(probability - sure) < 1e-9:
            raise Incorrect(
                f'For {output} you said "unsure". Only a *smaller* probability than {probability} is unsure.'
            )
        if got[0] != word or abs(got[1] - probability) > 1e-3:
            limit = f" and sure={sure}" if len(case) > 2 else ""
            raise Incorrect(
                f"For {output} with {names}{limit} you gave {got[0]!r} and {shown(got[1])}; "
                f"{word!r} and {shown(probability)} is right."
            )


def _pair(answer, *arguments):
    word, probability = as_list(call(answer, *arguments), "a pair: `return word, probability`", length=2)
    if not isinstance(word, str):
        raise Incorrect(f"The first of your pair is {kind(word)}; it should be the word.")
    return word, number(probability)


def on_white(pixels):
    """Blend an image with transparent parts with a white background, as if it were on white paper.

    pixels: uint8 of shape (height, width, 4): red, green, blue and alpha, each 0 to 255.
    Alpha is how much of the pixel's color is seen: 255 all of it, 0 nothing but the paper.
    Returns floats from 0 to 1 of shape (height, width, 3).

    Example: on_white(np.array([[[255, 0, 0, 51]]])) is [[[1.0, 0.8, 0.8]]]: 51 / 255 = 0.2, a fifth of red on white.
    """
    values = pixels.astype("float32") / 255
    alpha = values[..., 3:]
    return values[..., :3] * alpha + 1 - alpha


TRANSPARENT = np.array([[[255, 0, 0, 255], [0, 0, 0, 0], [255, 0, 0, 51]]], np.uint8)


def _check_on_white(answer, seed=0):
    values = TRANSPARENT / 255
    alpha = values[..., 3:]
    got = array(
        call(answer, TRANSPARENT),
        (1, 3, 3),
        ((1, 3, 4), "Your result still has 4 channels. The network takes 3: red, green and blue."),
        ((1, 3), "Your result has one number a pixel. It should have three: red, green and blue."),
    )
    if got.max() > 1.01:
        todo = "Divide by 255, so that white is 1" if got.max() > 100 else "White is 1, and nothing can be lighter"
        raise Incorrect(f"Your largest value is {shown(got.max())}. {todo}.")
    rule_out(
        got,
        (values[..., :3], "You left alpha out: the transparent pixel [0, 0, 0, 0] became black. It should be white."),
        (values[..., :3] * alpha, "You laid the image on black paper. Add the part of white paper: 1 - alpha."),
        (
            values[..., :3] * values[..., 3] + 1 - values[..., 3],
            "Your alpha has lost its last axis, so NumPy matched it with the colors. Keep the axis: `pixels[..., 3:]`.",
        ),
        (np.where(alpha > 0, values[..., :3], 1), "You took alpha as yes or no. At 51 a fifth of the color is seen."),
        (np.where(alpha > 0.5, values[..., :3], 1), "You took alpha as yes or no. At 51 a fifth of the color is seen."),
        (
            values[..., :3] * (1 - alpha) + alpha,
            "You took alpha the wrong way round: 255 means that all of it is seen.",
        ),
    )
    random = np.random.default_rng(seed)
    for pixels in (TRANSPARENT, *random.integers(0, 256, (3, 4, 5, 4), dtype=np.uint8)):
        right = on_white(pixels)
        got = array(call(answer, pixels), right.shape)
        off = np.argwhere(np.abs(got - right) > 1e-3)
        if len(off):
            row, column, channel = off[0]
            raise Incorrect(
                f"For the pixel {pixels[row, column].tolist()} you gave {shown(got[row, column])}; "
                f"{shown(right[row, column])} is right. (If you calculate with bytes: uint8 numbers overflow.)"
            )


def unfamiliar(features, known, limit, k=10):
    """Tell which images are out of distribution: farther than `limit` from their k-th nearest training image.

    features: floats of shape (N, F), a row for each image you ask about.
    known: floats of shape (M, F), a row for each training image; M is at least k.
    The distance of two rows is the square root of the sum of their squared differences.
    limit: the largest distance that is still familiar.
    k: which neighbor decides; 1 is the nearest.
    Returns an array of N times True (out of distribution) or False.

    Example: unfamiliar(np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([[0.0, 1.0], [3.0, 0.0]]), 2.0, k=1) is
    [False, True]: the nearest distances are 1 and 6.
    """
    results = []
    for row in features:
        distances = np.sqrt(((known - row) ** 2).sum(axis=1))
        results.append(np.sort(distances)[k - 1] > limit)
    return np.array(results)


# Asked about (0, 0): distances 1, 2, 3 and 5. The others: 0.6 and more; far from all, and near to one training image only.
KNOWN = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0], [3.0, 4.0]])
ASKED = np.array([[0.0, 0.0], [0.4, 0.0], [30.0, 0.0], [3.0, 4.0]])


def _check_unfamiliar(answer, seed=0):
    first = _flags(answer, ASKED, KNOWN, 2.5, 2)
    if first == [True, True, False, False]:
        raise Incorrect("True and False are exchanged: True is for an image that is *farther* away than the limit.")
    if first == [False, False, True, False]:
        raise Incorrect(
            "You let the nearest neighbor decide, or a mean. With k=2 only the second nearest counts: [3, 4] equals one training "
            "image and is far from all the others, so it is unfamiliar."
        )
    for limit, k, sentence in (
        (2.5, 1, "Python counts from 0: of the sorted distances, number `k - 1` belongs to the k-th neighbor."),
        (2.5, 2, "Take the root of the sum of squares, not the sum itself."),
        (2.0, 2, "A distance equal to the limit is still familiar: only `>` is unfamiliar."),
        (5.0, 3, "Square the differences before you add them up, and take the root after."),
        (3.5, 3, "Add the squares up; their mean makes every distance smaller."),
    ):
        _compare_flags(answer, (ASKED, KNOWN, limit, k), sentence)
    random = np.random.default_rng(seed)
    for k in (1, 3, 10):
        known, features = random.normal(size=(12, 5)), random.normal(size=(6, 5))
        distances = np.sort(np.linalg.norm(known - features[:, np.newaxis], axis=2), axis=1)[:, k - 1]
        low, high = np.sort(distances)[2:4]
        _compare_flags(answer, (features, known, float((low + high) / 2), k), "Look at its distances one by one.")


def _compare_flags(answer, case, sentence):
    """Raise `Incorrect` for the first image of a case that is judged differently."""
    features, known, limit, k = case
    right, got = unfamiliar(*case).tolist(), _flags(answer, *case)
    for row, wanted, given in zip(features, right, got, strict=True):
        if wanted != given:
            distance = np.sort(np.linalg.norm(known - row, axis=1))[k - 1]
            raise Incorrect(
                f"With k={k} and limit {shown(limit)} you gave {given} for an image whose distance number {k} is "
                f"{distance:.4g}; {wanted} is right. {sentence}"
            )


def _flags(answer, features, known, limit, k):
    """Return an answer's flags as a list of bools."""
    result = call(answer, features, known, limit, k)
    values = as_array(result)
    if values.shape != (len(features),):
        raise Incorrect(
            f"Your function returns {kind(result)}; it should return {len(features)} times True or False, one for each image."
        )
    if values.dtype.kind != "b":
        raise Incorrect(f"Your function returns {shown(values)}. Compare the distances with the limit: True or False.")
    return values.tolist()


def success_rate(truths, before, after):
    """Return the success rate of an attack: of the images that were right before it, the share that is wrong after it.

    truths, before, after: arrays of class numbers of the same length: the true classes, and the network's answers
    before and after the images were changed.
    Returns a float from 0 to 1; 0.0 if no image was right before.

    Example: success_rate(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 1]), np.array([1, 1, 1, 0, 1])) is 0.5: four
    were right before, and two of those are wrong after.
    """
    was_right = before == truths
    if not was_right.any():
        return 0.0
    return float((after[was_right] != truths[was_right]).mean())


def _check_success_rate(answer, seed=0):
    truths = np.repeat([0, 1], 6)
    before = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0])
    after = np.array([1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0])
    got = number(call(answer, truths, before, after))
    asked = f"Of 12 images 8 were right, and 5 of those are wrong now. You gave {got:.4g}"
    rule_out(
        got,
        (5 / 12, f"{asked}, 5 of 12. An image that was wrong from the start can't be turned: divide by 8."),
        (8 / 12, f"{asked}, 8 of 12: 3 of the 8 that are wrong now were wrong before. That wasn't the attack."),
        (1, f"{asked}, 8 of 8: 3 of the 8 that are wrong now were wrong before. That wasn't the attack."),
        (6 / 12, f"{asked}, the share of changed answers. One of them changed from wrong to right."),
        (3 / 8, f"{asked}, the share that is *still* right. Count those that are wrong now."),
        (4 / 12, f"{asked}: that is the accuracy after, or by how much it fell. Look only at the 8 that were right."),
        (5, f"{asked}, the number of images. Divide it by how many were right before."),
        (62.5, f"{asked}, in percent. Return a share, from 0 to 1."),
    )
    random = np.random.default_rng(seed)
    drawn = [tuple(random.integers(0, 3, (3, 20))) for _ in range(3)]
    agree(answer, success_rate, (truths, before, after), (truths, before, before), *drawn)
    try:
        got = number(call(answer, truths, 1 - truths, truths))
    except Incorrect as error:
        raise Incorrect(f"Where no image was right before, your function should return 0.0. {error}") from None
    if not close(got, 0.0):
        raise Incorrect(f"Where no image was right before, your function gave {got:.4g}; 0.0 is right.")


def accuracy_by_group(groups, truths, answers):
    """Return the accuracy of each group of images by itself.

    groups: a list of words, such as ["children", "adults", "children"], one for each image.
    truths, answers: lists of class numbers of the same length: the true classes and the network's answers.
    Returns a dictionary: for each group that occurs, the share of right answers in it, a float.

    Example: accuracy_by_group(["a", "a", "b"], [0, 1, 1], [0, 0, 1]) is {"a": 0.5, "b": 1.0}.
    """
    right = np.array(truths) == np.array(answers)
    accuracies = {}
    for group in set(groups):
        accuracies[group] = float(right[np.array(groups) == group].mean())
    return accuracies


def _check_accuracy_by_group(answer, seed=0):
    groups = ["adults"] * 8 + ["children"] * 2
    truths, answers = [1] * 10, [1, 1, 1, 1, 1, 1, 0, 0, 1, 0]
    got = _groups(answer, groups, truths, answers)
    asked = f"6 of 8 adults and 1 of 2 children are right; you gave {shown(got)}"
    rule_out(
        [got["adults"], got["children"]],
        ([0.7, 0.7], f"{asked}. That is the accuracy of all ten together, which hides the children."),
        ([0.6, 0.1], f"{asked}. Divide by how many images are in the *group*, not by all ten."),
        ([6, 1], f"{asked}, how many are right. Divide by how many are in the group."),
        ([75, 50], f"{asked}, in percent. Return a share, from 0 to 1."),
        ([0.25, 0.5], f"{asked}, the share of wrong answers. Count the right ones."),
        ([0.8, 0.2], f"{asked}, the share of the images that each group has. Count the right ones in it."),
    )
    random = np.random.default_rng(seed)
    for count in (3, 7, 30):
        words = [f"group {number}" for number in random.integers(0, 4, count)]
        truths, answers = random.integers(0, 2, (2, count)).tolist()
        for first in map(words.index, set(words)):
            answers[first] = truths[first]  # a group in which no answer is right comes at the end
        right = accuracy_by_group(words, truths, answers)
        got = _groups(answer, words, truths, answers)
        for group in right:
            if not close(got[group], right[group]):
                raise Incorrect(
                    f"For {words}, {truths} and {answers} you gave {group!r} {got[group]:.4g}; {right[group]:.4g} is right."
                )
    try:
        got = _groups(answer, ["adults", "adults", "children"], [1, 1, 0], [1, 0, 1])
    except Incorrect as error:
        raise Incorrect(f"A group in which no answer is right has the accuracy 0.0. {error}") from None
    if not close(got["children"], 0.0):
        raise Incorrect(f"Where no answer of a group is right, you gave {got['children']:.4g}; 0.0 is right.")


def _groups(answer, groups, truths, answers):
    """Return an answer's dictionary with its keys checked and its values as numbers."""
    result = call(answer, groups, truths, answers)
    if not isinstance(result, dict):
        raise Incorrect(f"Your function returns {kind(result)}; it should return a dictionary, group: accuracy.")
    if set(result) != set(groups):
        raise Incorrect(f"The groups are {sorted(set(groups))}; your dictionary has {shown(list(result)[:20])}.")
    return {group: number(value) for group, value in result.items()}


EXERCISES = [
    Exercise(
        name="verdict",
        title="From a number to a word",
        task="The network gives one number, people want a word, and sometimes the honest word is *unsure*. Write the "
        "step between the two.",
        solution=verdict,
        check=_check_verdict,
        hints=[
            "The number is the probability of the second class. What is the probability of the first?",
            "The likelier class has `max(output, 1 - output)`. Below `sure` the word is settled.",
            "`if probability < sure: return ...`; otherwise the word is `class_names[1]` if `output >= 0.5`, "
            "else `class_names[0]`.",
        ],
        takeaway="0.5 is the least sure that a network for two classes can be: the likelier class never has less.",
    ),
    Exercise(
        name="unfamiliar",
        title="Is it like the training images?",
        task="A network answers in any case. So ask its features first: if even the k-th nearest training image is far away, the "
        "image is **out of distribution**, unlike anything the network has learned from, and the answer means little.",
        solution=unfamiliar,
        check=_check_unfamiliar,
        hints=[
            "Take one row of `features` at a time. `known - row` subtracts it from every row of `known`.",
            "`np.sqrt((... ** 2).sum(axis=1))` is the distance to each training image, and `np.sort` puts the smallest first.",
            "The k-th smallest is `np.sort(distances)[k - 1]`. Collect whether it is larger than `limit` in a list, and return "
            "`np.array(...)` of that list.",
        ],
        takeaway="Nothing was trained for this check: the features are there already, in every network.",
    ),
    Exercise(
        name="success-rate",
        title="How often does the attack work?",
        task="After an attack some answers are wrong. But some were wrong before it, and those aren't its doing. Count fairly.",
        solution=success_rate,
        check=_check_success_rate,
        hints=[
            "`before == truths` is an array of True and False: which images were right before?",
            "An array in brackets chooses: `after[was_right]` are the answers to those images only.",
            "`(after[was_right] != truths[was_right]).mean()` is the share; if `was_right.any()` is False, return 0.0.",
        ],
        takeaway="A network that is wrong half of the time is hard to fool by this measure. Always look at its accuracy as well.",
    ),
    Exercise(
        name="accuracy-by-group",
        title="Right, but for whom?",
        task="One accuracy for everyone hides those who are few. Work it out for each group by itself.",
        solution=accuracy_by_group,
        check=_check_accuracy_by_group,
        hints=[
            "`set(groups)` has every group once. Go through them, and choose the images of one group at a time.",
            "Make arrays of the lists: `right = np.array(truths) == np.array(answers)` says for every image whether it is right.",
            "`right[np.array(groups) == group].mean()` is the share of one group.",
        ],
        takeaway="If a group is missing from the images, it is missing from this dictionary, too, and you won't notice.",
    ),
    Exercise(
        name="on-white",
        title="Transparent pixels on white paper",
        task="A logo or a cut-out has a fourth channel, **alpha**. A network takes three. If you just drop the fourth, you get "
        "the colors that are hidden in the transparent parts, often black. Lay the image on white instead.",
        solution=on_white,
        check=_check_on_white,
        hints=[
            "Make floats from 0 to 1 first. What is a pixel with alpha 1, and what with alpha 0?",
            "In between it is a mixture: alpha of the color, and 1 - alpha of white, which is 1.",
            "`values = pixels / 255`, `alpha = values[..., 3:]` (with `3:` it keeps its axis); "
            "`values[..., :3] * alpha + (1 - alpha)`.",
        ],
        takeaway="PNG logos, stickers and cut-outs have alpha. `read_image` lays them on white, as you did.",
    ),
]
