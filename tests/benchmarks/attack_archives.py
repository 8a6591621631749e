"""Read spoiled zips and npz files: `python -m tests.benchmarks.attack_archives [--count 2000] [--seed N]`.

Case N is made from seed N alone. A case fails when reading raises anything but DataError, gives other bytes than the
archive's, needs more than 80 MB, or takes more than 2 seconds.
"""

import argparse
import io
import random
import struct
import sys
import tempfile
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from data_scripts import archives, mnist_files
from data_scripts.errors import DataError
from tests import tiny_mnist

LONGEST, MOST = 2.0, 80 << 20  # seconds, bytes
EDGES = [
    bytes(2),
    b"\xff\xff",
    bytes(4),
    b"\xff" * 4,
    b"\xff\xff\xff\x7f",
    struct.pack("<I", 60 << 20),
    b"\x0c\0",
    b"\x0e\0",
]
FILES = {"train/cats/cat.0.jpg": bytes(30 << 20), "train/dogs/dog.0.jpg": bytes(range(256)) * 40, "a.txt": b"text"}


def sound() -> list[bytes]:
    """Return whole archives: stored, deflated, one in another, and Keras's arrays."""
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        small = {name: data[: 1 << 20] if method == zipfile.ZIP_STORED else data for name, data in FILES.items()}
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, data in small.items():
                archive.writestr(name, data)
        made.append(file.getvalue())
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("train.zip", made[1])
    arrays = io.BytesIO()
    splits = tiny_mnist.images()
    np.savez_compressed(arrays, **{f"{a}_{s}": pair[i] for s, pair in splits.items() for i, a in enumerate("xy")})
    return [*made, outer.getvalue(), arrays.getvalue()]


def spoil(content: bytes, chance: random.Random) -> bytes:
    """Return the archive with a few bytes changed, mostly in its headers, or cut short."""
    data = bytearray(content)
    headers = [at for sign in (b"PK\1\2", b"PK\3\4", b"PK\5\6") for at in _all(content, sign)]
    for _ in range(chance.randint(1, 4)):
        if chance.random() < 0.1:
            del data[chance.randrange(len(data)) :]
            break
        near = chance.choice(headers) + chance.randrange(60) if chance.random() < 0.8 else chance.randrange(len(data))
        edge = chance.choice([*EDGES, chance.randbytes(1), chance.randbytes(4)])
        data[near : near + len(edge)] = edge
    return bytes(data)


def _all(content: bytes, sign: bytes) -> list[int]:
    places, at = [], -1
    while (at := content.find(sign, at + 1)) >= 0:
        places.append(at)
    return places


def attempt(seed: int, originals: list[bytes], folder: Path) -> str:
    """Return what went wrong with case `seed`, or ""."""
    chance = random.Random(seed)
    original = chance.choice(originals)
    place = folder / "in.zip"
    place.write_bytes(spoil(original, chance))
    start = time.perf_counter()
    tracemalloc.start()
    try:
        if original is originals[-1]:
            mnist_files.read_published(tiny_mnist.described(tiny_mnist.images()), place)
        else:
            with archives.opened(place) as files:
                for name, read in files.items():
                    if name in FILES and read() not in (FILES[name], FILES[name][: 1 << 20]):
                        return f"{name} has other bytes"
    except DataError as error:
        if not str(error).strip() or "\n" in str(error):
            return f"no sentence: {error!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    took = time.perf_counter() - start
    return f"{most >> 20} MB" if most > MOST else f"{took:.1f} s" if took > LONGEST else ""


def main() -> int:
    """Print attempts and failures; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seeds = range(options.count) if options.seed is None else [options.seed]
    originals, failures = sound(), 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            if wrong := attempt(seed, originals, Path(folder)):
                failures += 1
                print(f"seed {seed}: {wrong}", flush=True)
    print(f"{len(seeds)} attempts, {failures} failures")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
