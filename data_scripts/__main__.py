"""python -m data_scripts: get the course's data, look at them, check them."""

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from data_scripts import image_folders
from data_scripts.errors import DataError, exit_code
from data_scripts.image_sets import KINDS, SEED
from data_scripts.paths import expand, home
from data_scripts.registry import MODULES, SOURCES, chosen_source, module


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code of `errors.exit_code`."""
    options = _parser().parse_args(arguments)

    def command() -> int:
        home()  # where COURSE_HOME is wrong, nothing else is said
        return options.run(options)

    return exit_code(command, "Stopped. Call again to go on; nothing half-made is used.")


def setup(_: Namespace) -> int:
    """Prepare every offline sample, so that all lessons run without a network; of the rendered sets, the small one."""
    for name in MODULES:
        _prepare(name, "offline", small=True)
    return 0


def get(options: Namespace) -> int:
    """Get the official data set; with --source offline, or COURSE_SOURCE=offline, what comes with the course."""
    if options.source == "offline" and (options.from_folder or options.all):
        raise DataError("--from and --all go with the official data; the offline ones come with the course.")
    if options.all and options.name != "cats_vs_dogs":
        raise DataError(f"{options.name} has no more than what lessons use; --all goes with cats_vs_dogs.")
    source = options.source
    if not source:  # official files, unless COURSE_SOURCE has chosen otherwise
        wish = os.environ.get("COURSE_SOURCE", "").strip().lower()
        source = "offline" if wish == "offline" and not (options.from_folder or options.all) else "official"
    more = {"everything": True} if options.all else {}
    _prepare(options.name, source, from_folder=options.from_folder, again=options.again, **more)
    return 0


def _prepare(name: str, source: str, *, again: bool = False, small: bool = False, **wishes: object) -> None:
    data_set = module(name)
    if data_set is image_folders:
        wishes["small"] = small
        is_here = image_folders.is_here(name, source, bool(wishes.get("everything")), small)
    else:
        is_here = data_set.state(name, source) == "ready"
    if is_here and not again:
        print(f"{name}, {source}: {data_set.about(name, source)}, already here.")
        return
    start = time.perf_counter()
    data_set.prepare(name, source, again=again, **wishes)
    print(f"{name}, {source}: {data_set.about(name, source)}, ready in {time.perf_counter() - start:.1f} s.")


def status(_: Namespace) -> int:
    """Show what is on this machine, and which source the lessons use."""
    shared = os.environ.get("COURSE_DATA")
    print(
        f"Data are kept in {home() / 'data'}"
        + (f", and read from {shared} where they aren't there." if shared else ".")
    )
    for name, data_set in MODULES.items():
        try:
            used = chosen_source(name)
        except DataError as error:
            print(error)
            used = ""
        for source in SOURCES:
            note = "  ← lessons use this" if source == used else ""
            counts = data_set.about(name, source)
            print(f"{name:18}{source:10}{data_set.state(name, source):9}{counts:26}{note}".rstrip())
    return 0


def check(options: Namespace) -> int:
    """Compare every image and label on this machine with what is known of them."""
    data_set = module(options.name)
    present = [source for source in SOURCES if data_set.state(options.name, source) != "absent"]
    sources = [options.source] if options.source else present
    for source in sources or ["official"]:
        if source not in present:
            more = "" if source == "official" else " --source offline"
            raise DataError(f"{options.name}, {source}: not here. `python -m data_scripts get {options.name}{more}`")
    faults = 0
    for source in sources:
        try:
            data_set.check(options.name, source)
            print(f"✓ {options.name}, {source}: {data_set.about(options.name, source)}, all as they should be.")
        except DataError as error:
            faults += 1
            print(f"✗ {options.name}, {source}: {error}")
            is_small = data_set is image_folders and image_folders.has_only_small(options.name, source)
            command = "setup" if is_small else f"get {options.name} --source {source} --again"
            print(f"  Fix it: python -m data_scripts {command}")
    return 1 if faults else 0


def clean(options: Namespace) -> int:
    """Move images that `check` finds bad into a folder next to their set. Nothing is deleted."""
    if module(options.name) is not image_folders:
        raise DataError(f"{options.name} is not a folder of images; `get {options.name} --again` prepares it again.")
    source = options.source or chosen_source(options.name)
    if image_folders.state(options.name, source) == "absent":
        raise DataError(f"{options.name}, {source}: not here, so there is nothing to clean.")
    bad = image_folders.clean(options.name, source)
    for path, why in bad.items():
        print(f"moved: {path} {why}.")
    result = f"They are in {image_folders.aside(options.name, source)} now." if bad else "Nothing is bad."
    print(f"{options.name}, {source}: {result}")
    return 0


def draw(options: Namespace) -> int:
    """Render any number of images that are in no set, to test what a network has learned."""
    from data_scripts.render import draw_sets

    folder = expand(options.to)
    paths = draw_sets.draw_new(options.kind, options.count, folder, options.seed, options.size)
    print(f"{len(paths):,} images in {folder}: {paths[0].name} to {paths[-1].name}")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m data_scripts", description="The data of Learning to See.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(run: Callable[[Namespace], int], about_source: str = "") -> ArgumentParser:
        command = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        command.set_defaults(run=run)
        if about_source:
            command.add_argument("name", choices=MODULES)
            command.add_argument("--source", choices=SOURCES, help=about_source)
        return command

    add(setup)
    command = add(get, "without it official, unless COURSE_SOURCE is offline")
    command.add_argument(
        "--from", dest="from_folder", type=Path, metavar="PATH", help="a folder or zip of official files"
    )
    command.add_argument("--again", action="store_true", help="even if it is already here")
    command.add_argument("--all", action="store_true", help="of cats_vs_dogs all 25,000, the rest as test")
    add(status)
    add(check, "only this one")
    add(clean, "without it, the one that lessons use")
    command = add(draw)
    command.add_argument("--class", dest="kind", choices=KINDS, required=True)
    command.add_argument("--count", type=int, default=36)
    command.add_argument("--to", type=Path, metavar="FOLDER", required=True, help="where the JPEG files go")
    command.add_argument("--seed", type=int, default=SEED, help="of another seed, other images")
    command.add_argument("--size", type=int, help="in pixels, 32 to 2,000; else varied")
    return parser


if __name__ == "__main__":
    os.environ |= {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }  # else importing TensorFlow writes to stderr
    sys.exit(main())
