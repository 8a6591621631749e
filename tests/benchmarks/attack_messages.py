"""Send widgets what no browser of ours would: `python -m tests.benchmarks.attack_messages [--count 300] [--seed 1]`.

Every widget that hears the browser gets `--count` messages: pieces of files that are malformed, doubled, late, shuffled or too many,
values of the wrong type and length for every trait it shares, and custom messages of any shape. A failure is an exception
that escapes, more than 64 MB held, a sound file afterwards that is not answered, or a static fallback that cannot be made.
"""

import argparse
import contextlib
import os
import random
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import traitlets

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from helpers import widgets
from helpers.images.encode import encode
from helpers.images.file_bytes import MAX_BYTES
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets.file_receiver import FileReceiver
from tests.widget_parts import choose_files, parts, send_message

SOUND = encode(np.full((20, 30, 3), 200, np.uint8))
REFUSED = (traitlets.TraitError, ValueError, TypeError)  # what a trait may raise: it keeps its old value


def make_widgets() -> Iterator:
    """Yield one of each widget that hears the browser."""
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    model.compile("adam", "binary_crossentropy")
    images, snapshots = np.random.default_rng(1).random((4, 8, 8, 3), "float32"), EpochSnapshots()
    model.fit(images, np.arange(4) % 2, epochs=1, verbose=0, callbacks=[snapshots])
    digits = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    yield widgets.Upload(model, ["a", "b"], [("sound.png", SOUND)])
    yield widgets.ActivationBrowser(model, images[0])
    yield widgets.GradCam(model, images[:1])
    yield widgets.EpochScrubber(snapshots, images[0], (images, np.arange(4) % 2))
    yield widgets.AugmentationPlayground()
    yield widgets.FilterExplorer()
    yield widgets.DrawingPad(digits)
    yield widgets.ReluPlayground()
    yield widgets.SoftmaxPlayground()


def anything(rng: random.Random, depth: int = 2) -> object:
    """Return a value as JSON knows them."""
    plain = [
        None,
        True,
        -1,
        0,
        1,
        7,
        2**31,
        -(2**63),
        1e308,
        float("nan"),
        "",
        "a",
        "…" * 400,
        "vertical lines",
        "<script>",
    ]
    if depth and rng.random() < 0.3:
        some = [anything(rng, depth - 1) for _ in range(rng.randrange(4))]
        return rng.choice([some, dict(zip("abcd", some, strict=False)), [some] * 3])
    return rng.choice(plain)


def pieces(rng: random.Random) -> list[tuple[object, list]]:
    """Return the pieces of one upload, spoiled in one of many ways."""
    content = rng.choice([SOUND, SOUND[:50], rng.randbytes(rng.randrange(3000)), b""])
    step, upload, count = rng.randrange(20, 400), rng.choice(["old", f"{rng.random()}"]), rng.randrange(1, 4)
    messages: list = []
    for number in range(1, count + 1):
        about = {"upload": upload, "number": number, "count": count, "name": "me.png", "size": len(content)}
        for at in range(0, max(1, len(content)), step):
            messages.append((about | {"at": at}, [content[at : at + step]]))
    spoil = rng.randrange(7)
    if spoil == 0:
        rng.shuffle(messages)
    elif spoil == 1:
        messages = [message for message in messages for _ in range(rng.randrange(3))]
    elif spoil == 2:
        for content_, _ in messages:
            content_[rng.choice([*content_, "problem", "new"])] = anything(rng)
    elif spoil == 3:
        messages = [(about, [b"x" * rng.randrange(3)] * rng.randrange(3)) for about, _ in messages]
    elif spoil == 4:
        messages = messages[rng.randrange(len(messages)) :]
    elif spoil == 5:
        messages = [(about | {"size": rng.choice([MAX_BYTES, MAX_BYTES + 1, 2**60])}, data) for about, data in messages]
    return (
        messages[:40] if spoil != 6 else [(anything(rng), [rng.randbytes(9)] * rng.randrange(3)) for _ in messages[:9]]
    )


def attack(widget: object, count: int, rng: random.Random) -> tuple[int, list[str]]:
    """Return how many messages a widget got, and a sentence for each failure."""
    failures, sent, name = [], 0, type(widget).__name__
    targets = [part for part in parts(widget) if part.keys]
    for part in targets:
        if isinstance(part, FileReceiver):
            part.send = lambda content, buffers=None: None
    while sent < count:
        part = rng.choice(targets)
        try:
            if rng.random() < 0.4:
                shared = [
                    key for key in part.keys if key not in ("comm", "_esm", "_css", "layout", "style", "children")
                ]
                value = rng.choice([anything(rng), rng.randbytes(rng.randrange(99)), memoryview(rng.randbytes(7))])
                sent += 1
                with contextlib.suppress(*REFUSED):
                    part.set_state(
                        {
                            rng.choice(
                                [key for key in shared if not key.startswith("_view") and not key.startswith("_model")]
                            ): value
                        }
                    )
            else:
                for content, buffers in pieces(rng):
                    sent += 1
                    send_message(part, content, buffers)
        except Exception:
            failures.append(f"{name}: {traceback.format_exc(limit=-2)}")
        if isinstance(part, FileReceiver) and len(part._assembler._data) > MAX_BYTES:
            failures.append(f"{name} holds {len(part._assembler._data)} bytes")
    if any(isinstance(part, FileReceiver) for part in targets):
        answers = choose_files(widget, [("sound.png", SOUND)], piece=100)
        if answers[-1].get("done") != 1:
            failures.append(f"{name} does not answer a sound file: {answers[-2:]}")
    if isinstance(widget, widgets.DrawingPad):
        widget.load(np.eye(28))
    try:
        assert widget.fallback()["text/plain"]
    except Exception:
        failures.append(f"{name} has no static fallback: {traceback.format_exc(limit=-2)}")
    return sent, failures


def main() -> int:
    """Attack all widgets; print counts and the first failures of each. Return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, bad = random.Random(options.seed), 0
    for widget in make_widgets():
        sent, failures = attack(widget, options.count, rng)
        print(f"{type(widget).__name__:24} {sent:6} messages, {len(failures)} failures")
        print("".join(f"  {failure}\n" for failure in failures[:3]), end="")
        bad += len(failures)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
