"""Horses or Humans, Cats and Dogs on this machine: class folders `train/<class>/…`, published or rendered here."""

import os
from pathlib import Path
from shutil import rmtree

from data_scripts import archives, download, inspection, manifest, sort_images
from data_scripts.atomic import atomic_folder, lock, recover
from data_scripts.errors import DataError, as_data_error
from data_scripts.image_sets import SETS, Counts
from data_scripts.paths import data_folder, existing, own_data
from data_scripts.render import draw_sets

# The lessons' subset as it is published; no checksum is published, so the images in it are compared instead.
FILTERED = ("https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip", 68_606_236)


def folder(name: str, source: str, small: bool = False) -> Path:
    """Return where a set is kept. `small`: of the rendered sets, the small one of tests and first looks."""
    return data_folder(_parent(source, small), name)


def _parent(source: str, small: bool) -> str:
    return f"{source}/small" if small else source


def state(name: str, source: str) -> str:
    """Return "ready", "small" (only the small rendered set), "absent" or "damaged" (files are gone or changed in length).

    What another edition of the studio rendered is "absent": it is rendered again when a lesson asks.
    """
    small = has_only_small(name, source)
    now = _state_of(name, source, small)
    return "small" if small and now == "ready" else now


def has_only_small(name: str, source: str) -> bool:
    """Tell whether the small rendered set is here, whole or damaged, and the full one is not."""
    return (
        source == "offline" and _state_of(name, source) == "absent" and _state_of(name, source, small=True) != "absent"
    )


def about(name: str, source: str) -> str:
    """Return the counts for a table, "1,027 + 256 images", of what is there, or else of what there would be."""
    image_set = SETS[name]
    if has_only_small(name, source):
        return format_counts(image_set.small_counts())
    written = manifest.read(folder(name, source)) if state(name, source) == "ready" else None
    return format_counts(sort_images.count_files(written.files) if written else image_set.counts)


def format_counts(counts: Counts) -> str:
    """Return the images of each split: "1,027 + 256 images"."""
    return " + ".join(f"{sum(labels.values()):,}" for labels in counts.values()) + " images"


def prepare(
    name: str,
    source: str,
    *,
    from_folder: Path | None = None,
    again: bool = False,
    everything: bool = False,
    small: bool = False,
) -> None:
    """Put "horses_or_humans" or "cats_vs_dogs" on the disk, unless it is there, or even then with `again`.

    source: "offline" (rendered here, no network) or "official".
    from_folder: a zip or folder that has the official images; without it they are downloaded.
    everything: of the official set also what the lessons do not use, in test/<class>/.
    small: of the rendered set, the small one.
    Raises DataError, one sentence. Nothing half-made is used, and what was there before stays.
    """
    target = own_data(_parent(source, small), name)
    if not again and is_here(name, source, everything, small):
        return
    with lock(target):
        if not again and is_here(name, source, everything, small):
            return  # another process was quicker
        if source == "offline":
            image_set = SETS[name]
            draw_sets.make_set(image_set, image_set.small_counts() if small else image_set.counts, target)
        elif from_folder:
            _unpack(name, existing(from_folder), everything)
        else:
            _download(name, everything)


def is_here(name: str, source: str, everything: bool = False, small: bool = False) -> bool:
    """Tell whether `prepare` with the same arguments would have nothing to do."""
    if _state_of(name, source, small) != "ready":
        return False
    written = manifest.read(folder(name, source, small))
    return not everything or (written is not None and "test" in sort_images.count_files(written.files))


def check(name: str, source: str) -> None:
    """Print a table of what is there, and raise `DataError` with what is wrong with it."""
    place = _examined_folder(name, source)
    report = inspection.examine(place)
    written = manifest.read(place) or manifest.Manifest({})
    expected = _expected_counts(name, source, written)
    print("\n".join(report.lines(expected)))
    for path, why in written.left_out.items():
        print(f"Left out: {path} {why}.")
    for path, why in report.bad().items():
        print(f"✗ {path} {why}.")
    changed = [f"{path} {why}" for path, why in written.faults(place).items() if path not in report.bad()]
    kinds = [
        (len(report.unreadable), "cannot be read"),
        (len(report.mistyped), "of another type than their ending says"),
        (len(report.twins), "in two splits at once"),
        (len(changed), f"missing or changed ({changed[0] if changed else ''})"),
    ]
    faults = [f"{count:,} {kind}" for count, kind in kinds if count]
    if not written.files:
        faults.append(f"its record {manifest.NAME} is damaged or gone")
    if not faults and report.counts != expected:
        faults = ["other counts than expected"]
    if faults:
        advice = (
            f" `python -m data_scripts clean {name} --source {source}` moves the bad files aside."
            if report.bad()
            else ""
        )
        raise DataError("; ".join(faults) + "." + advice)


def clean(name: str, source: str) -> dict[str, str]:
    """Move what `check` finds bad into the folder `aside`. Returns {path: why}."""
    place = _examined_folder(name, source)
    with lock(place):
        bad = inspection.examine(place).bad()
        with as_data_error(place.parent):
            sort_images.set_aside(place, bad, aside(name, source))
    return bad


def aside(name: str, source: str) -> Path:
    """Return where `clean` moves files: a folder next to the set."""
    place = _examined_folder(name, source)
    return place.with_name(f"{place.name}-set-aside")


def _examined_folder(name: str, source: str) -> Path:
    return folder(name, source, has_only_small(name, source))


def _expected_counts(name: str, source: str, written: manifest.Manifest) -> Counts:
    """Return how many images there should be, without those that were left out."""
    image_set, left_out = SETS[name], sort_images.count_files(written.left_out)
    if has_only_small(name, source):
        counts = image_set.small_counts()
    else:
        counts = image_set.all_counts() if "test" in sort_images.count_files(written.files) else image_set.counts
    return {
        split: {label: count - left_out.get(split, {}).get(label, 0) for label, count in labels.items()}
        for split, labels in counts.items()
    }


def _state_of(name: str, source: str, small: bool = False) -> str:
    """Return "ready", "absent" or "damaged" of one of the folders; a manifest without enough images is damaged, too."""
    place, image_set = folder(name, source, small), SETS[name]
    recover(place)
    if not os.path.isdir(place):  # unlike Path's it is quiet about a folder that is closed
        return "absent"
    written = manifest.read(place)
    if written and source == "offline" and written.recipe != draw_sets.studio_edition():
        return "absent" if written.recipe else "damaged"
    possible = [image_set.small_counts()] if small else [image_set.counts, image_set.all_counts()]
    if not written or sort_images.count_files(written.files | written.left_out) not in possible:
        return "damaged"
    return "damaged" if written.faults(place) else "ready"


def _unpack(name: str, place: Path, everything: bool, checksum: str = "") -> None:
    """From a zip or folder into the set's own. With `checksum` the images must be exactly those of the published set."""
    with archives.opened(place) as files, atomic_folder(own_data("official", name)) as new:
        sort_images.write_sorted(SETS[name], files, new, place, everything)
        if checksum and sort_images.digest(new) != checksum:
            raise DataError(f"{place} does not hold the published images. {download.advice(name)}")


def _download(name: str, everything: bool) -> None:
    """From the first of the set's sources that answers."""
    downloads = download.folder(name)
    if name == "cats_vs_dogs" and not everything:
        url, size = FILTERED
        try:
            advice = "Trying the whole set from Microsoft (787 MB), which has them, too."
            path = download.retrieve(url, downloads, size, None, advice)
        except DataError as error:
            print(error)
        else:
            try:
                _unpack(name, path, everything, SETS[name].checksum)
            finally:
                rmtree(downloads, ignore_errors=True)  # used, or of no use
            return
    _unpack(name, download.fetch(name), everything)
    rmtree(downloads, ignore_errors=True)
