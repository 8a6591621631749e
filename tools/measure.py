"""Measured results: train networks over several seeds, for helpers/results/reference.json.

    python -m tools.measure                                    what is missing of the lessons' networks
    python -m tools.measure --network strong_baseline          the strong baseline of lesson 08
    python -m tools.measure --network head_by_images scratch_by_images          the curves of lesson 11
    python -m tools.measure --photographs FOLDER               networks of lessons 06 and 11 on photographs in FOLDER/horse, FOLDER/human

The file is written after each seed, so a call after a killed one goes on with the seeds that are missing.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

from data_scripts import registry
from data_scripts.atomic import write
from data_scripts.errors import exit_code
from data_scripts.render.draw_sets import studio_edition
from helpers import tensorflow_import
from helpers.results import recipes, reference

tensorflow_import.tensorflow()  # first: the imports below would bring its log lines

from tools import measure_photographs, measure_pretrained  # noqa: E402
from tools.strong_baseline import StrongBaselineConfig  # noqa: E402

SEEDS = (1, 2, 3, 4, 5)
RECIPES: dict[str, recipes.Recipe] = {
    **recipes.RECIPES,
    "strong_baseline": StrongBaselineConfig(),
    **measure_photographs.RECIPES,
    **measure_pretrained.RECIPES,
}


def measure_missing(
    network: str, config: recipes.Recipe, source: str, file: Path, *, seeds: Sequence[int] = SEEDS, again: bool = False
) -> None:
    """Measure the seeds that `file` lacks, and write it after each of them. Raises DataError.

    Seeds from another machine count: they differ as seeds do, and only their seconds are that machine's, so `machine`
    names both.
    """
    recipe, current = recipe_of(config), environment()
    studio = studio_edition() if config.is_rendered(source) else None
    entry = reference.load(file).get(network, {}).get(source, {})
    measured = {} if again else reusable_seeds(entry, recipe, current["versions"], studio, seeds)
    missing = [seed for seed in seeds if str(seed) not in measured]
    if not missing:
        print(f"{network}, {source}: all there.")
        return
    if measured:
        current["machine"] = "; ".join(dict.fromkeys([*entry["machine"].split("; "), current["machine"]]))
    with course_environment(source):
        images = config.load()
        for seed in missing:
            measured[str(seed)] = config.train(images, seed)
            results = {name: value for name, value in measured[str(seed)].items() if name != "curves"}
            print(f"{network}, {source}, seed {seed}: {results}", flush=True)
            contents = reference.load(file)  # again: another process may have written meanwhile
            contents.setdefault(network, {})[source] = {
                **{name: min_median_max([by_name[name] for by_name in measured.values()]) for name in results},
                "recipe": recipe,
                "images": config.count_images(images),
                **({"studio": studio} if studio is not None else {}),
                "seeds": measured,
                **current,
                "date": time.strftime("%Y-%m-%d"),
                "command": command_of(network, config, source),
            }
            write(file, json.dumps(contents, indent=1) + "\n")


def reusable_seeds(
    entry: dict[str, Any], recipe: dict[str, Any], versions: dict[str, str], studio: str | None, seeds: Sequence[int]
) -> dict[str, Any]:
    """Return the measured seeds that today's measurement keeps.

    None of another recipe, or of images from another edition of the studio. Where the versions have changed, or the
    edition was not recorded, a complete set stays; one with gaps is measured again, since two kinds are never mixed.
    """
    measured = entry.get("seeds", {})
    edition = entry.get("studio", studio)
    if entry.get("recipe") != recipe or edition not in (None, studio):
        return {}
    is_complete = all(str(seed) in measured for seed in seeds)
    is_same_kind = edition == studio and entry["versions"] == versions
    return dict(measured) if is_complete or is_same_kind else {}


def recipe_of(config: recipes.Recipe) -> dict[str, Any]:
    """Return the fields of a configuration as JSON gives them back, without the place of the photographs."""
    fields = {name: value for name, value in asdict(config).items() if name != "photographs"}  # type: ignore[call-overload]
    return json.loads(json.dumps(fields))


def command_of(network: str, config: recipes.Recipe, source: str) -> str:
    """Return the command that measures a network."""
    photographs = " --photographs FOLDER" if hasattr(config, "photographs") else ""
    return f"python -m tools.measure --network {network} --source {source}{photographs}"


def min_median_max(values: list[float]) -> dict[str, float]:
    """Return the smallest value, the median and the largest."""
    return {"min": min(values), "median": round(statistics.median(values), 4), "max": max(values)}


def course_environment(source: str) -> AbstractContextManager:
    """Let the lessons' data come from `source` and in full inside the block, whatever the environment says outside."""
    return mock.patch.dict(os.environ, COURSE_SOURCE=source, COURSE_BUDGET="full")


def environment() -> dict[str, Any]:
    """Return the kind of machine (never its name), and the versions on which results depend."""
    tensorflow = tensorflow_import.tensorflow()
    import keras

    return {
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tensorflow.__version__,
            "keras": keras.__version__,
            "numpy": version("numpy"),
        },
    }


def processor() -> str:
    """Return the processor's model name, or its family if the system says no more."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def prepared_sources(config: recipes.Recipe) -> list[str]:
    """Return those of a configuration's sources that need nothing more on this machine."""
    state = registry.module(config.dataset).state
    return [source for source in config.sources if source == "offline" or state(config.dataset, "official") == "ready"]


def main(arguments: list[str] | None = None) -> int:
    """Measure what is missing: offline and, where they are prepared, on the official data."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure", description=main.__doc__)
    parser.add_argument("--network", nargs="+", choices=RECIPES, metavar="NAME")
    parser.add_argument("--source", nargs="+", choices=registry.SOURCES, help="default: all that are prepared")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, metavar="N", help="default: 1 to 5")
    parser.add_argument("--photographs", type=Path, metavar="FOLDER", help="with horse/ and human/ in it")
    parser.add_argument("--again", action="store_true", help="measure again what is there already")
    parser.add_argument("--file", type=Path, default=reference.FILE, help="where the results are kept")
    options = parser.parse_args(arguments)
    photographed = [name for name, config in RECIPES.items() if hasattr(config, "photographs")]
    networks = options.network or (photographed if options.photographs else list(recipes.RECIPES))
    lacking = sorted({*networks} & {*photographed}) if not options.photographs else []
    if lacking:
        parser.error(f"{', '.join(lacking)}: add --photographs FOLDER.")
    configs = {name: RECIPES[name] for name in networks}
    for name in {*networks} & {*photographed}:
        configs[name] = replace(configs[name], photographs=options.photographs)  # type: ignore[type-var]

    def measure() -> int:
        for network in networks:
            for source in options.source or prepared_sources(configs[network]):
                measure_missing(
                    network, configs[network], source, options.file, seeds=options.seeds, again=options.again
                )
        return 0

    return exit_code(measure, "Stopped. Call again to go on with the missing seeds.")


if __name__ == "__main__":
    sys.exit(main())
