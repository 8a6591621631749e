"""Wrong answers to the exercises of lesson 06, each with a part of the sentence that it must get."""

from helpers.exercises.lesson_06 import balanced_accuracy, network_parameters


def _parameters(size, filters, dense, channels=3, bias=1, last_bias=1, halve=lambda size: (size - 2) // 2):
    total = 0
    for count in filters:
        total += count * (9 * channels + bias)
        channels, size = count, halve(size)
    return total + dense * (size * size * channels + bias) + dense + bias * last_bias


def _no_last_pool(size, filters, dense):
    flat = (_side(size, filters[:-1]) - 2) ** 2 * filters[-1]
    return _flat(size, filters, dense, lambda side, last: flat)


def _after_flatten(size, filters, dense):
    return dense * (_side(size, filters) ** 2 * filters[-1] + 1) + dense + 1


def _flat(size, filters, dense, flat):
    """The same with another idea of what Flatten passes on."""
    side = _side(size, filters)
    return network_parameters(size, filters, dense) + dense * (flat(side, filters[-1]) - side * side * filters[-1])


def _side(size, filters):
    for _ in filters:
        size = (size - 2) // 2
    return size


WRONG = {
    "network-parameters": [
        (lambda size, filters, dense: _parameters(size, filters, dense, channels=1), "read one channel"),
        (lambda size, filters, dense: _parameters(size, filters, dense, last_bias=0), "one too few"),
        (lambda size, filters, dense: _parameters(size, filters, dense, bias=0), "those are the weights"),
        (lambda size, filters, dense: network_parameters(size, filters, dense) - dense - 1, "last neuron, which"),
        (_after_flatten, "what the filters learn is missing"),
        (lambda size, filters, dense: _parameters(size, filters, dense, halve=lambda n: n // 2), "became 15"),
        (_no_last_pool, "pooling is missing"),
        (lambda size, filters, dense: _flat(size, filters, dense, lambda n, last: last), "leave the 6 * 6 out"),
        (lambda size, filters, dense: _flat(size, filters, dense, lambda n, last: n * last), "one row"),
        (lambda size, filters, dense: _parameters(size, filters, dense, halve=lambda n: (n - 2) / 2), "a float"),
        (lambda size, filters, dense: 5_049, "193 is right"),
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
        (lambda labels, guesses: labels == guesses, "a single number"),
    ],
}
