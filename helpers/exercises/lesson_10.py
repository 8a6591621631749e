"""Exercises of lesson 10: from a probability to a word, transparent pixels on white, EXIF orientation.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import array, as_list, call, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question


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
        raise Incorrect(f"You gave {shown(probability)}. A probability is between 0 and 1, not between 0 and 100.")
    if word == "humans":
        raise Incorrect('For 0.1 you said "humans". The number is the probability of the second class; 0.1 is small.')
    if word == "unsure":
        raise Incorrect('For 0.1 you said "unsure". It is a sure answer, for the first class: 1 - 0.1 = 0.9.')
    if abs(probability - 0.1) < 1e-3:
        raise Incorrect(f'You gave "{word}" the probability 0.1, which is that of humans. Horses have 1 - 0.1 = 0.9.')
    random = np.random.default_rng(seed)
    drawn = [(round(float(random.uniform(0, 1)), 3), names, round(float(random.uniform(0.5, 1)), 2)) for _ in range(8)]
    fixed = [(0.1, names), (0.9, ["cats", "dogs"]), (0.6, names), (0.4, names), (0.75, names), (0.6, names, 0.55)]
    for case in (*fixed, *drawn):
        _agree(answer, case)


def _agree(answer, case):
    word, probability = verdict(*case)
    got = _pair(answer, *case)
    if got[0] == "unsure" and word != "unsure" and abs(probability - (case[2] if len(case) > 2 else 0.75)) < 1e-9:
        raise Incorrect(f'For {case[0]} you said "unsure". Only a *smaller* probability than {probability} is unsure.')
    if got[0] != word or abs(got[1] - probability) > 1e-3:
        limit = f" and sure={case[2]}" if len(case) > 2 else ""
        raise Incorrect(
            f"For {case[0]} with {case[1]}{limit} you gave {got[0]!r} and {shown(got[1])}; "
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
    if got.max() > 1.5:
        raise Incorrect(f"Your largest value is {shown(got.max())}. Divide by 255, so that white is 1.")
    rule_out(
        got,
        (values[..., :3], "You left alpha out: the transparent pixel [0, 0, 0, 0] became black. It should be white."),
        (values[..., :3] * alpha, "You laid the image on black paper. Add the part of white paper: 1 - alpha."),
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
                f"{shown(right[row, column])} is right. (uint8 numbers overflow: make floats first.)"
            )


def upright(pixels, orientation):
    """Turn an image as its EXIF entry "orientation" says.

    pixels: an array of shape (height, width, 3).
    orientation: 1: it is upright. 3: turn it by 180°. 6: turn it by 90° clockwise.
    8: turn it by 90° counter-clockwise.
    Returns the turned array; for 6 and 8 its shape is (width, height, 3).

    Example: upright(np.array([[[255, 0, 0], [0, 0, 255]]]), 6) is [[[255, 0, 0]], [[0, 0, 255]]]: of a row of two
    pixels, red comes to the top and blue below it.
    """
    turns = {1: 0, 3: 2, 6: -1, 8: 1}  # np.rot90 counts counter-clockwise
    return np.rot90(pixels, turns[orientation])


def _check_upright(answer, seed=0):
    random = np.random.default_rng(seed)
    for pixels in random.integers(0, 256, (2, 2, 4, 3), dtype=np.uint8):
        for orientation in (6, 8, 3, 1):
            right = upright(pixels, orientation)
            got = array(
                call(answer, pixels, orientation),
                right.shape,
                ((2, 3, 4), "Your result has the colors in the middle of its shape. Turn the first two axes only."),
                (
                    (2, 4, 3),
                    f"For orientation {orientation} your image still has 2 rows and 4 columns. A quarter turn "
                    "makes 4 rows of 2.",
                ),
            )
            rule_out(got, *_usual_turns(pixels, orientation))
            if not np.array_equal(got, right):
                raise Incorrect(f"For orientation {orientation} the pixels are not where they belong.")


def _usual_turns(pixels, orientation):
    swapped = np.rot90(pixels, {6: 1, 8: -1}.get(orientation, 0))
    if orientation in (6, 8):
        way = "clockwise" if orientation == 6 else "counter-clockwise"
        return [
            (swapped, f"For orientation {orientation} you turned it the wrong way; {way} is right."),
            (pixels.swapaxes(0, 1), f"For orientation {orientation} you exchanged rows and columns: a mirrored image."),
        ]
    if orientation == 3:
        return [
            (pixels, "For orientation 3 nothing was turned. It has to end up upside down."),
            (pixels[::-1], "For orientation 3 you only exchanged top and bottom: left and right have to change, too."),
            (pixels[:, ::-1], "For orientation 3 you only mirrored it: top and bottom have to change, too."),
        ]
    return [(np.rot90(pixels, 2), "For orientation 1 you turned the image. It is upright already.")]


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
        name="upright",
        title="A phone's image, upright",
        task="A phone stores the image as its sensor saw it and notes in the file how to turn it. Programs that show "
        "images follow the note; a program that reads bare pixels gets a horse on its side. Turn it.",
        solution=upright,
        check=_check_upright,
        hints=[
            "Take a row of two pixels and a sheet of paper. Where is each of them after a quarter turn clockwise?",
            "`np.rot90(pixels, k)` turns the first two axes by k quarter turns, *counter-clockwise*; k may be negative.",
            "k is 0 for 1, 2 for 3, -1 for 6, and 1 for 8.",
        ],
        takeaway="1, 3, 6 and 8 are what phones write; 2, 4, 5 and 7 are the same, mirrored.",
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

QUESTIONS = (
    Question(
        'A photograph of a horse, straight from your phone, gets the answer "humans 0.81". Sent through a chat app first, it gets '
        '"horses 0.95". What may be the reason?',
        (
            Choice(
                "The chat app makes photographs better.",
                False,
                "It makes them smaller, if anything. That rarely turns an answer around.",
            ),
            Choice(
                "The phone stores it sideways and says so in EXIF, and the program that read it didn't look there.",
                True,
                "The chat app stored it upright. `read_image` follows EXIF; bare pixels don't.",
            ),
            Choice(
                "Networks answer at random.",
                False,
                "The same numbers in give the same numbers out: in prediction, dropout is off.",
            ),
        ),
    ),
    Question(
        'You show the network for horses and humans a teapot. It says "humans 0.97". So the teapot looks like a human?',
        (
            Choice(
                "Yes, 97 % of it.",
                False,
                "A probability for one of two classes says how the two compare, not how much of either is there.",
            ),
            Choice(
                "No, and because the probability is high, nothing can warn us.",
                False,
                "The probability can't. But you can compare the teapot with the training images, and see what the network "
                "looked at.",
            ),
            Choice(
                "No. It has to choose one of two words, and what it has learned says nothing about teapots.",
                True,
                '"Neither" isn\'t among its answers, unless you train it with such images or check whether an image is '
                "familiar.",
            ),
        ),
    ),
    Question(
        "A friend sends you `best_network.keras` and nothing else. What can you do with it?",
        (
            Choice(
                "Load it with `safe_mode=True` and predict; I have to ask what the classes are called.",
                True,
                "Architecture and weights are inside, class names aren't. And safe mode, because you never know what else is.",
            ),
            Choice(
                "Nothing without the notebook that trained it.",
                False,
                "The layers are in the file as well as the weights.",
            ),
            Choice(
                "Load it with `safe_mode=False`, so that it loads in any case.",
                False,
                "Then code that somebody else wrote may run on your computer.",
            ),
        ),
    ),
)
