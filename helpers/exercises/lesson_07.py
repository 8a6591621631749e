"""Exercises of lesson 07: the parameters of a network, bad files, precision and recall.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.exercises.checking import agree, as_array, as_list, call, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question


def cats_dogs_parameters(size, filters, dense):
    """Count the parameters of a network like those of this lesson: all the numbers that it learns.

    size: the color images that come in are size × size × 3.
    filters: a list such as [16, 32, 64]. Each stands for a convolution of 3 × 3 with padding "same"
    and a 2 × 2 pool after it, which drops an odd margin.
    dense: how many neurons the layer after Flatten has. After it comes one last neuron.
    Returns an int. Every filter and every neuron has a bias.

    Example: cats_dogs_parameters(2, [1], 1) is 32: 28 in the filter, 2 in the dense neuron, 2 in the last.
    """
    total, channels = 0, 3
    for count in filters:
        total += count * (3 * 3 * channels + 1)
        size, channels = size // 2, count
    total += dense * (size * size * channels + 1)
    return total + dense + 1


def _check_cats_dogs_parameters(answer, seed=0):
    rule_out(
        number(call(answer, 150, [16, 32, 64], 512)),
        (10_640_816, "You gave 10,640,816. Those are the weights; 16 + 32 + 64 + 512 + 1 = 625 biases are missing."),
        (
            9_494_561,
            'You gave 9,494,561, with the sides 74, 36, 17. That is padding "valid"; "same" gives 75, 37, 18.',
        ),
        (10_641_153, "You gave 10,641,153: one channel comes in. These images have three colors."),
        (10_640_928, "You gave 10,640,928: the last neuron is missing. It has 512 weights and a bias."),
        (10_641_440, "You gave 10,641,440: the bias of the last neuron is missing."),
        (23_584, "You gave 23,584: the convolutions alone. Each dense neuron gets 18 * 18 * 64 numbers."),
        (57_377, "You gave 57,377: as if each dense neuron had 64 weights, one for a channel. It has 18 * 18 * 64."),
        (11_853_857, "You gave 11,853,857: the sides 75, 38, 19. A pool drops the odd margin: 37 // 2 = 18."),
        (737_304_609, "You gave 737,304,609: no pooling. Each pool halves the side: 150, 75, 37, 18."),
    )
    random = np.random.default_rng(seed)
    drawn = [
        (int(random.integers(20, 90)), random.integers(2, 9, 2).tolist(), int(random.integers(2, 40))) for _ in range(2)
    ]
    agree(answer, cats_dogs_parameters, (2, [1], 1), (150, [16, 32, 64], 512), (75, [8], 10), *drawn)


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
        got = _file_names(call(answer, folder), folder)
    if not got:
        raise Incorrect("Your function finds nothing; of 15 files here 4 are bad.")
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
    names = [str(name) for name in as_list(got, "a sorted list of texts")]
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


def precision_recall(labels, probabilities, threshold):
    """Return how far you can trust the word "dog", and the share of the dogs that are found.

    labels: an array of 0 (cat) and 1 (dog), shape (n,). probabilities: of being a dog, shape (n,).
    threshold: the network says "dog" where the probability is at least this.
    Returns two numbers for class 1. Precision is the share of real dogs among all images called dogs, recall the
    share of images called dogs among all dogs. Where nothing is called a dog, precision is 0.

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
            raise Incorrect(f"At threshold {case[2]:.2f} you gave {shown(got)}; {shown(list(right))} is right.")
    got = _measures(answer, labels, chances, 0.95)
    if got != [0, 0]:
        raise Incorrect(f"At threshold 0.95 nothing is called a dog: (0, 0) is right. You gave {shown(got)}.")


def _measures(answer, labels, probabilities, threshold) -> list[float]:
    """Return the two numbers that `answer` gives; a threshold may be above all probabilities, too."""
    pair = as_list(call(answer, labels, probabilities, threshold), "two numbers: `return precision, recall`", length=2)
    if not (probabilities >= threshold).any() and np.isnan(as_array(pair).astype(float)).any():
        raise Incorrect(
            f"At threshold {threshold:.2f} nothing is called a dog, and you divide 0 by 0. Precision is 0 then."
        )
    return [number(value) for value in pair]


EXERCISES = [
    Exercise(
        name="cats-dogs-parameters",
        title="Ten million numbers",
        task="Count by hand, then write a function that counts for any size of image, any filters and any dense layer. "
        "Where are most of the numbers?",
        solution=cats_dogs_parameters,
        check=_check_cats_dogs_parameters,
        hints=[
            'Go layer by layer. What comes into each convolution? Padding "same" keeps the side, a pool halves it.',
            "A convolution has `count * (3 * 3 * channels + 1)`. After it the channels are `count`, and the side is `size // 2`.",
            "A dense neuron has a weight for each of the `size * size * channels` numbers, and a bias. The last neuron has "
            "`dense` weights and a bias.",
        ],
        takeaway="18 * 18 * 64 = 20,736 numbers go to each of 512 neurons: 10,617,344 of the 10,641,441 numbers are there.",
    ),
    Exercise(
        name="precision-recall",
        title="When can you believe it?",
        task='Write both measures for the word "dog", for any threshold. Watch out for a threshold so high that no image is called a dog.',
        solution=precision_recall,
        check=_check_precision_recall,
        hints=[
            "Which images are *called* dogs? Which *are* dogs? Which are both?",
            "`called = probabilities >= threshold`; then `(called & (labels == 1)).sum()` counts the dogs that are found.",
            "Divide by `called.sum()` for precision (unless it is 0), by `(labels == 1).sum()` for recall.",
        ],
        takeaway='A higher threshold makes the word "dog" more reliable and misses more dogs: precision against recall.',
    ),
    Exercise(
        name="bad-files",
        title="Three kinds of bad files",
        task="Write the check: which files have to go? Those that can't be read to the last pixel, whatever their ending "
        "says, and validation images that are also training images. Try it on the damaged copy: `bad_files(copy)`.",
        solution=bad_files,
        check=_check_bad_files,
        points=2,
        hints=[
            'Two loops: `folder.glob("train/*/*")` first, then `folder.glob("validation/*/*")`. `path.read_bytes()` gives '
            "what a file holds.",
            "`Image.open(path).load()` inside `try` and `except Exception` shows whether a file can be read to the end.",
            "Put the bytes of every good training file into a set. A validation file whose bytes are in the set is bad.",
        ],
        takeaway="An image in two splits makes the validation accuracy too good, and nothing warns you. Look before you train.",
    ),
]

QUESTIONS = (
    Question(
        "After epoch 5 the training loss keeps falling, the validation loss rises, and the validation accuracy stays at "
        "0.71. What is going on?",
        (
            Choice(
                "The learning rate is too small, so validation lags behind.",
                False,
                "Then both losses would fall slowly. Here one falls and the other rises.",
            ),
            Choice(
                "The network becomes surer of its mistakes.",
                True,
                "It is wrong about as many images as before, but with more confidence, and the loss punishes that.",
            ),
            Choice(
                "Nothing is wrong: accuracy is what counts, and it stays.",
                False,
                "What the network learns after epoch 5 doesn't help on new images, and its probabilities mean less and less.",
            ),
        ),
    ),
    Question(
        'Of 1,000 people, 10 are ill. A test that always says "healthy" is right 990 times. What is its recall for "ill"?',
        (
            Choice("0.99", False, "That's its accuracy, and shows why accuracy alone isn't enough."),
            Choice("0", True, "It finds none of the 10 who are ill."),
            Choice(
                "You can't tell.",
                False,
                "Its precision can't be said, because it calls no one ill. Its recall can: 0 of 10.",
            ),
        ),
    ),
    Question(
        "Fifty validation images are training images, too. What happens?",
        (
            Choice(
                "Training stops with an error.",
                False,
                "They are flawless images, and nothing checks whether any two are the same.",
            ),
            Choice("The training accuracy is too low.", False, "The training images are what they were."),
            Choice(
                "The validation accuracy is too high.",
                True,
                "The network has memorized those fifty, and you believe that it can do the same with any image.",
            ),
        ),
    ),
)
