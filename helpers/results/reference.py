"""Reference results: the lessons' networks, trained beforehand over several seeds, printed next to what a learner got.

    results.compare("digits_dense", test_accuracy=0.955)
    test accuracy: you got .955; five reference runs .953 ± .004, from .949 to .958 (offline sample)

They are in `reference.json`: {network: {source: {"test_accuracy": {"min", "median", "max"}, …, "seeds": {seed: results},
"recipe", "images", "machine", "versions", "studio", …}}}, written by `python -m tools.measure`. "studio" is the edition of
the studio that rendered the images; null where it was not recorded.
"""

import math
import os
import statistics
from pathlib import Path
from typing import Any

from data_scripts.atomic import read_json
from data_scripts.errors import DataError
from helpers import budget, data
from helpers.results.recipes import RECIPES

FILE = Path(__file__).with_name("reference.json")
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FAR = 3.0  # spreads from the mean: of five values and a sixth, 95 % are nearer (Student's t, four degrees of freedom)
CLOSE = 0.01  # of an accuracy: a difference that is never suspicious, though all measured runs end at 1.000
SOURCE_LABELS = {"offline": "offline sample", "official": "official data"}
RENDERED_LABEL = "offline images"


def load(file: Path | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """Return everything measured, by network and source; of another `file` than `FILE` if one is given.

    Nothing, and a sentence, where `FILE` is damaged; DataError for another file, which may be about to be written.
    """
    if not os.path.isfile(file or FILE):
        return {}
    try:
        if isinstance(measured := read_json(file or FILE), dict):
            return measured
    except ValueError:
        pass
    problem = DataError(f"{file or FILE} is damaged. Get it again.")
    if file:
        raise problem
    print(problem)
    return {}


def compare(network: str, at_epoch: int | None = None, **values: float) -> None:
    """Print each of the learner's values next to mean ± standard deviation and range of the same network over several seeds.

    If an accuracy is outside the range, a second line says whether that's normal.

    `network` is a name in `RECIPES` (else KeyError). Values, each one number (else ValueError): test_accuracy, validation_accuracy, training_accuracy,
    best_epoch, epochs, seconds, cpu_seconds. They are compared with results of the source in use. For a shorter run
    than the measured ones, `at_epoch` takes what their curves say after so many epochs: both accuracies and best_epoch.
    """
    recipe = RECIPES[network]
    source = data.source(recipe.dataset)
    label = RENDERED_LABEL if recipe.is_rendered(source) else SOURCE_LABELS[source]
    entry = load().get(network, {}).get(source, {})
    seeds = [_at_epoch(seed, at_epoch) if at_epoch else seed for seed in entry.get("seeds", {}).values()]
    for name, value in values.items():
        number = _number(name, value)
        measured = [seed[name] for seed in seeds if name in seed]
        comparison = _next_to(number, measured, label, name.endswith("accuracy"))
        print(f"{name.replace('_', ' ')}: you got {format_number(value)}{comparison}")


def _number(name: str, value: Any) -> float:
    try:
        if math.isfinite(number := float(value)):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"{name} is {value!r:.60}; it is one number, such as 0.95.")


def _at_epoch(seed: dict[str, Any], epoch: int) -> dict[str, float]:
    """Return what a seed had reached after `epoch` epochs, by its curves; nothing if these are shorter."""
    curves = {metric: values[:epoch] for metric, values in seed.get("curves", {}).items() if len(values) >= epoch}
    metrics = {"training_accuracy": "accuracy", "validation_accuracy": "val_accuracy"}
    reached = {name: curves[metric][-1] for name, metric in metrics.items() if metric in curves}
    losses = curves.get("val_loss", [])
    return reached | ({"best_epoch": losses.index(min(losses)) + 1} if losses else {})


def _next_to(value: float, measured: list[float], label: str, is_accuracy: bool) -> str:
    """Return what the reference runs got, and what to think of it if the learner's value is outside."""
    quick = "; this was a quick run" if budget.is_quick() else ""
    if not measured:
        return f"{quick}; nothing was measured beforehand ({label})"
    if len(measured) == 1:
        return f"{quick}; one reference run {format_number(measured[0])} ({label})"
    count, mean, spread = len(measured), statistics.mean(measured), statistics.stdev(measured)
    word = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else count
    low, high = min(measured), max(measured)
    around = f"{spread:.0f}" if mean > 1 else format_number(spread)  # whole numbers have a whole spread
    numbers = f"{format_number(mean)} ± {around}, from {format_number(low)} to {format_number(high)}"
    text = f"{quick}; {word} reference runs {numbers} ({label})"
    if quick or round(low, 3) <= round(value, 3) <= round(high, 3) or not is_accuracy:  # as they are shown
        return text
    side = "below" if value < low else "above"
    if abs(value - mean) <= max(FAR * spread, CLOSE):
        return f"{text}\n  Just {side} that range, and that's normal: a new run is outside in {round(200 / (count + 1))} % of cases."
    return f"{text}\n  Well {side} that range: something differs from the lesson. The data, the epochs, the network?"


def format_number(value: float) -> str:
    """Return three decimals without a leading zero, ".957"; counts and seconds rounded, "12"."""
    if isinstance(value, int) or abs(value) > 1:
        return f"{value:.0f}"
    return f"{value:.3f}".replace("0.", ".", 1)


def seed_curves(network: str, source: str | None = None, epochs: int | None = None) -> dict[str, list[list[float]]]:
    """Return the training curves of every seed, by metric: {"val_accuracy": [[of epoch 1, 2, …], …], …}.

    `source` is "offline" or "official", by default the one in use; `epochs` cuts the curves off. Empty where nothing
    was measured.
    """
    source = source or data.source(RECIPES[network].dataset)
    seeds = load().get(network, {}).get(source, {}).get("seeds", {}).values()
    metrics = dict.fromkeys(metric for seed in seeds for metric in seed.get("curves", {}))
    return {metric: [seed["curves"][metric][:epochs] for seed in seeds] for metric in metrics}
