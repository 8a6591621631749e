"""Files from the network: verified, and given up soon when the network is off."""

from pathlib import Path

from data_scripts.errors import DataError, as_data_error
from data_scripts.paths import home
from data_scripts.progress import progress_bar

PATIENCE = 15  # seconds without an answer
CHUNK = 1 << 16  # bytes


def folder(name: str) -> Path:
    """Return where the downloads of a data set are kept until they are used."""
    return home() / "data" / "downloads" / name


def fetch(name: str) -> Path:
    """Download the published files of a data set, each verified; those that are already there stay. Return their folder.

    Raises DataError as `retrieve` does.
    """
    for url, size, checksum in addresses(name):
        retrieve(url, folder(name), size, checksum, advice(name))
    return folder(name)


def addresses(name: str) -> list[tuple[str, int, str]]:
    """Return the address, length in bytes and SHA-256 of each file, as TFDS knows them; without importing TensorFlow."""
    import tensorflow_datasets as tfds

    published = sorted(tfds.builder_cls(name).url_infos.items())
    return [(url, int(described.size), described.checksum) for url, described in published]


def retrieve(url: str, target: Path, size: int, checksum: str | None, advice: str) -> Path:
    """Download `url` into the folder `target`, unless it is already there. Return the file.

    size: length in bytes, for the progress bar. checksum: the SHA-256 that the file must have; None where none is published.
    advice: what to do if this fails: the end of the error's sentence. Raises DataError for no network, no answer, or
    another file than expected.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    name = url.rsplit("/", 1)[-1]
    with as_data_error(target), progress_bar(size, name, scale=True) as progress:
        downloader = pooch.HTTPDownloader(progress, CHUNK, timeout=PATIENCE)
        try:
            return Path(pooch.retrieve(url, checksum, name, target, downloader=downloader))
        except requests.RequestException as error:
            answer = getattr(error, "response", None)
            problem = f"{answer.status_code} {answer.reason}" if answer is not None else _reason(error)
            raise DataError(f"{url} could not be downloaded: {problem}. {advice}") from error
        except ValueError as error:
            raise DataError(f"{url} is not the published file: its SHA-256 is wrong. {advice}") from error


def advice(name: str) -> str:
    """Return what to do when a download does not work."""
    return (
        f"Try `python -m data_scripts get {name}` again later, or, with the files already on a disk: "
        f"`python -m data_scripts get {name} --from FOLDER`. Lessons run without them, on what comes with the course."
    )


def _reason(error: BaseException) -> str:
    """Return the innermost reason of a failed request: "Connection refused"."""
    while error.__context__ is not None:
        error = error.__context__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
