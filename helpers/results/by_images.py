"""Lesson 11's measured results: accuracy by the number of images, and what a head makes of photographs."""

from typing import Any

import numpy as np

from helpers.plots import charts, figures
from helpers.results.reference import NUMBER_WORDS, SOURCE_LABELS, format_number, load

NAMES = {"head_by_images": "head on borrowed features", "scratch_by_images": "network from scratch"}
COMPUTER_MADE = {"offline": "images rendered by the course", "official": "images of Moroney's set, computer-made"}
TITLES = {"offline": "rendered cats and dogs", "official": "photographs of cats and dogs"}


def show_by_images() -> None:
    """Show validation accuracy by images of each class, a panel for each source: the median and a band of all seeds."""
    measured = load()
    panels, sentences, counts = [], [], []
    for source in SOURCE_LABELS:
        entries = {name: measured[name][source] for name in NAMES if source in measured.get(name, {})}
        lines = [_line(number, NAMES[name], entry) for number, (name, entry) in enumerate(entries.items())]
        if lines:
            panels.append(charts.Panel(TITLES[source], lines, (1, 4), "images of each class"))
        for name, entry in entries.items():
            counts = entry["recipe"]["counts"]
            ends = [_ends(entry[f"validation_accuracy_{count}"]) for count in counts]
            values = ", ".join(f"{end} from {count:,}" for end, count in zip(ends, counts, strict=True))
            number = len(entry["seeds"])
            seeds = f"{NUMBER_WORDS[number]} seed{'s' * (number > 1)}"
            sentences.append(f"{TITLES[source].capitalize()}, {NAMES[name]}: {values} ({seeds}).")
    if not panels:
        print("Nothing has been measured yet: python -m tools.measure --network head_by_images scratch_by_images")
        return
    figure = charts.figure(panels)
    for axis in figure.axes:
        axis.set_xticks(range(1, len(counts) + 1), [f"{count:,}" for count in counts])
    figures.show(figure, " ".join(sentences))


def print_head_on_photographs() -> None:
    """Print how heads for horses and humans do on photographs: learned from rendered images, and from ten photographs."""
    entries = load().get("head_on_photographs", {})
    if not entries:
        print("Nothing has been measured yet: python -m tools.measure --photographs FOLDER")
        return
    print("Share of photographs that is right, horses and humans counted alike (median over seeds):")
    for source, entry in entries.items():
        count, total = entry["images"]["train"], sum(entry["images"]["photographs"].values())
        print(f"from {count:,} {COMPUTER_MADE[source]} → {total} photographs: {_median(entry, 'from_rendered')}")
    each, draws = entry["recipe"]["each"], entry["recipe"]["draws"]
    print(
        f"from {each} photographs of each → the other {total - 2 * each}: {_median(entry, 'from_photographs')} "
        f"(median of {draws} draws; the worst {format_number(entry['from_photographs_worst']['min'])})"
    )


def _median(entry: dict[str, Any], name: str) -> str:
    return format_number(entry[name]["median"])


def _ends(measured: dict[str, float]) -> str:
    low, high = format_number(measured["min"]), format_number(measured["max"])
    return low if low == high else f"{low} to {high}"


def _line(number: int, name: str, entry: dict[str, Any]) -> charts.Line:
    seeds = np.array([seed["curves"]["val_accuracy"] for seed in entry["seeds"].values()])
    places = range(1, seeds.shape[1] + 1)
    band = list(zip(places, seeds.min(axis=0), seeds.max(axis=0), strict=True))
    points = list(zip(places, np.median(seeds, axis=0), strict=True))
    return charts.Line(points, name, figures.COLORS[number], marker="os"[number], band=band)
