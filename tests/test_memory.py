"""How much memory a kernel had, and what makes a training need less."""

import re
import subprocess
import sys

import pytest

from helpers import memory
from tests.benchmarks.bench_memory import apart
from tools.notebooks import MOST_GB, lessons, read


def test_the_peak_of_memory_is_told_in_gigabytes():
    assert 0.05 < memory.peak() < 64
    assert "GB" in memory.sentence()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system gives the figure of the process alone")
def test_what_another_process_has_does_not_count():
    parent = "block = bytearray(300 << 20); import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"
    child = "from helpers import memory; print(memory.peak())"
    done = subprocess.run([sys.executable, "-c", parent.format(child)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.2


def test_a_step_in_pieces_takes_less_memory_than_one_whole_batch():
    most = {pieces: apart(pieces=pieces, epochs=1, images=256)["peak"] for pieces in (1, 4)}
    assert most[4] < 0.9 * most[1], most


@pytest.mark.parametrize("lesson", ["06", "07", "08"])
def test_a_lesson_that_tells_its_memory_needed_no_more_than_the_course_allows(lesson):
    cells = read(lessons(lesson)[0]).cells
    texts = [output.get("text", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    told = [float(found) for found in re.findall(r"at most ([\d.]+) GB", "\n".join(texts))]
    assert told and max(told) <= MOST_GB, told
