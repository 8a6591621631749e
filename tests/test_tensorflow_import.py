"""TensorFlow's import: quiet, and clear about what is missing."""

import logging
import os
import platform
import subprocess
import sys

import pytest

from helpers import tensorflow_import


def test_without_tensorflow_the_fix_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match="TensorFlow is not installed here.*make setup"):
        tensorflow_import.tensorflow()


def test_what_c_code_writes_is_dropped_inside_the_block_only(capfd):
    os.write(2, b"before ")
    with tensorflow_import.silent_stderr():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_only_the_sentence_about_retracing_is_dropped_from_the_log():
    logger = tensorflow_import.tensorflow().get_logger()
    assert not logger.filter(_record("5 out of the last 5 calls triggered tf.function retracing"))
    assert logger.filter(_record("something else is wrong"))


def _record(message):
    return logging.LogRecord("tensorflow", logging.WARNING, "", 0, message, None, None)


TAKEN_TWICE = """
import resource
import numpy as np
from helpers.tensorflow_import import keep_freed_memory

def faults(megabytes=40):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(megabytes << 17)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

keep_freed_memory()
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone has this setting")
def test_memory_that_a_batch_freed_is_there_for_the_next_one():
    done = subprocess.run([sys.executable, "-c", TAKEN_TWICE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100, "40 MB that are mapped again fault hundreds of times, even in huge pages"


GIVEN_BACK = """
import psutil
import numpy as np
from helpers.tensorflow_import import keep_freed_memory, return_freed_memory

keep_freed_memory()
pieces = [np.ones(1 << 20) for _ in range(40)]
last = np.ones(1 << 20)  # so that what is freed is not at the end of the heap
del pieces
kept = psutil.Process().memory_info().rss
return_freed_memory()
print((kept - psutil.Process().memory_info().rss) >> 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone keeps it")
def test_what_a_run_has_freed_goes_back_to_the_system():
    done = subprocess.run([sys.executable, "-c", GIVEN_BACK], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 200, "of 320 MB"


IN_CELLS = """
import psutil
from IPython.core.interactiveshell import InteractiveShell
from helpers.tensorflow_import import keep_freed_memory, return_memory_after_cells

run, used = InteractiveShell.instance().run_cell, lambda: psutil.Process().memory_info().rss
keep_freed_memory()
for _ in range(2):  # a lesson's set-up cell may run again
    return_memory_after_cells()
run("import numpy as np; pieces = [np.ones(1 << 20) for _ in range(40)]; last = np.ones(1 << 20)")
before = used()
run("del pieces")
print((before - used()) >> 20, len(InteractiveShell.instance().events.callbacks["post_run_cell"]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone keeps it")
def test_in_a_kernel_what_a_cell_has_freed_goes_back_after_it(tmp_path):
    own = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", IN_CELLS], capture_output=True, text=True, check=True, env=own)
    returned, hooks = map(int, done.stdout.split())
    assert returned > 200, "of 320 MB"
    assert hooks == 1


TRAINED = """
import gc
import psutil
from helpers import tensorflow_import

tensorflow_import.tensorflow()
import keras, numpy as np
from helpers.models import architectures

def train(count):
    model = architectures.cats_dogs(150)
    model.fit(np.zeros((count, 150, 150, 3), "float32"), np.zeros(count), batch_size=count, verbose=0)
    del model
    keras.backend.clear_session()
    gc.collect()
    tensorflow_import.return_freed_memory()
    return psutil.Process().memory_info().rss

few = train(2)
print((train(96) - few) >> 20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone gives it back")
def test_what_a_training_run_needed_is_not_kept_for_good():
    assert _kept_after_training() <= 300


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone gives it back")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="only there TensorFlow is known to keep memory")
def test_with_tensorflows_own_allocator_it_is():
    assert _kept_after_training(TF_ONEDNN_USE_SYSTEM_ALLOCATOR="0") > 300


def _kept_after_training(**setting):
    """Return how many MB a larger run leaves behind than a small one."""
    environment = os.environ | {"MALLOC_ARENA_MAX": "1"} | setting
    done = subprocess.run([sys.executable, "-c", TRAINED], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)
