"""Features of images by their content, kept on disk, so that nothing is computed twice, whatever a file is called."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from data_scripts.errors import DataError
from data_scripts.paths import home

MOST = 20_000  # rows; those of Lite0 are 100 MB
AT_ONCE = 500  # keys in one question


class FeatureCache:
    """A table of vectors by key in the course's folder. Without a file that can be read and written it knows nothing.

    name: of the network; another name is another table.
    """

    def __init__(self, name: str):
        self._name = name

    def get(self, keys: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the vectors that are there, float32, by key."""
        keys = list(dict.fromkeys(keys))
        found: dict[str, np.ndarray] = {}
        with suppress(sqlite3.Error, OSError, DataError), closing(self._open()) as table:
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = table.execute(f"SELECT key, vector FROM features WHERE key IN ({marks})", part)
                whole = (row for row in rows if isinstance(row[1], bytes) and len(row[1]) % 4 == 0)
                found |= {key: np.frombuffer(vector, "<f4") for key, vector in whole}
        return found

    def put(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep vectors by key; the oldest go when there are too many."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with suppress(sqlite3.Error, OSError, DataError), closing(self._open()) as table, table:
            table.executemany("INSERT OR REPLACE INTO features VALUES (?, ?)", rows)
            table.execute("DELETE FROM features WHERE rowid <= (SELECT max(rowid) FROM features) - ?", (MOST,))

    def _open(self) -> sqlite3.Connection:
        path: Path = home() / "cache" / f"features-{self._name}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        table = sqlite3.connect(path)
        try:
            table.execute("CREATE TABLE IF NOT EXISTS features (key TEXT PRIMARY KEY, vector BLOB)")
        except sqlite3.DatabaseError:  # not a database, or a damaged one: begin again
            table.close()
            path.unlink()
            table = sqlite3.connect(path)
            table.execute("CREATE TABLE features (key TEXT PRIMARY KEY, vector BLOB)")
        return table
