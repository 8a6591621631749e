"""Exercises of lesson 07: bad files, the loss of right and wrong answers, precision and recall, a threshold by its price."""
# mypy: allow-untyped-defs

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.exercises.checking import as_array, as_list, call, kind, number, numbers, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def bad_files(folder):
    """Find the files that have to go from a folder of images.

    folder: a Path with images as train/<class>/<name> and validation/<class>/<name>.
    Returns a sorted list of texts such as "train/cats/cat.0.jpg": every file that Pillow cannot read to its
    last pixel, and every validation file with the same bytes as a training file.

    Example: bad_files(folder) is ["train/cats/cat.1.jpg"] if only this file in it was cut short.
    """
    from PIL import Image

    bad, learned = [], set()
    for path in sorted(folder.glob("train/*/*")) + sorted(folder.glob("validation/*/*")):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        try:
            Image.open(path).load()
        except Exception:
            bad.append(name)
            continue
        if name.startswith("train/"):
            learned.add(data)
        elif data in learned:
            bad.append(name)
    return sorted(bad)


def damaged_folder(folder: Path, seed: int) -> dict[str, str]:
    """Fill `folder` with tiny images, some of them bad and some that only look so; return the part of each: its name.

    Bad are "cut", "text", "empty" and "twin" (of "original"). Harmless are "copy" (of "copied", both in train) and
    "namesake", which has the name of a training file. Another seed draws other names.
    """
    random = np.random.default_rng(seed)
    numbers = iter(random.permutation(1000).tolist())
    train = [f"train/{animal}s/{animal}.{next(numbers)}.jpg" for animal in ("cat", "dog") for _ in range(4)]
    validation = [
        f"validation/{animal}s/{animal}.{2000 + next(numbers)}.jpg" for animal in ("cat", "dog") for _ in range(3)
    ]
    parts = {"copied": train[0], "cut": train[1], "copy": train[2], "original": train[4], "text": train[6]}
    parts |= {"empty": validation[0], "twin": validation[3], "namesake": f"validation/cats/{Path(train[0]).name}"}
    for name in (*train, *validation, parts["namesake"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 50, 3), np.uint8)).save(folder / name)
    data = {part: (folder / name).read_bytes() for part, name in parts.items()}
    (folder / parts["cut"]).write_bytes(data["cut"][: len(data["cut"]) // 2])
    (folder / parts["text"]).write_bytes(b"<html>404 Not Found</html>")
    (folder / parts["empty"]).write_bytes(b"")
    (folder / parts["twin"]).write_bytes(data["original"])
    (folder / parts["copy"]).write_bytes(data["copied"])
    return parts


def _check_bad_files(answer, seed=0):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        parts = damaged_folder(folder, seed)
        right = sorted(parts[part] for part in ("cut", "text", "empty", "twin"))
        files = {path.relative_to(folder).as_posix() for path in folder.glob("*/*/*")}
        got = _file_names(call(answer, folder), folder)
    if not got:
        raise Incorrect("Your function finds nothing; of 15 files here 4 are bad.")
    if unknown := [name for name in got if name not in files]:
        raise Incorrect(f"There is no {unknown[0]} in the folder. A name in the list is like train/cats/cat.0.jpg.")
    if different := [name for name in right if name not in got] or [name for name in got if name not in right]:
        raise Incorrect(f"{different[0]} {_why(different[0], different[0] in right, parts)}")
    if got != right:
        raise Incorrect(f"All are there, but not sorted, or some twice: {shown(got)}.")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for split in ("train/cats", "train/dogs", "validation/cats", "validation/dogs"):
            (folder / split).mkdir(parents=True)
        Image.new("RGB", (9, 9), "red").save(folder / "train/cats/red.png")
        got = _file_names(call(answer, folder), folder)
    if got:
        raise Incorrect(f"In a folder with a single flawless image you found {shown(got)}; [] is right.")


def _file_names(got, folder: Path) -> list[str]:
    """Return the learner's list as texts relative to the folder; raise `Incorrect` for everything else."""
    names = as_list(got, "a sorted list of texts")
    if odd := [name for name in names if not isinstance(name, str | Path)]:
        raise Incorrect(f"Your list holds {kind(odd[0])}; it should hold texts, the names of the files.")
    names = [Path(name).as_posix() for name in names]
    if any(str(folder) in name for name in names):
        raise Incorrect(
            'Your list has whole paths. `path.relative_to(folder).as_posix()` gives "train/cats/cat.0.jpg".'
        )
    if any("/" not in name for name in names):
        raise Incorrect("Your list has bare file names. Which split and which class? `path.relative_to(folder)` knows.")
    return names


def _why(name: str, missing: bool, parts: dict[str, str]) -> str:
    """Say why a file is missing from the learner's list, or why it does not belong there."""
    reasons = {
        "cut": "is missing: the second half of that file is gone. `Image.open`, and `verify` too, look only at the "
        "beginning; `.load()` reads every pixel.",
        "text": "is missing: it is a web page whose name ends in .jpg. Open the files; the name proves nothing.",
        "empty": "is missing: it has 0 bytes. Are the validation files opened, too?",
        "twin": f"is missing: it has the same bytes as {parts['original']}. Compare what is in the files, not their "
        "names.",
        "original": "doesn't belong in the list: of two equal images the one in train stays, the one in validation goes.",
        "namesake": "doesn't belong in the list: a training file has the same name, but the image in it is another.",
        "copy": "doesn't belong in the list: it is twice in train, which spoils no test. Compare across the splits.",
    }
    reasons["copied"] = reasons["copy"]
    part = next((part for part, special in parts.items() if special == name), "")
    usual = "is missing." if missing else "doesn't belong in the list: it can be read, and it is in one split only."
    return reasons.get(part, usual)


def loss_by_outcome(labels, probabilities):
    """Return the mean loss of the right answers, and the mean loss of the mistakes.

    labels: an array of 0 (cat) and 1 (dog), shape (n,). probabilities: of being a dog, shape (n,), between 0 and 1.
    An answer is "dog" from a probability of 0.5 on. Its loss is -log of the probability that the true class got.
    Returns two floats. There is at least one right answer and one mistake.

    Example: loss_by_outcome(np.array([1, 0, 1]), np.array([0.5, 0.5, 0.25])) is (0.693147, 1.039721): one answer is
    right, with a loss of 0.693; the two mistakes have 0.693 and 1.386.
    """
    of_truth = np.where(labels == 1, probabilities, 1 - probabilities)
    loss = -np.log(of_truth)
    right = (probabilities >= 0.5) == (labels == 1)
    return loss[right].mean(), loss[~right].mean()


def _check_loss_by_outcome(answer, seed=0):
    labels = np.array([1, 1, 1, 0, 0, 0])
    chances = np.array([0.9, 0.6, 0.2, 0.1, 0.4, 0.95])  # right: 0.9, 0.6, 0.9, 0.6; wrong: 0.2 and 0.05 for the truth
    right = loss_by_outcome(labels, chances)
    got = _two_numbers(call(answer, labels, chances), "two numbers: `return loss[right].mean(), loss[~right].mean()`")
    of_truth = np.where(labels == 1, chances, 1 - chances)
    loss, is_right = -np.log(of_truth), of_truth > 0.5
    dog = -np.log(chances)
    rule_out(
        got,
        (right[::-1], f"You gave {shown(got)}: the two have changed places. The right answers come first."),
        (
            (dog[is_right].mean(), dog[~is_right].mean()),
            f"You gave {shown(got)}, from the probability of *dog* for every picture. A cat's true class got 1 minus that.",
        ),
        ((-right[0], -right[1]), "Your losses are negative. A logarithm of a probability is; the loss is *minus* it."),
        (
            (loss[is_right].sum(), loss[~is_right].sum()),
            f"You gave {shown(got)}: sums. Divide each by its own number of answers, or use `mean`.",
        ),
        (
            (loss[is_right].sum() / 6, loss[~is_right].sum() / 6),
            f"You gave {shown(got)}: both divided by all 6 pictures. 4 answers are right and 2 are wrong.",
        ),
        (
            (loss[labels == 1].mean(), loss[labels == 0].mean()),
            f"You gave {shown(got)}: the dogs and the cats. Separate right answers from mistakes instead.",
        ),
        (
            (loss[chances >= 0.5].mean(), loss[chances < 0.5].mean()),
            f'You gave {shown(got)}: those called dog and those called cat. "Cat" is right for a cat.',
        ),
        (
            (right[0] / np.log(10), right[1] / np.log(10)),
            "You used `np.log10`. The loss takes the natural logarithm, `np.log`.",
        ),
        (
            (1 - of_truth[is_right].mean(), 1 - of_truth[~is_right].mean()),
            f"You gave {shown(got)}: 1 minus the probability. The loss is `-np.log` of it.",
        ),
    )
    tie = np.array([1, 0, 1]), np.array([0.5, 0.5, 0.25])
    at_half = 'You took 0.5 for a cat as right. At exactly 0.5 the answer is "dog", so for a cat it\'s a mistake.'
    rule_out(_two_numbers(call(answer, *tie), "two numbers"), (np.log([2, 4]), at_half))
    dogs = np.ones(3, int), np.array([0.5, 0.8, 0.25])
    at_half = 'You took 0.5 for a dog as a mistake. At exactly 0.5 the answer is "dog" already.'
    rule_out(_two_numbers(call(answer, *dogs), "two numbers"), ((-np.log(0.8), -np.log([0.5, 0.25]).mean()), at_half))
    random = np.random.default_rng(seed)
    cases = [tie, dogs, (labels, chances)]
    for _ in range(2):
        drawn = np.concatenate([random.uniform(0.55, 0.99, 8), random.uniform(0.01, 0.45, 8)]).round(3)
        cases.append((np.array([1, 0] * 8), drawn))
    for case in cases:
        got, wanted = _two_numbers(call(answer, *case), "two numbers"), loss_by_outcome(*case)
        if not np.allclose(got, wanted, atol=2e-3):
            raise Incorrect(
                f"For the labels {shown(case[0])} and the probabilities {shown(case[1])} you gave {shown(got)}; "
                f"{shown(np.array(wanted))} is right."
            )


def _two_numbers(result, wanted: str) -> np.ndarray:
    """Return the two numbers of an answer; raise `Incorrect` for anything else."""
    return np.array(numbers(result, wanted, length=2, each=number))


def precision_recall(labels, probabilities, threshold):
    """Return precision and recall of the word "dog" at a threshold.

    labels: an array of 0 (cat) and 1 (dog), shape (n,). probabilities: of being a dog, shape (n,).
    threshold: the network says "dog" where the probability is at least this.
    Returns two numbers for class 1. Precision is the share of real dogs among all images called dogs, recall the
    share of images called dogs among all dogs. Where nothing is called a dog, precision is 0 / 0: return 0.

    Example: precision_recall(np.array([0, 1, 1]), np.array([0.8, 0.9, 0.1]), 0.5) is (0.5, 0.5).
    """
    called = probabilities >= threshold
    right = (called & (labels == 1)).sum()
    precision = right / called.sum() if called.any() else 0.0
    return precision, right / (labels == 1).sum()


def _check_precision_recall(answer, seed=0):
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    chances = np.array([0.9, 0.8, 0.7, 0.2, 0.9, 0.3, 0.2, 0.1, 0.5, 0.1])
    got = _measures(answer, labels, chances, 0.5)  # 5 are called dogs, of which 3 are; there are 4 dogs
    rule_out(
        got,
        ([0.75, 0.6], "You gave 0.75 and 0.6: recall and precision have changed places."),
        ([0.75, 0.75], "Your precision is 0.75: at a threshold of 0.5 a probability of 0.5 counts as a dog (`>=`)."),
        ([0.7, 0.75], "Your precision is 0.7: that is accuracy, 7 of 10 right. Of the 5 called dogs, 3 are: 0.6."),
        ([0.8, 2 / 3], "You gave 0.8 and 0.667: those are the cats' numbers. Class 1 is the dog."),
        ([0.6, 0.3], "Your recall is 0.3: 3 of all 10 images. Of the 4 *dogs* 3 are found: 0.75."),
        ([0.3, 0.75], "Your precision is 0.3: 3 of all 10 images. Of the 5 *called* dogs 3 are: 0.6."),
    )
    random = np.random.default_rng(seed)
    drawn = [
        (random.permutation([0, 1] * 10), random.random(20).round(2), float(random.uniform(0.2, 0.8))) for _ in range(2)
    ]
    for case in ((labels, chances, 0.5), (labels, chances, 0.85), (labels, chances, 0.0), *drawn):
        got, right = _measures(answer, *case), precision_recall(*case)
        if not np.allclose(got, right, atol=2e-3):
            raise Incorrect(f"At threshold {case[2]:.2f} you gave {shown(got)}; {shown(np.array(right))} is right.")
    got = _measures(answer, labels, chances, 0.95)
    if got.any():
        raise Incorrect(f"At threshold 0.95 nothing is called a dog: (0, 0) is right. You gave {shown(got)}.")


def _measures(answer, labels, probabilities, threshold) -> np.ndarray:
    """Return the two numbers that `answer` gives; a threshold may be above all probabilities, too."""
    pair = as_list(call(answer, labels, probabilities, threshold), "two numbers: `return precision, recall`", length=2)
    if not (probabilities >= threshold).any() and np.isnan(pair if as_array(pair).dtype.kind == "f" else 0).any():
        raise Incorrect(
            f"At threshold {threshold:.2f} nothing is called a dog, and you divide 0 by 0. Precision is 0 then."
        )
    return np.array(numbers(pair, "two numbers", each=number))


def cheapest_threshold(labels, probabilities, price_of_alarm, price_of_miss):
    """Choose the threshold with the lowest total price.

    labels: an array of 0 (cat) and 1 (dog), shape (n,). probabilities: of being a dog, shape (n,), above 0 and below 1.
    price_of_alarm: what it costs to call a cat a dog. price_of_miss: what it costs to call a dog a cat.
    Try the thresholds 0, 0.01, 0.02, … 1; an image is called a dog where its probability is at least the threshold.
    Returns one of those at which the sum of all prices is lowest.

    Example: cheapest_threshold(np.array([0, 0, 1, 1]), np.array([0.2, 0.6, 0.5, 0.9]), 1, 20) is 0.21: one cat is
    called a dog, which costs 1, and no dog is missed. Any other threshold from 0.21 to 0.5 is as good.
    """
    thresholds = np.arange(101) / 100
    prices = []
    for threshold in thresholds:
        called = probabilities >= threshold
        alarms = (called & (labels == 0)).sum()
        misses = (~called & (labels == 1)).sum()
        prices.append(price_of_alarm * alarms + price_of_miss * misses)
    return thresholds[np.argmin(prices)]


def _check_cheapest_threshold(answer, seed=0):
    random = np.random.default_rng(seed)
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])  # a low, a middle and a high threshold are best, each for other prices
    chances = np.array([0.105, 0.305, 0.355, 0.805, 0.205, 0.605, 0.655, 0.905])
    cases = [(labels, chances, 1, 20), (labels, chances, 20, 1)]
    for _ in range(2):
        labels = random.permutation([0, 1] * 20)
        chances = (random.beta(2, 3, 40) * 0.6 + 0.35 * labels).round(2).clip(0.02, 0.97) + 0.005
        cases += [(labels, chances, int(random.integers(2, 9)), 1), (labels, chances, 1, int(random.integers(2, 9)))]
    for labels, chances, alarm, miss in cases:
        got = number(call(answer, labels, chances, alarm, miss))
        cost = _price(labels, chances, alarm, miss)
        about = f"With {alarm} for an alarm and {miss} for a miss you gave the threshold {got:.4g}"
        if not 0 <= got <= 1 + 1e-9:
            raise Incorrect(f"{about}. It should be between 0 and 1: the threshold itself, not its price or its place.")
        best = cheapest_threshold(labels, chances, alarm, miss)
        if cost(got) <= cost(best) + 1e-9:
            continue
        swapped = _price(labels, chances, miss, alarm)
        if swapped(got) <= swapped(cheapest_threshold(labels, chances, miss, alarm)):
            raise Incorrect(f"{about}, which is best with the two prices exchanged. An alarm is a *cat* called a dog.")
        equal = _price(labels, chances, 1, 1)
        if equal(got) <= equal(cheapest_threshold(labels, chances, 1, 1)):
            raise Incorrect(
                f"{about}, where the *number* of mistakes is lowest. Multiply each kind by its price first."
            )
        raise Incorrect(f"{about}, which costs {cost(got):.4g} in all; {best:.2f} costs only {cost(best):.4g}.")


def _price(labels, probabilities, price_of_alarm, price_of_miss):
    """Return the function threshold → total price."""

    def price(threshold: float) -> float:
        called = probabilities >= threshold
        return price_of_alarm * (called & (labels == 0)).sum() + price_of_miss * (~called & (labels == 1)).sum()

    return price


EXERCISES = [
    Exercise(
        name="bad-files",
        title="Three kinds of bad files",
        task="Write the check: which files have to go? Those that can't be read to the last pixel, whatever their ending "
        "says, and validation images that are also training images. Then try it on the damaged copy: `bad_files(copy)`.",
        solution=bad_files,
        check=_check_bad_files,
        points=2,
        hints=[
            'Two loops: `folder.glob("train/*/*")` first, then `folder.glob("validation/*/*")`. `path.read_bytes()` gives '
            "what a file holds, `path.relative_to(folder).as_posix()` its name in the list.",
            "`Image.open(path).load()` inside `try` and `except Exception` shows whether a file can be read to the end.",
            "Put the bytes of every good training file into a set. A validation file whose bytes are in the set is bad.",
        ],
        takeaway="An image in two splits makes the validation accuracy too good, and nothing warns you. Look before you train.",
    ),
    Exercise(
        name="loss-by-outcome",
        title="What a mistake costs",
        task="Work out the mean loss of the right answers and that of the mistakes, separately. It takes four lines: the "
        "probability that the true class got, its loss, which answers are right, and the two means.",
        solution=loss_by_outcome,
        check=_check_loss_by_outcome,
        hints=[
            "A dog's true class got `p`, a cat's got `1 - p`. `np.where(condition, a, b)` takes from `a` where the "
            "condition is True, from `b` elsewhere.",
            "The loss is `-np.log(...)` of that. An answer is right where `(probabilities >= 0.5) == (labels == 1)`.",
            "`loss[right]` has the losses of the right answers, and `loss[~right]` the others.",
        ],
        takeaway="One mistake made with 0.999 costs as much as ten made with 0.5. That's how a few answers can turn the loss.",
    ),
    Exercise(
        name="precision-recall",
        title="Which answers can you trust?",
        task='Write both measures for the word "dog", for any threshold. Allow for a threshold so high that nothing is '
        "called a dog.",
        solution=precision_recall,
        check=_check_precision_recall,
        hints=[
            "Which images are *called* dogs? Which *are* dogs? Which are both?",
            "`called = probabilities >= threshold`; then `(called & (labels == 1)).sum()` counts the dogs that are found.",
            "Divide by `called.sum()` for precision (unless it is 0), by `(labels == 1).sum()` for recall.",
        ],
        takeaway='A higher threshold usually makes the word "dog" more reliable, and it always finds fewer dogs or as many.',
    ),
    Exercise(
        name="cheapest-threshold",
        title="A door for cats only",
        task='A door opens when the network says "cat". A cat that is left outside costs little; a dog in the larder costs a '
        "lot. Write the function that finds the best threshold for any two prices.",
        solution=cheapest_threshold,
        check=_check_cheapest_threshold,
        hints=[
            "`np.arange(101) / 100` has all the thresholds. Work out the total price at each of them, in a loop.",
            "`called = probabilities >= threshold`. An alarm is `called & (labels == 0)`, a miss is `~called & (labels == 1)`; "
            "`.sum()` counts them.",
            "Collect `price_of_alarm * alarms + price_of_miss * misses` in a list. `np.argmin` gives the place of the lowest, "
            "and `thresholds[place]` the answer.",
        ],
        takeaway="0.5 is the best threshold only by luck or for equal prices. Choose it on validation images, like everything else.",
    ),
]
