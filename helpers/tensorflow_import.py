"""TensorFlow's import without its log lines.

The C++ part of TensorFlow writes to file descriptor 2 while it loads, which no Python setting reaches. So the descriptor
points to the null device during the import, and only then; errors that Python raises are not hidden.
"""

import contextlib
import ctypes
import logging
import os
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

M_TOP_PAD, M_MMAP_MAX = -2, -4  # of glibc's <malloc.h>


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Drop what C code writes to stderr inside this block; flush Python's own stderr before and after."""
    sys.stderr.flush()
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


def tensorflow() -> ModuleType:
    """Return the module `tensorflow`, imported without its log lines. Raises ImportError, with the fix, if it is missing."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")  # its own keeps up to 1 GB for good after training
    keep_freed_memory()
    return_memory_after_cells()
    try:
        with silent_stderr():
            import tensorflow
    except ModuleNotFoundError as missing:
        if missing.name != "tensorflow":
            raise
        raise ImportError(
            "TensorFlow is not installed here. In the course's folder, `make setup` installs it; "
            "elsewhere: pip install tensorflow"
        ) from None
    logging.getLogger("tensorflow").addFilter(_is_not_about_retracing)
    return tensorflow


def keep_freed_memory() -> None:
    """Let glibc keep freed memory for the next batch; elsewhere than on Linux with glibc do nothing.

    With a Python generator TensorFlow 2.21 sets glibc's M_TRIM_THRESHOLD, which also makes every large tensor a mapping of its
    own, cleared page by page for each batch: a third of a run's time. It costs memory: .15 GB where
    MALLOC_ARENA_MAX=1 lets a thread use what another has freed, as `make lab` and the hubs' settings do, else .5 GB.
    `python -m tests.benchmarks.bench_allocation` measures it.
    """
    mallopt = _of_glibc("mallopt")
    if mallopt:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TOP_PAD, 64 << 20)


def return_freed_memory() -> None:
    """Return to the system what `keep_freed_memory` has kept, after a run or a cell: the next one frees pieces of other sizes."""
    trim = _of_glibc("malloc_trim")
    if trim:
        trim(ctypes.c_size_t(0))


def return_memory_after_cells() -> None:
    """In a kernel, return freed memory after every cell from now on: asking a network about 800 images of 150 × 150 leaves .56 GB.

    That takes 80 ms; a cell that freed little, a millisecond.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell:
        shell.events.register("post_run_cell", _after_cell)


def _after_cell(_: object) -> None:
    return_freed_memory()


def _of_glibc(name: str) -> Callable | None:
    """Return a function of glibc; None elsewhere."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    """Return False for the advice against building many networks in a row, which is just what lessons do."""
    return "triggered tf.function retracing" not in record.getMessage()
