"""Import TensorFlow without its log lines.

The C++ part of TensorFlow writes to file descriptor 2 while it loads, which no Python setting reaches. So the
descriptor points to nowhere during the import, and only then; errors that Python raises are not hidden.
"""

import contextlib
import logging
import os
import sys


@contextlib.contextmanager
def silent_stderr():
    """What C code writes to stderr inside this block is dropped; Python's own stderr is flushed before and after."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def tensorflow():
    """The module `tensorflow`, imported without its log lines; ImportError with the mend where it is missing."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
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
    logging.getLogger("tensorflow").addFilter(_is_news)
    return tensorflow


def _is_news(record: logging.LogRecord) -> bool:
    """False for the advice not to build many networks one after the other, which is just what lessons do."""
    return "triggered tf.function retracing" not in record.getMessage()
