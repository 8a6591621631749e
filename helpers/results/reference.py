"""Reference results: the lessons' networks, trained beforehand over several seeds, printed next to what a learner got.

    results.compare("digits_dense", test_accuracy=0.955)
    test accuracy: you got .955; five other runs .953 ± .004, from .949 to .958 (offline sample)

They are in `reference.json`: {network: {source: {"test_accuracy": {"min", "median", "max"}, …, "seeds": {seed: results},
"recipe", "images", "machine", "versions", "studio", …}}}, written by `python -m tools.measure`. "studio" is the edition of
the studio that rendered the images; null where it was not recorded.
"""

import math
import os
import statistics
from pathlib import Path
from typing import Any

import numpy as np

from data_scripts.atomic import read_json
from data_scripts.errors import DataError
from helpers import budget, data
from helpers.plots import charts, figures
from helpers.results.recipes import RECIPES

FILE = Path(__file__).with_name("reference.json")
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FAR = 3.0  # spreads from the mean: of five values and a sixth, 95 % are nearer (Student's t, four degrees of freedom)
CLOSE = 0.01  # of an accuracy: a difference that is never suspicious, though all measured runs end at 1.000
SOURCE_LABELS = {"offline": "offline sample", "official": "official data"}
RENDERED_LABEL = "offline images"
BY_IMAGES = {"head_by_images": "head on borrowed features", "scratch_by_images": "network from scratch"}
CATS_AND_DOGS = {"offline": "rendered cats and dogs", "official": "photographs of cats and dogs"}
COMPUTER_MADE = {"offline": "images rendered by the course", "official": "images of Moroney's set, computer-made"}
PHOTOGRAPHED = {  # network → how the table calls it, what it was trained on
    "photographs_five_blocks_300": ("300 px, 5 blocks", "official"),
    "photographs_three_blocks_150": ("150 px, 3 blocks", "official"),
    "photographs_varied_rendered": ("varied", "rendered"),
    "photographs_varied_both": ("varied", "official + rendered"),
}
# The last of them on 15 horses and 12 humans that played no part in any choice: the row of the table, means over two seeds.
OTHER_PHOTOGRAPHS = ("… on 27 others", "official + rendered", 2, "", (0.8 + 13 / 15) / 2, 5 / 12)


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


def _measured(*networks: str, options: str = "") -> dict[str, dict[str, dict[str, Any]]]:
    """Return what is measured of these networks, by network and source; print the command that measures them if nothing is."""
    everything = load()
    found = {name: everything[name] for name in networks if name in everything}
    if not found:
        command = options or f"--network {' '.join(networks)}"
        print(f"Nothing has been measured yet: python -m tools.measure {command}")
    return found


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


def print_seeds(network: str) -> None:
    """Print the validation accuracy of every seed and what a run costs, a line for each source."""
    for source, entry in _measured(network).get(network, {}).items():
        accuracies = [seed["validation_accuracy"] for seed in entry["seeds"].values()]
        values = ", ".join(f"{value:.3f}" for value in accuracies)
        wall, cpu = entry["seconds"]["median"], entry["cpu_seconds"]["median"]
        print(
            f"{source}: {len(accuracies)} seed(s), validation {values}; median {statistics.median(accuracies):.3f} "
            f"in {wall:.0f} seconds, {cpu:.0f} of processor time"
        )


def print_photographs_table() -> None:
    """Print how networks trained on computer-made images do on photographs: for each the mean over its seeds."""
    measured = _measured(*PHOTOGRAPHED, options="--photographs FOLDER")
    if not measured:
        return
    entries = {name: sources["official"] for name, sources in measured.items()}
    count = sum(next(iter(entries.values()))["images"]["photographs"].values())
    print(f"Share that is right, mean over the seeds: official validation images | {count} photographs\n")
    print(f"{'network':18} {'trained on':20} {'seeds':>5} {'valid.':>7} | {'horses':>7} {'humans':>7} {'balanced':>9}")
    rows: list[tuple] = []
    for name, (title, trained_on) in PHOTOGRAPHED.items():
        if name in entries:
            seeds = entries[name]["seeds"].values()
            valid, horses, humans = (
                statistics.mean(seed[key] for seed in seeds)
                for key in ("validation_accuracy", "photographs_horses", "photographs_humans")
            )
            rows.append((title, trained_on, len(seeds), f"{valid:.2f}", horses, humans))
    if "photographs_varied_both" in entries:
        rows.append(OTHER_PHOTOGRAPHS)
    for title, trained_on, count, valid, horses, humans in rows:
        balanced = (horses + humans) / 2
        print(f"{title:18} {trained_on:20} {count:5} {valid:>7} | {horses:7.2f} {humans:7.2f} {balanced:9.2f}")


def print_answers(*networks: str) -> None:
    """Print what the networks of lesson 06 said about the images that ship: how many seeds called each of them a human.

    The answers are those of the source in use, or of the other one where that was not measured.
    """
    entries = {}
    for network, sources in _measured(*networks).items():
        entry = sources.get(data.source(RECIPES[network].dataset)) or next(iter(sources.values()))
        entries[network] = list(entry["seeds"].values())
    if not entries:
        return
    print(f"{'called human by':16}", "".join(f"{network:>20}" for network in entries))
    for key in next(iter(entries.values()))[0]:
        if key.startswith("human_"):
            counts = [f"{sum(seed[key] >= 0.5 for seed in seeds)} of {len(seeds)}" for seeds in entries.values()]
            print(f"{key.removeprefix('human_'):16}", "".join(f"{count:>20}" for count in counts))


def show_by_images() -> None:
    """Show validation accuracy by images of each class, a panel for each source: the median and a band of all seeds."""
    measured = _measured(*BY_IMAGES)
    panels, sentences, counts = [], [], []
    for source in SOURCE_LABELS:
        lines = []
        for number, (network, name) in enumerate(BY_IMAGES.items()):
            if entry := measured.get(network, {}).get(source):
                counts, seeds = entry["recipe"]["counts"], list(entry["seeds"].values())
                values = np.array([seed["curves"]["val_accuracy"] for seed in seeds])
                places = range(1, len(counts) + 1)
                band = list(zip(places, values.min(axis=0), values.max(axis=0), strict=True))
                points = list(zip(places, np.median(values, axis=0), strict=True))
                lines.append(charts.Line(points, name, figures.COLORS[number], marker="os"[number], band=band))
                reached = ", ".join(
                    f"{_ends(entry[f'validation_accuracy_{count}'])} from {count:,}" for count in counts
                )
                runs = f"{NUMBER_WORDS[len(seeds)]} seed{'s' * (len(seeds) > 1)}"
                sentences.append(f"{CATS_AND_DOGS[source].capitalize()}, {name}: {reached} ({runs}).")
        if lines:
            panels.append(charts.Panel(CATS_AND_DOGS[source], lines, (1, 4), "images of each class"))
    if panels:
        figure = charts.figure(panels)
        for axis in figure.axes:
            axis.set_xticks(range(1, len(counts) + 1), [f"{count:,}" for count in counts])
        figures.show(figure, " ".join(sentences))


def _ends(measured: dict[str, float]) -> str:
    low, high = format_number(measured["min"]), format_number(measured["max"])
    return low if low == high else f"{low} to {high}"


def print_head_on_photographs() -> None:
    """Print how heads for horses and humans do on photographs: learned from rendered images, and from ten photographs."""
    entries = _measured("head_on_photographs", options="--photographs FOLDER").get("head_on_photographs", {})
    if not entries:
        return
    print("Share of photographs that is right, horses and humans counted alike (median over seeds):")
    for source, entry in entries.items():
        count, total = entry["images"]["train"], sum(entry["images"]["photographs"].values())
        median = format_number(entry["from_rendered"]["median"])
        print(f"from {count:,} {COMPUTER_MADE[source]} → {total} photographs: {median}")
    each, draws = entry["recipe"]["each"], entry["recipe"]["draws"]
    print(
        f"from {each} photographs of each → the other {total - 2 * each}: "
        f"{format_number(entry['from_photographs']['median'])} "
        f"(median of {draws} draws; the worst {format_number(entry['from_photographs_worst']['min'])})"
    )
