"""Tables and figures of what the lessons' networks reached, a sentence instead where nothing was measured."""

import statistics
from typing import Any

import numpy as np

from helpers import data
from helpers.plots import charts, figures
from helpers.results.recipes import RECIPES
from helpers.results.reference import NUMBER_WORDS, format_number, load

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


def _measured(*networks: str, options: str = "") -> dict[str, dict[str, dict[str, Any]]]:
    """Return what is measured of these networks, by network and source; print the command that measures them if nothing is."""
    everything = load()
    found = {name: everything[name] for name in networks if name in everything}
    if not found:
        command = options or f"--network {' '.join(networks)}"
        print(f"Nothing has been measured yet: python -m tools.measure {command}")
    return found


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
    for source, images in CATS_AND_DOGS.items():
        entries = {name: measured[name][source] for name in BY_IMAGES if source in measured.get(name, {})}
        if entries:
            lines = [_by_images_line(name, entry) for name, entry in entries.items()]
            panels.append(charts.Panel(images, lines, (1, 4), "images of each class"))
            sentences += [_by_images_text(images, name, entry) for name, entry in entries.items()]
            counts = next(iter(entries.values()))["recipe"]["counts"]
    if panels:
        figure = charts.figure(panels)
        for axis in figure.axes:
            axis.set_xticks(range(1, len(counts) + 1), [f"{count:,}" for count in counts])
        figures.show(figure, " ".join(sentences))


def _by_images_line(network: str, entry: dict[str, Any]) -> charts.Line:
    look = list(BY_IMAGES).index(network)
    values = np.array([seed["curves"]["val_accuracy"] for seed in entry["seeds"].values()])
    places = range(1, values.shape[1] + 1)
    band = list(zip(places, values.min(axis=0), values.max(axis=0), strict=True))
    points = list(zip(places, np.median(values, axis=0), strict=True))
    return charts.Line(points, BY_IMAGES[network], figures.COLORS[look], marker="os"[look], band=band)


def _by_images_text(images: str, network: str, entry: dict[str, Any]) -> str:
    counts, seeds = entry["recipe"]["counts"], len(entry["seeds"])
    reached = ", ".join(f"{_ends(entry[f'validation_accuracy_{count}'])} from {count:,}" for count in counts)
    runs = f"{NUMBER_WORDS[seeds]} seed{'s' * (seeds > 1)}"
    return f"{images.capitalize()}, {BY_IMAGES[network]}: {reached} ({runs})."


def _ends(measured: dict[str, float]) -> str:
    low, high = format_number(measured["min"]), format_number(measured["max"])
    return low if low == high else f"{low} to {high}"


def print_head_on_photographs() -> None:
    """Print how heads for horses and humans do on photographs: learned from rendered images, and from ten photographs."""
    entries = _measured("head_on_photographs", options="--photographs FOLDER").get("head_on_photographs", {})
    if not entries:
        return
    print("Share of photographs classified correctly, horses and humans counted alike (median over seeds):")
    for source, entry in entries.items():
        count, total = entry["images"]["train"], sum(entry["images"]["photographs"].values())
        median = format_number(entry["from_rendered"]["median"])
        print(f"from {count:,} {COMPUTER_MADE[source]} → {total} photographs: {median}")
    each, draws = entry["recipe"]["each"], entry["recipe"]["draws"]
    print(
        f"from {each} photographs of each → the other {total - 2 * each}: "
        f"{format_number(entry['from_photographs']['median'])} "
        f"({draws} draws for each seed; the worst {format_number(entry['from_photographs_worst']['min'])})"
    )
