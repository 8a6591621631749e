"""python -m data_scripts: get the course's data, look at them, check them."""

import argparse
import os
import sys
import time
from pathlib import Path

from data_scripts import image_folders
from data_scripts.errors import DataError, as_data_error
from data_scripts.image_sets import KINDS, SEED
from data_scripts.paths import home
from data_scripts.registry import MODULES, SOURCES, chosen_source, module


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, 1 for a fault that a sentence explains, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Call again to go on; nothing half-made is used.", file=sys.stderr)
        return 130


def setup(options) -> int:
    """Every offline sample, so that all lessons run without a network; of the drawn sets, the small one."""
    for name, its in MODULES.items():
        if its is image_folders:
            _prepare(name, "offline", small=True)
        else:
            _prepare(name, "offline")
    return 0


def get(options) -> int:
    """One data set: the official one; with --source offline, or COURSE_SOURCE=offline, what comes with the course."""
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


def _prepare(name: str, source: str, again: bool = False, **how) -> None:
    its = module(name)
    if its is image_folders:
        here = image_folders.is_here(name, source, how.get("everything", False), how.get("small", False))
    else:
        here = its.state(name, source) == "ready"
    if here and not again:
        print(f"{name}, {source}: {its.about(name, source)}, already here.")
        return
    start = time.perf_counter()
    its.prepare(name, source, again=again, **how)
    print(f"{name}, {source}: {its.about(name, source)}, ready in {time.perf_counter() - start:.1f} s.")


def status(options) -> int:
    """A table of what is on this machine, and which source the lessons use."""
    print(f"Data are kept in {home() / 'data'}.")
    for name, its in MODULES.items():
        try:
            used = chosen_source(name)
        except DataError as error:
            print(error)
            used = None
        for source in SOURCES:
            note = "  ← lessons use this" if source == used else ""
            print(f"{name:18}{source:10}{its.state(name, source):9}{its.about(name, source):26}{note}".rstrip())
    return 0


def check(options) -> int:
    """Every image and label of what is on this machine, against what is known of it."""
    its = module(options.name)
    sources = [options.source] if options.source else [s for s in SOURCES if its.state(options.name, s) != "absent"]
    for source in sources or ["official"]:
        if its.state(options.name, source) == "absent":
            more = "" if source == "official" else " --source offline"
            raise DataError(f"{options.name}, {source}: not here. `python -m data_scripts get {options.name}{more}`")
    faults = 0
    for source in sources:
        try:
            its.check(options.name, source)
            print(f"✓ {options.name}, {source}: {its.about(options.name, source)}, all as they should be.")
        except DataError as error:
            faults += 1
            print(f"✗ {options.name}, {source}: {error}")
            print(f"  Mend it: python -m data_scripts get {options.name} --source {source} --again")
    return 1 if faults else 0


def clean(options) -> int:
    """Move images that `check` finds bad into a folder beside their set. Nothing is deleted."""
    if module(options.name) is not image_folders:
        raise DataError(f"{options.name} is no folder of images; `get {options.name} --again` makes it anew.")
    source = options.source or chosen_source(options.name)
    if image_folders.state(options.name, source) == "absent":
        raise DataError(f"{options.name}, {source}: not here, so there is nothing to clean.")
    bad = image_folders.clean(options.name, source)
    for path, why in bad.items():
        print(f"moved: {path} {why}.")
    where = f"They are in {image_folders.aside(options.name, source)} now." if bad else "Nothing is bad."
    print(f"{options.name}, {source}: {where}")
    return 0


def draw(options) -> int:
    """Images that are in no set: a contact sheet, or any number of files, for tests of what a network has learned."""
    if not options.sheet and not options.to:
        raise DataError("Say where to: --sheet FILE.png for a contact sheet, --to FOLDER for files.")
    if options.sheet:
        from data_scripts import render

        if options.count < 1 or options.sheet.suffix.lower() not in (".png", ".jpg"):
            raise DataError("A sheet is a file that ends in .png or .jpg, with at least one image.")
        with as_data_error(options.sheet.parent):
            render.sheet(options.kind, options.seed, options.count, options.size or 150).save(options.sheet)
        print(f"{options.count} of {options.kind} on {options.sheet}")
    if options.to:
        from data_scripts.render import draw_sets

        made = draw_sets.draw_new(options.kind, options.count, options.to, options.seed, options.size)
        print(f"{len(made):,} images in {options.to}: {made[0].name} to {made[-1].name}")
    return 0


def sample(options) -> int:
    """The samples that ship with the course, cut out of the official files (for those who maintain the course)."""
    from data_scripts import mnist_checksums, mnist_sample

    for one in mnist_checksums.SETS.values():
        for path in mnist_sample.make(one, options.from_folder, options.to):
            print(f"{path.name}  {path.stat().st_size:,} bytes")
    return 0


def _size(text: str) -> int:
    if text.isdecimal() and 32 <= int(text) <= 2000:
        return int(text)
    raise argparse.ArgumentTypeError("from 32 to 2000")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data_scripts", description="The data of Learning to See.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run) -> argparse.ArgumentParser:
        one = commands.add_parser(run.__name__, help=run.__doc__, description=run.__doc__)
        one.set_defaults(run=run)
        return one

    command(setup)
    one = command(get)
    one.add_argument("name", choices=MODULES)
    one.add_argument("--from", dest="from_folder", type=Path, metavar="PATH", help="a folder or zip of official files")
    one.add_argument("--source", choices=SOURCES, help="without it official, unless COURSE_SOURCE is offline")
    one.add_argument("--again", action="store_true", help="even if it is already here")
    one.add_argument("--all", action="store_true", help="of cats_vs_dogs all 25,000, the rest as test")
    command(status)
    one = command(check)
    one.add_argument("name", choices=MODULES)
    one.add_argument("--source", choices=SOURCES, help="only this one")
    one = command(clean)
    one.add_argument("name", choices=MODULES)
    one.add_argument("--source", choices=SOURCES, help="without it, the one that lessons use")
    one = command(draw)
    one.add_argument("--class", dest="kind", choices=KINDS, required=True)
    one.add_argument("--count", type=int, default=36)
    one.add_argument("--sheet", type=Path, metavar="FILE", help="a contact sheet")
    one.add_argument("--to", type=Path, metavar="FOLDER", help="JPEG files")
    one.add_argument("--seed", type=int, default=SEED, help="of another seed, other images")
    one.add_argument("--size", type=_size, help="in pixels; else 150 on a sheet, and varied in files")
    one = command(sample)
    one.add_argument("--from", dest="from_folder", type=Path, metavar="FOLDER", required=True)
    one.add_argument("--to", type=Path, metavar="FOLDER", default=Path(__file__).parent / "samples")
    return parser


if __name__ == "__main__":
    sys.exit(main())
