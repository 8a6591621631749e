"""The tables in README.md, docs/results.md and docs/hosting.md, made from what was measured: `python -m tools.readme`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT
from helpers import results
from tools import lesson_costs, notebooks

README, RESULTS, HOSTING = CHECKOUT / "README.md", CHECKOUT / "docs" / "results.md", CHECKOUT / "docs" / "hosting.md"
BEGIN, END = "<!-- from {}: python -m tools.readme -->", "<!-- end -->"
TITLES = {
    "digits_dense": "01 · digits, two hidden layers of 50",
    "clothes_dense": "02 · clothes, one hidden layer of 128, 10 epochs",
    "clothes_dense_short": "04 · clothes, one hidden layer of 128, 5 epochs",
    "clothes_convolutional": "04 · clothes, two convolutions of 64 filters, 5 epochs",
    "clothes_dense_equal": "04 · clothes, one hidden layer of 307 (as many parameters), 5 epochs",
    "clothes_convolutional_frozen": "04 · clothes, the 64 filters left random, 5 epochs",
    "horses_humans_300": "06 · horses or humans, 300 px, five blocks, 5 epochs",
    "horses_humans_150": "06 · horses or humans, 150 px, three blocks, 5 epochs",
    "cats_dogs_plain": "07 · cats and dogs, 15 epochs, a step after every 128 images",
    "cats_dogs_augmented": "08 · the same with augmentation",
    "cats_dogs_dropout": "08 · the same with dropout",
    "cats_dogs_both": "08 · the same with both",
    "cats_dogs_plain_long": "08 · cats and dogs, plain, 40 epochs, a step after every 32 images",
    "cats_dogs_augmented_long": "08 · cats and dogs, with augmentation, 40 epochs, a step after every 32 images",
    "cats_dogs_dropout_long": "08 · the same with dropout",
    "cats_dogs_both_long": "08 · the same with both",
    "head_by_images": "11 · cats and dogs, a head on the features of a pretrained network",
    "scratch_by_images": "11 · cats and dogs, a small network from scratch, 64 px, 6 epochs",
}
SHORT = ("digits_dense", "clothes_convolutional", "cats_dogs_augmented_long")  # what README shows
SOURCES = ("offline", "official")


def cell(entry: dict[str, Any]) -> str:
    """Return the lowest and highest test accuracy (else validation accuracy) over the seeds: ".939–.946 (5)"."""
    if not entry:
        return "not measured"
    accuracy = entry.get("test_accuracy") or entry["validation_accuracy"]
    ends = dict.fromkeys(results.format_number(accuracy[end]) for end in ("min", "max"))
    return f"{'–'.join(ends)} ({len(entry['seeds'])})"


def table(networks: Iterable[str] = TITLES) -> str:
    """Return a table in Markdown, a row for each of these networks of the lessons."""
    measured = results.load()
    rows = ["| network | offline data | official data |", "|---|---|---|"]
    for network in networks:
        cells = [cell(measured.get(network, {}).get(source, {})) for source in SOURCES]
        rows.append(f"| {TITLES[network]} | {' | '.join(cells)} |")
    return "\n".join(rows)


def with_table(text: str, rows: str, source: str = "helpers/results/reference.json") -> str:
    """Return a page's text with a table between the two marks that name its source. ValueError if they are missing."""
    begin = BEGIN.format(source)
    before, _, rest = text.partition(begin)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"The page has no {begin} … {END}.")
    return f"{before}{begin}\n\n{rows}\n\n{END}{after}"


def pages() -> dict[Path, str]:
    """Return the pages with today's tables, by file."""
    texts = {file: file.read_text(encoding="utf-8") for file in (README, RESULTS, HOSTING)}
    costs = lesson_costs.table(path.name[:2] for path in notebooks.lessons())
    return {
        README: with_table(texts[README], table(SHORT)),
        RESULTS: with_table(texts[RESULTS], table()),
        HOSTING: with_table(texts[HOSTING], costs, "docs/lesson_costs.json"),
    }


def main() -> int:
    """Write the tables into the pages and print the one of all results."""
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
    print(table())
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
