"""Reference results: the lessons' networks, trained beforehand over several seeds, printed next to what a learner got.

    results.compare("digits_dense", test_accuracy=0.955)
    test accuracy: you got .955; five other runs .953 ± .004, from .949 to .958 (offline sample)

They are in `reference.json`: {network: {source: {"test_accuracy": {"min", "median", "max"}, …, "seeds": {seed: results},
"recipe", "images", "machine", "versions", "studio", …}}}, written by `python -m tools.measure`. "studio" is the edition of
the studio that rendered the images; null where it was not recorded.
"""

import json
import statistics
from pathlib import Path
from typing import Any

from helpers import budget, data
from helpers.results.recipes import RECIPES

FILE = Path(__file__).with_name("reference.json")
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FAR = (
    3.0  # spreads from the mean: of five values and a sixth, 95 % are nearer (Student's t with four degrees of freedom)
)
SOURCE_LABELS = {"offline": "offline sample", "official": "official data"}
RENDERED_LABEL = "offline images"
PHOTOGRAPHED = {  # network → how the table calls it, what it was trained on
    "photographs_five_blocks_300": ("lesson 06, 300 px", "official"),
    "photographs_three_blocks_150": ("lesson 06, 150 px", "official"),
    "photographs_varied_rendered": ("varied*", "rendered only"),
    "photographs_varied_both": ("varied*", "official + rendered"),
}


def load(file: Path | None = None) -> dict[str, dict[str, dict[str, Any]]]:
    """Return everything measured, by network and source; of another `file` than `FILE` if one is given."""
    file = file or FILE
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def compare(network: str, **values: float) -> None:
    """Print each of the learner's values next to mean ± standard deviation and range of the same network over several seeds.

    If an accuracy is outside the range, a second line says whether that's normal.

    `network` is a name in `RECIPES` (else KeyError). Values: test_accuracy, validation_accuracy, training_accuracy,
    best_epoch, epochs, seconds, cpu_seconds. They are compared with results of the source in use.
    """
    recipe = RECIPES[network]
    source = data.source(recipe.dataset)
    label = RENDERED_LABEL if recipe.is_rendered(source) else SOURCE_LABELS[source]
    entry = load().get(network, {}).get(source, {})
    for name, value in values.items():
        measured = [seed[name] for seed in entry.get("seeds", {}).values() if name in seed]
        print(
            f"{name.replace('_', ' ')}: you got {format_number(value)}{_next_to(float(value), measured, label, name.endswith('accuracy'))}"
        )


def _next_to(value: float, measured: list[float], label: str, is_accuracy: bool) -> str:
    """Return what other runs got, and what to think of it if the learner's value is outside."""
    quick = "; this was a quick run" if budget.is_quick() else ""
    if not measured:
        return f"{quick}; nothing was measured beforehand ({label})"
    if len(measured) == 1:
        return f"{quick}; another run {format_number(measured[0])} ({label}, one seed)"
    count, mean, spread = len(measured), statistics.mean(measured), statistics.stdev(measured)
    word = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else count
    low, high = min(measured), max(measured)
    around = f"{spread:.0f}" if mean > 1 else format_number(spread)  # whole numbers have a whole spread
    numbers = f"{format_number(mean)} ± {around}, from {format_number(low)} to {format_number(high)}"
    text = f"{quick}; {word} other runs {numbers} ({label})"
    if quick or round(low, 3) <= round(value, 3) <= round(high, 3) or not is_accuracy:  # as they are shown
        return text
    side = "below" if value < low else "above"
    if abs(value - mean) <= FAR * spread:
        return f"{text}\n  Just {side} that range, and that's normal: a new run is outside in {round(200 / (count + 1))} % of cases."
    return f"{text}\n  Well {side} that range: something differs from the lesson. The data, the epochs, the network?"


def format_number(value: float) -> str:
    """Return three decimals without a leading zero, ".957"; counts and seconds rounded, "12"."""
    if isinstance(value, int) or abs(value) > 1:
        return f"{value:.0f}"
    return f"{value:.3f}".replace("0.", ".", 1)


def seed_curves(network: str, source: str | None = None) -> dict[str, list[list[float]]]:
    """Return the training curves of every seed, by metric: {"val_accuracy": [[of epoch 1, 2, …], …], …}.

    `source` is "offline" or "official", by default the one in use. Empty where nothing was measured.
    """
    source = source or data.source(RECIPES[network].dataset)
    seeds = load().get(network, {}).get(source, {}).get("seeds", {}).values()
    metrics = dict.fromkeys(metric for seed in seeds for metric in seed.get("curves", {}))
    return {metric: [seed["curves"][metric] for seed in seeds] for metric in metrics}


def print_seeds(network: str) -> None:
    """Print the validation accuracy of every seed and what a run costs, a line for each source."""
    sources = load().get(network, {})
    for source, entry in sources.items():
        accuracies = [seed["validation_accuracy"] for seed in entry["seeds"].values()]
        print(
            f"{source}: {len(accuracies)} seed(s), validation {', '.join(f'{value:.3f}' for value in accuracies)}",
            end="",
        )
        wall, cpu = entry["seconds"]["median"], entry["cpu_seconds"]["median"]
        print(f"; median {statistics.median(accuracies):.3f} in {wall:.0f} seconds, {cpu:.0f} of processor time")
    if not sources:
        print(f"Nothing has been measured yet: python -m tools.measure --network {network}")


def print_photographs_table() -> None:
    """Print how networks trained on computer-made images do on photographs: for each the median over its seeds."""
    entries = {name: sources["official"] for name, sources in load().items() if name in PHOTOGRAPHED}
    if not entries:
        print("Nothing has been measured yet: python -m tools.measure --photographs FOLDER")
        return
    count = sum(next(iter(entries.values()))["images"]["photographs"].values())
    print("Share that is right (median over seeds), networks trained and measured on:")
    print(f"official validation images and {count} photographs\n")
    print(f"{'network':18} {'trained on':19} {'seeds':>5} {'official':>9} | {'photographs:':12}")
    print(f"{'':18} {'':19} {'':5} {'valid.':>9} | {'horses':>7} {'humans':>7} {'balanced':>9}")
    for name, (title, trained_on) in PHOTOGRAPHED.items():
        if name in entries:
            entry = entries[name]
            official = f"{entry['validation_accuracy']['median']:9.3f}"
            horses, humans = (entry[f"photographs_{label}"]["median"] for label in ("horses", "humans"))
            balanced = entry["photographs_balanced"]["median"]
            print(
                f"{title:18} {trained_on:19} {len(entry['seeds']):5} {official} | {horses:7.2f} {humans:7.2f} {balanced:9.2f}"
            )
    print(
        "\n* the mean of an image and its mirror image; official + rendered: some figures pasted onto photographs of cats and dogs"
    )
