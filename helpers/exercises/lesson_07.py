"""Exercises of lesson 07: the parameters of the network for cats and dogs, files that are no good, precision and recall.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.exercises.checking import agree, call, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def cats_dogs_parameters(size, filters, dense):
    """Count all numbers that a network of this lesson's kind learns.

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


def check_cats_dogs_parameters(answer, seed=0):
    told = {
        10_640_816: "You gave 10,640,816. Those are the weights; 16 + 32 + 64 + 512 + 1 = 625 biases are missing.",
        9_494_561: 'You gave 9,494,561: sides 148, 74, 72, 36, 34, 17. That is padding "valid"; "same" gives 150, 75, 75, 37, 37, 18.',
        10_641_153: "You gave 10,641,153: one channel comes in. These images have three colors.",
        10_640_928: "You gave 10,640,928: the last neuron is missing. It has 512 weights and a bias.",
        10_641_440: "You gave 10,641,440: the bias of the last neuron is missing.",
        23_584: "You gave 23,584: the convolutions alone. Flatten passes 18 * 18 * 64 numbers on to each dense neuron.",
        57_377: "You gave 57,377: as if each dense neuron had 64 weights, one for a channel. It has 18 * 18 * 64.",
        11_853_857: "You gave 11,853,857: the sides 75, 38, 19. A pool drops the odd margin: 37 // 2 = 18.",
        737_304_609: "You gave 737,304,609: no pooling. Each pool halves the side: 150 becomes 75, 37 and at last 18.",
    }
    got = number(call(answer, 150, [16, 32, 64], 512))
    if got in told:
        raise Incorrect(told[got])
    random = np.random.default_rng(seed)
    drawn = [(int(random.integers(20, 90)), random.integers(2, 9, 2).tolist(), int(random.integers(2, 40)))] * 2
    agree(answer, cats_dogs_parameters, (2, [1], 1), (150, [16, 32, 64], 512), (75, [8], 10), *drawn)


def bad_files(folder):
    """Find the files that must not stay in a folder of images.

    folder: a Path with images as train/<class>/<name> and validation/<class>/<name>.
    Returns a sorted list of texts such as "train/cats/cat.0.jpg": every file that Pillow cannot read to its
    last pixel, and every validation file with the same bytes as a training file.

    Example: [] where nothing is wrong.
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


CUT, TEXT, EMPTY = "train/cats/cat.1.jpg", "train/dogs/dog.2.jpg", "validation/cats/cat.2001.jpg"
TWIN, ITS_ORIGINAL = "validation/dogs/dog.2000.jpg", "train/dogs/dog.0.jpg"
SAME_NAME, SAME_SPLIT = "validation/cats/cat.0.jpg", "train/cats/cat.2.jpg"


def damaged(folder: Path, seed: int = 0, harmless: bool = True) -> list[str]:
    """Fills `folder` with tiny images, some of them spoilt; returns the spoilt ones, sorted.

    `harmless` adds what looks like a fault and is none: one name in two splits, and the same image twice in one.
    """
    random = np.random.default_rng(seed)
    names = [f"train/{kind}s/{kind}.{i}.jpg" for kind in ("cat", "dog") for i in range(4)]
    names += [f"validation/{kind}s/{kind}.{2000 + i}.jpg" for kind in ("cat", "dog") for i in range(3)]
    for name in names + [SAME_NAME] * harmless:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (40, 50, 3), np.uint8)).save(folder / name)
    whole = (folder / CUT).read_bytes()
    (folder / CUT).write_bytes(whole[: len(whole) // 2])
    (folder / TEXT).write_text("<html>404 Not Found</html>")
    (folder / EMPTY).write_bytes(b"")
    (folder / TWIN).write_bytes((folder / ITS_ORIGINAL).read_bytes())
    if harmless:
        (folder / SAME_SPLIT).write_bytes((folder / "train/cats/cat.0.jpg").read_bytes())
    return sorted([CUT, TEXT, EMPTY, TWIN])


def check_bad_files(answer, seed=0):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        right = damaged(folder, seed)
        got = _names(call(answer, folder), folder)
        if missed := [name for name in right if name not in got]:
            raise Incorrect(_missed(missed[0], got))
        for name in got:
            if name not in right:
                raise Incorrect(_too_much(name))
        if got != right:
            raise Incorrect(f"All are there, but not sorted, or some twice: {shown(got)}.")
    with tempfile.TemporaryDirectory() as place:
        for kind_of in ("cats", "dogs"):
            for split in ("train", "validation"):
                (Path(place) / split / kind_of).mkdir(parents=True)
        Image.new("RGB", (9, 9), "red").save(Path(place) / "train/cats/red.png")
        got = call(answer, Path(place))
        if len(got):
            raise Incorrect(f"In a folder with a single flawless image you found {shown(list(got))}; [] is right.")


def _names(got, folder: Path) -> list[str]:
    """The learner's list as texts relative to the folder; `Incorrect` for everything else."""
    if isinstance(got, dict | set) or not isinstance(got, list | tuple):
        raise Incorrect(f"Your function returns {kind(got)}; a sorted list of texts is wanted.")
    if any(str(folder) in str(one) for one in got):
        raise Incorrect(
            'Your list has whole paths. `path.relative_to(folder).as_posix()` gives "train/cats/cat.0.jpg".'
        )
    if any("/" not in str(one) for one in got):
        raise Incorrect("Your list has bare file names. Which split and which class? `path.relative_to(folder)` knows.")
    return [str(one) for one in got]


def _missed(name: str, got: list[str]) -> str:
    if not got:
        return "Your function finds nothing; of 15 files here 4 are bad."
    return {
        CUT: f"{CUT} is missing: the second half of that file is gone. `Image.open`, and `verify` too, look only at the "
        "beginning; `.load()` reads every pixel.",
        TEXT: f"{TEXT} is missing: it is a web page with the ending .jpg. Open the files; the ending says nothing.",
        EMPTY: f"{EMPTY} is missing: it has 0 bytes. Are the validation files opened, too?",
        TWIN: f"{TWIN} is missing: it has the same bytes as {ITS_ORIGINAL}. Compare what the files hold, not their names.",
    }[name]


def _too_much(name: str) -> str:
    return {
        ITS_ORIGINAL: f"{ITS_ORIGINAL} is too much: of two equal images the training one stays, the validation one goes.",
        SAME_NAME: f"{SAME_NAME} is too much: a training file has the same name, but another image is in it.",
        SAME_SPLIT: f"{SAME_SPLIT} is too much: it is twice in train, which spoils no test. Compare across the splits.",
        "train/cats/cat.0.jpg": "train/cats/cat.0.jpg is too much: it is twice in train, which spoils no test.",
    }.get(name, f"{name} is too much: it can be read, and it is in one split only.")


def precision_recall(labels, probabilities, threshold):
    """Say how far one can trust the word "dog", and how many dogs are found.

    labels: an array of 0 (cat) and 1 (dog), shape (n,). probabilities: of being a dog, shape (n,).
    threshold: the network says "dog" where the probability is at least this.
    Returns two numbers, precision and recall of class 1: precision is the part of all that are called dogs that
    are dogs, recall the part of all dogs that are called dogs. Where nothing is called a dog, precision is 0.

    Example: labels [0, 1, 1] and probabilities [0.8, 0.9, 0.1] at 0.5 give (0.5, 0.5).
    """
    said = probabilities >= threshold
    right = (said & (labels == 1)).sum()
    precision = right / said.sum() if said.any() else 0.0
    return precision, right / (labels == 1).sum()


def check_precision_recall(answer, seed=0):
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    chances = np.array([0.9, 0.8, 0.7, 0.2, 0.9, 0.3, 0.2, 0.1, 0.5, 0.1])
    got = _pair(call(answer, labels, chances, 0.5))  # called dogs: 5, of which 3 are; 4 dogs
    rule_out(
        got,
        ([0.75, 0.6], "You gave 0.75 and 0.6: recall and precision have changed places."),
        ([0.75, 0.75], "Your precision is 0.75: at a threshold of 0.5 a probability of 0.5 counts as a dog (`>=`)."),
        ([0.7, 0.75], "Your precision is 0.7: that is accuracy, 7 of 10 right. Of the 5 called dogs, 3 are: 0.6."),
        ([0.8, 2 / 3], "You gave 0.8 and 0.667: those are the cats' figures. Class 1 is the dog."),
        ([0.6, 0.3], "Your recall is 0.3: 3 of all 10 images. Of the 4 *dogs* 3 are found: 0.75."),
        ([0.3, 0.75], "Your precision is 0.3: 3 of all 10 images. Of the 5 *called* dogs 3 are: 0.6."),
    )
    random = np.random.default_rng(seed)
    drawn = [(random.permutation([0, 1] * 10), random.random(20).round(2), float(random.uniform(0.2, 0.8)))] * 2
    for case in ((labels, chances, 0.5), (labels, chances, 0.85), (labels, chances, 0.0), *drawn):
        got, right = _measures(answer, *case), precision_recall(*case)
        if not np.allclose(got, right, atol=2e-3):
            raise Incorrect(f"At threshold {case[2]:.2f} you gave {shown(got)}; {shown(list(right))} is right.")
    got = _measures(answer, labels, chances, 0.95)
    if got != [0, 0]:
        raise Incorrect(f"At threshold 0.95 nothing is called a dog: (0, 0) is right. You gave {shown(got)}.")


def _measures(answer, labels, probabilities, threshold) -> list[float]:
    """What `answer` gives; the drawn thresholds may lie above all probabilities, too."""
    got = call(answer, labels, probabilities, threshold)
    if isinstance(got, list | tuple) and len(got) == 2 and not (probabilities >= threshold).any():
        if np.isnan(np.asarray(got, float)).any():
            raise Incorrect(
                f"At threshold {threshold:.2f} nothing is called a dog, and you divide 0 by 0. Precision is 0 then."
            )
    return _pair(got)


def _pair(got) -> list[float]:
    many = len(got) if isinstance(got, list | tuple) else got.size if isinstance(got, np.ndarray) else 0
    if many != 2:
        raise Incorrect(f"Your function returns {kind(got)}; two numbers are wanted: `return precision, recall`.")
    return [number(one) for one in (got.ravel() if isinstance(got, np.ndarray) else got)]


def _counted(size, filters, dense, side=lambda n: n // 2, bias=1, channels=3, last=lambda n: n + 1):
    """The parameters, with one thing done differently."""
    total = 0
    for count in filters:
        total += count * (9 * channels + bias)
        size, channels = side(size), count
    return total + dense * (size * size * channels + bias) + last(dense)


def _bad_files(folder, readable, twins=True, keep="validation"):
    """The bad files, with one thing done differently."""
    bad, learned = [], {}
    for path in sorted(folder.glob("*/*/*")):  # "train" sorts before "validation"
        name = path.relative_to(folder).as_posix()
        if not readable(path):
            bad.append(name)
        elif name.startswith("train"):
            learned[path.read_bytes()] = name
        elif twins and path.read_bytes() in learned:
            bad.append(name if keep == "validation" else learned[path.read_bytes()])
    return sorted(bad)


def _opens(path):
    try:
        Image.open(path)
    except Exception:
        return False
    return True


def _loads(path):
    try:
        Image.open(path).load()
    except Exception:
        return False
    return True


def _by_name(folder):
    known = {path.name for path in folder.glob("train/*/*")}
    found = [path for path in folder.glob("validation/*/*") if path.name in known]
    unread = _bad_files(folder, _loads, twins=False)
    return sorted(unread + [path.relative_to(folder).as_posix() for path in found])


def _everywhere(folder):
    seen, bad = set(), []
    for path in sorted(folder.glob("*/*/*")):
        if not _loads(path) or path.read_bytes() in seen:
            bad.append(path.relative_to(folder).as_posix())
        seen.add(path.read_bytes())
    return bad


def _scores(labels, probabilities, threshold, at_least=True):
    said = probabilities >= threshold if at_least else probabilities > threshold
    right = int((said & (labels == 1)).sum())
    return right, max(int(said.sum()), 1), int((labels == 1).sum()), float((said == labels).mean())


EXERCISES = [
    Exercise(
        id="cats-dogs-parameters",
        lesson="07",
        title="Ten million numbers",
        task="Count by hand, then write a function that counts for any size of image, any filters and any dense layer. "
        "Where do most of the numbers sit?",
        solution=cats_dogs_parameters,
        check=check_cats_dogs_parameters,
        hints=[
            'Go layer by layer. What comes into each convolution? Padding "same" keeps the side, a pool halves it.',
            "A convolution has `count * (3 * 3 * channels + 1)`. After it the channels are `count`, and the side is `size // 2`.",
            "A dense neuron has a weight for each of the `size * size * channels` numbers, and a bias. The last neuron has "
            "`dense` weights and a bias.",
        ],
        wrong=[
            (lambda size, filters, dense: _counted(size, filters, dense, bias=0, last=int), "625 biases are missing"),
            (lambda size, filters, dense: _counted(size, filters, dense, lambda n: (n - 2) // 2), 'padding "valid"'),
            (lambda size, filters, dense: _counted(size, filters, dense, channels=1), "three colors"),
            (lambda size, filters, dense: _counted(size, filters, dense, last=lambda n: 0), "last neuron is missing"),
            (lambda size, filters, dense: _counted(size, filters, dense, last=int), "bias of the last neuron"),
            (lambda size, filters, dense: _counted(size, filters, 0, last=lambda n: 0), "the convolutions alone"),
            (lambda size, filters, dense: _counted(1, filters, dense, lambda n: 1), "one for a channel"),
            (lambda size, filters, dense: _counted(size, filters, dense, lambda n: -(-n // 2)), "drops the odd margin"),
            (lambda size, filters, dense: _counted(size, filters, dense, int), "no pooling"),
            (lambda size, filters, dense: 10_641_441, "is right"),
        ],
        takeaway="18 * 18 * 64 = 20,736 numbers go to each of 512 neurons: 10,617,344 of the 10,641,441 numbers sit there.",
    ),
    Exercise(
        id="bad-files",
        lesson="07",
        title="Three kinds of bad files",
        task="Write the check: which files must not stay? Those that cannot be read to the last pixel, whatever their ending "
        "says, and validation images that are training images, too. Try it on the damaged copy: `bad_files(copy)`.",
        solution=bad_files,
        check=check_bad_files,
        points=2,
        hints=[
            'Two loops: `folder.glob("train/*/*")` first, then `folder.glob("validation/*/*")`. `path.read_bytes()` gives '
            "what a file holds.",
            "`Image.open(path).load()` inside `try` and `except Exception` says whether a file can be read to the end.",
            "Put the bytes of every good training file into a set. A validation file whose bytes are in the set is bad.",
        ],
        wrong=[
            (lambda folder: _bad_files(folder, _opens), "`.load()` reads every pixel"),
            (lambda folder: _bad_files(folder, lambda path: path.stat().st_size > 0), "is missing"),
            (
                lambda folder: _bad_files(folder, lambda path: _loads(path) or b"html" in path.read_bytes()),
                "a web page",
            ),
            (lambda folder: [name for name in bad_files(folder) if name != EMPTY], "it has 0 bytes"),
            (lambda folder: _bad_files(folder, _loads, twins=False), "Compare what the files hold"),
            (lambda folder: _bad_files(folder, _loads, keep="train"), "Compare what the files hold"),
            (lambda folder: sorted([*bad_files(folder), ITS_ORIGINAL]), "the training one stays"),
            (_by_name, "Compare what the files hold"),
            (lambda folder: sorted({*bad_files(folder), *_by_name(folder)}), "but another image is in it"),
            (_everywhere, "it is twice in train"),
            (lambda folder: [str(folder / name) for name in bad_files(folder)], "whole paths"),
            (lambda folder: [Path(name).name for name in bad_files(folder)], "bare file names"),
            (lambda folder: bad_files(folder)[::-1], "not sorted"),
            (lambda folder: set(bad_files(folder)), "a sorted list of texts"),
            (lambda folder: [], "finds nothing"),
            (lambda folder: sorted([CUT, TEXT, EMPTY, TWIN]), "a single flawless image"),
        ],
        takeaway="An image in two splits makes the validation figure too good, and nothing warns of it. Look before you train.",
    ),
    Exercise(
        id="precision-recall",
        lesson="07",
        title="Whom may one believe?",
        task='Write both measures for the word "dog", for any threshold. Mind the threshold at which nobody is called a dog.',
        solution=precision_recall,
        check=check_precision_recall,
        hints=[
            "Which images are *called* dogs? Which *are* dogs? Which are both?",
            "`said = probabilities >= threshold`; then `(said & (labels == 1)).sum()` counts the dogs that are found.",
            "Divide by `said.sum()` for precision (unless it is 0), by `(labels == 1).sum()` for recall.",
        ],
        wrong=[
            (lambda labels, chances, threshold: precision_recall(labels, chances, threshold)[::-1], "changed places"),
            (
                lambda labels, chances, threshold: (
                    (one := _scores(labels, chances, threshold, False))[0] / one[1],
                    one[0] / one[2],
                ),
                "`>=`",
            ),
            (
                lambda labels, chances, threshold: (
                    (one := _scores(labels, chances, threshold))[3],
                    one[0] / one[2],
                ),
                "that is accuracy",
            ),
            (
                lambda labels, chances, threshold: precision_recall(1 - labels, 1 - chances, 1 - threshold + 1e-9),
                "cats",
            ),
            (
                lambda labels, chances, threshold: (
                    (one := _scores(labels, chances, threshold))[0] / one[1],
                    one[0] / len(labels),
                ),
                "Of the 4 *dogs*",
            ),
            (
                lambda labels, chances, threshold: (
                    (one := _scores(labels, chances, threshold))[0] / len(labels),
                    one[0] / one[2],
                ),
                "Of the 5 *called*",
            ),
            (
                lambda labels, chances, threshold: (
                    ((chances >= threshold) & (labels == 1)).sum() / (chances >= threshold).sum(),
                    ((chances >= threshold) & (labels == 1)).sum() / (labels == 1).sum(),
                ),
                "divide 0 by 0",
            ),
            (lambda labels, chances, threshold: precision_recall(labels, chances, 0.5), "At threshold 0.85"),
            (
                lambda labels, chances, threshold: precision_recall(labels, chances, threshold)[0],
                "two numbers are wanted",
            ),
        ],
        takeaway='A higher threshold makes the word "dog" more reliable and misses more dogs: precision against recall.',
    ),
]
