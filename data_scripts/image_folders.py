"""Horses or Humans, Cats and Dogs on this machine: folders `train/<class>/…`, published or drawn by the course."""

from pathlib import Path
from shutil import rmtree

from data_scripts import archives, download, inspection, manifest, mnist_official, sort_images
from data_scripts.atomic import atomic_folder, lock
from data_scripts.errors import DataError, as_data_error
from data_scripts.image_sets import SETS, Counts
from data_scripts.paths import home
from data_scripts.render import draw_sets

# The lessons' subset as it is published; nobody publishes a checksum, so the images in it are compared instead.
FILTERED = ("https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip", 68_606_236, None)


def folder(name: str, source: str, small: bool = False) -> Path:
    """Where a set is kept. `small`: of the drawn sets, the small one of tests and first looks."""
    parent = home() / "data" / source
    return (parent / "small" if small else parent) / name


def state(name: str, source: str) -> str:
    """One of "ready", "small" (only the small drawn set), "absent", "damaged" (files are gone or have another length).

    What another edition of the studio drew is "absent": it is drawn anew when somebody asks.
    """
    found = _state(folder(name, source), source)
    if source == "offline" and found == "absent" and _state(folder(name, source, True), source) == "ready":
        return "small"
    return found


def about(name: str, source: str) -> str:
    """For a table: "1,027 + 256 images", of what is there, or else of what there would be."""
    one, now = SETS[name], state(name, source)
    if now == "small":
        counts = one.small_counts()
    else:
        known = manifest.read(folder(name, source)) if now == "ready" else None
        counts = sort_images.count_files(known.files) if known else one.counts
    return format_counts(counts)


def format_counts(counts: Counts) -> str:
    return " + ".join(f"{sum(labels.values()):,}" for labels in counts.values()) + " images"


def prepare(
    name: str,
    source: str,
    from_folder: Path | None = None,
    again: bool = False,
    everything: bool = False,
    small: bool = False,
) -> None:
    """Put the set on the disk, unless it is there.

    Args:
        name: "horses_or_humans" or "cats_vs_dogs".
        source: "offline" (drawn here, no network) or "official".
        from_folder: a zip or folder that has the official images; without it they are downloaded.
        again: prepare it even if it is there.
        everything: of the official set also what the lessons do not use, in test/<class>/.
        small: of the drawn set, the small one.

    Raises:
        DataError: with one sentence. Nothing half-made is used, and what was there before stays.
    """
    target = folder(name, source, small)
    if not again and is_here(name, source, everything, small):
        return
    with lock(target):
        if not again and is_here(name, source, everything, small):
            return  # another process was quicker
        if source == "offline":
            one = SETS[name]
            draw_sets.make_set(one, one.small_counts() if small else one.counts, target)
        elif from_folder:
            _unpack(name, Path(from_folder).expanduser(), everything)
        else:
            _download(name, everything)


def has_everything(name: str) -> bool:
    """True when the official set is here with its test part."""
    known = manifest.read(folder(name, "official"))
    return bool(known) and "test" in sort_images.count_files(known.files)


def check(name: str, source: str) -> None:
    """Print a table of what is there, and raise `DataError` with what is wrong with it."""
    place = _examined(name, source)
    report = inspection.examine(place)
    known = manifest.read(place) or manifest.Manifest({})
    expected = _expected(name, source, known)
    left_out = sort_images.count_files(known.left_out)
    due = {
        split: {label: count - left_out.get(split, {}).get(label, 0) for label, count in labels.items()}
        for split, labels in expected.items()
    }
    print("\n".join(report.lines(due)))
    for path, why in known.left_out.items():
        print(f"Left out: {path} {why}.")
    for path, why in report.bad().items():
        print(f"✗ {path} {why}.")
    missing = [path for path in known.files if not (place / path).is_file()]
    faults = [
        (len(report.unreadable), "cannot be read"),
        (len(report.mistyped), "of another type than their ending says"),
        (len(report.twins), "in two splits at once"),
        (len(missing), f"missing ({missing[0] if missing else ''})"),
    ]
    said = [f"{count:,} {what}" for count, what in faults if count]
    if not said and report.counts != due:
        said = ["other counts than expected"]
    if said:
        mend = f" `python -m data_scripts clean {name}` moves the bad files aside." if report.bad() else ""
        raise DataError("; ".join(said) + "." + mend)


def clean(name: str, source: str) -> dict[str, str]:
    """Move what `check` finds bad into a folder beside the set. Returns {path: why}; `aside` says where."""
    place = _examined(name, source)
    with lock(place):
        bad = inspection.examine(place).bad()
        with as_data_error(place.parent):
            sort_images.set_aside(place, bad, aside(name, source))
    return bad


def aside(name: str, source: str) -> Path:
    """Where `clean` moves files."""
    place = _examined(name, source)
    return place.with_name(f"{place.name}-set-aside")


def _examined(name: str, source: str) -> Path:
    return folder(name, source, state(name, source) == "small")


def _expected(name: str, source: str, known: manifest.Manifest) -> Counts:
    one = SETS[name]
    if state(name, source) == "small":
        return one.small_counts()
    return one.all_counts() if "test" in sort_images.count_files(known.files) else one.counts


def _state(place: Path, source: str) -> str:
    if not place.exists():
        return "absent"
    known = manifest.read(place)
    if not known or not known.is_kept(place):
        return "damaged"
    return "absent" if source == "offline" and known.recipe != draw_sets.studio_edition() else "ready"


def is_here(name: str, source: str, everything: bool = False, small: bool = False) -> bool:
    """True when `prepare` with the same arguments would have nothing to do."""
    return _state(folder(name, source, small), source) == "ready" and (not everything or has_everything(name))


def _unpack(name: str, place: Path, everything: bool, files: str = "") -> None:
    """From a zip or folder into the set's own. With `files` the images must be exactly those of this checksum."""
    one, target = SETS[name], folder(name, "official")
    with archives.opened(place, one.zips) as found, atomic_folder(target) as new:
        sort_images.write_sorted(one, found, new, place, everything)
        if files and sort_images.digest(new) != files:
            raise DataError(f"{place} does not hold the published images. {mnist_official.advice(name)}")


def _download(name: str, everything: bool) -> None:
    """From the first of the set's sources that answers."""
    cache = download.folder() / name
    if name == "cats_vs_dogs" and not everything:
        url, size, _ = FILTERED
        path = cache / url.rsplit("/", 1)[-1]
        try:
            download.file(url, path, size, None, "Trying the whole set from Microsoft (787 MB), which has them, too.")
        except DataError as error:
            print(error)
        else:
            try:
                _unpack(name, path, everything, SETS[name].files)
            finally:
                rmtree(cache, ignore_errors=True)  # used, or of no use
            return
    _unpack(name, mnist_official.fetch(SETS[name]), everything)
    rmtree(cache, ignore_errors=True)
