"""Wrong answers to the exercises of lesson 06, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_06 import balanced_accuracy, largest_batch, paste_at, surest_mistakes


def _part(figure, background, top, left, mix):
    image = background.copy()
    rows, columns = slice(top, top + figure.shape[0]), slice(left, left + figure.shape[1])
    image[rows, columns] = mix(figure[..., :3], figure[..., 3:], image[rows, columns])
    return image


def _mixing(mix):
    return lambda *arguments: _part(*arguments, mix)


def _region_only(figure, background, top, left):
    return paste_at(figure, background, top, left)[top : top + figure.shape[0], left : left + figure.shape[1]]


def _in_place(figure, background, top, left):
    background[:] = paste_at(figure, background, top, left)
    return background


def _bytes(each, power=True):
    def answer(shapes, gigabytes):
        fitting = int(gigabytes * 10**9 // (sum(int(np.prod(shape)) for shape in shapes) * each))
        return (2 ** int(np.log2(fitting)) if fitting else 0) if power else fitting

    return answer


def _sorted(key, only_wrong=True):
    def answer(outputs, labels, count):
        places = [i for i in range(len(outputs)) if (outputs[i] >= 0.5) != labels[i] or not only_wrong]
        return sorted(places, key=lambda i: key(outputs[i]))[:count]

    return answer


WRONG = {
    "largest-batch": [
        (_bytes(4), "twice as many as fit"),
        (_bytes(1), "as one byte"),
        (_bytes(2), "A value takes 8 bytes"),
        (_bytes(8, power=False), "a power of two was asked for"),
        (lambda shapes, gigabytes: largest_batch(shapes, gigabytes / 10**9), "A gigabyte has"),
        (lambda shapes, gigabytes: float(largest_batch(shapes, gigabytes)), "a float"),
        (lambda shapes, gigabytes: max(largest_batch(shapes, gigabytes), 1) if gigabytes > 0.01 else 1, "is right"),
        (lambda shapes, gigabytes: 5, "is right"),
        (lambda shapes, gigabytes: largest_batch(shapes, gigabytes * 2**30 / 10**9), "gave 128; 64 is right"),
        (lambda shapes, gigabytes: largest_batch([max(shapes, key=np.prod)], gigabytes), "is right"),
        (lambda shapes, gigabytes: shapes, "a single number"),
    ],
    "surest-mistakes": [
        (_sorted(lambda output: 0), "as they come"),
        (_sorted(lambda output: abs(output - 0.5)), "least sure ones come first"),
        (_sorted(lambda output: -output), "near 0"),
        (_sorted(lambda output: output), "near 1"),
        (_sorted(lambda output: -abs(output - 0.5), only_wrong=False), "but 0 and 6 are right"),
        (lambda outputs, labels, count: surest_mistakes(outputs, labels, count)[::-1], "the surest one comes last"),
        (lambda outputs, labels, count: surest_mistakes(outputs, labels, 4), "is right"),
        (lambda outputs, labels, count: surest_mistakes(outputs, labels, 9), "of length 5"),
        (
            lambda outputs, labels, count: [
                np.flatnonzero((outputs >= 0.5) != labels).tolist().index(place)
                for place in surest_mistakes(outputs, labels, count)
            ],
            "places among the mistakes",
        ),
        (lambda outputs, labels, count: [float(i) for i in surest_mistakes(outputs, labels, count)], "a float"),
        (lambda outputs, labels, count: np.where((outputs >= 0.5) != labels), "as `np.where` does"),
        (lambda outputs, labels, count: len(labels), "it should return a list of 4 places"),
    ],
    "one-neuron": [
        (lambda outputs, names: [names[i] for i in outputs.argmax(axis=1)], "Did you use argmax"),
        (lambda outputs, names: [names[int(p < 0.5)] for p in outputs[:, 0]], "wrong way round"),
        (lambda outputs, names: [names[int(p <= 0.5)] for p in outputs[:, 0]], "wrong way round"),
        (lambda outputs, names: [names[round(p)] for p in outputs[:, 0]], "0.5 came out as class 0"),
        (lambda outputs, names: [int(p >= 0.5) for p in outputs[:, 0]], "It should hold names"),
        (
            lambda outputs, names: names[int(outputs[0, 0] >= 0.5)],
            "the text 'horses'; it should return a list of 5 names",
        ),
        (lambda outputs, names: [names[int(outputs[0, 0] >= 0.5)]], "a list of length 1"),
        (lambda outputs, names: ["horses", "humans", "humans", "humans", "horses"], "is right"),
        (lambda outputs, names: (outputs >= 0.5).sum(), "it should return a list of 5 names"),
    ],
    "balanced-accuracy": [
        (lambda labels, guesses: (labels == guesses).mean(), "the usual accuracy"),
        (lambda labels, guesses: (guesses[labels == 0] == 0).mean(), "only class 0"),
        (lambda labels, guesses: (guesses[labels == 1] == 1).mean(), "only class 1"),
        (lambda labels, guesses: 2 * balanced_accuracy(labels, guesses), "Divide by 2"),
        (
            lambda labels, guesses: (guesses[labels == 0] == 0).mean() * (guesses[labels == 1] == 1).mean(),
            "the product of the two",
        ),
        (
            lambda labels, guesses: sum((labels[guesses == one] == one).mean() for one in (0, 1)) / 2,
            "how often it *is* one",
        ),
        (lambda labels, guesses: 0.625, "0.5 is right"),
        (lambda labels, guesses: 1 - balanced_accuracy(labels, guesses), "the share of mistakes"),
        (lambda labels, guesses: bool((labels == guesses).all()), "returns False; it should return a single number"),
        (lambda labels, guesses: labels == guesses, "a single number"),
    ],
    "paste-at": [
        (lambda figure, background, top, left: background, "without the figure"),
        (_mixing(lambda colors, alpha, behind: colors), "shows through"),
        (_mixing(lambda colors, alpha, behind: colors + behind), "all of the background"),
        (_mixing(lambda colors, alpha, behind: colors + alpha * behind), "alpha times the background"),
        (_mixing(lambda colors, alpha, behind: alpha * colors + (1 - alpha) * behind), "They already are"),
        (_mixing(lambda colors, alpha, behind: behind * 0), "is right"),
        (lambda figure, background, top, left: paste_at(figure, background, 0, 0), "upper left corner"),
        (lambda figure, background, top, left: paste_at(figure, background, left, top), "top and left"),
        (_region_only, "Return the whole image"),
        (_in_place, "changes `background` itself"),
        (lambda figure, background, top, left: figure.shape, "turns it into an array"),
    ],
}
