"""How much memory a kernel had, and what makes one need less."""

import os
import platform
import sys

import pytest

from helpers import desk, memory
from tests.benchmarks.bench_memory import apart


def test_the_peak_of_memory_is_told_in_gigabytes():
    assert 0.05 < memory.peak() < 64
    assert "GB" in memory.sentence()


@pytest.fixture
def linux(tmp_path, monkeypatch):
    """Sets the C library's version and the setting of huge pages."""

    def choose(library, setting):
        monkeypatch.setattr(platform, "libc_ver", lambda: library)
        monkeypatch.setattr(memory, "HUGE_PAGES", tmp_path / "enabled")
        if setting:
            (tmp_path / "enabled").write_text(setting)

    return choose


@pytest.mark.parametrize(
    ("library", "setting", "helps"),
    [
        (("glibc", "2.36"), "always [madvise] never\n", True),
        (("glibc", "2.35"), "[always] madvise never\n", True),
        (("glibc", "2.34"), "always [madvise] never\n", False),  # it has no huge pages
        (("glibc", "2.36"), "always madvise [never]\n", False),
        (("glibc", "2.36"), None, False),
        (("", ""), "always [madvise] never\n", False),  # macOS, musl
    ],
)
def test_memory_comes_from_the_c_library_only_where_that_is_fast(linux, library, setting, helps):
    linux(library, setting)
    assert bool(memory.frugal()) == helps


@pytest.mark.parametrize("wish", ["small", ""])
def test_make_lab_starts_kernels_that_need_less_on_request(course_home, linux, monkeypatch, wish):
    linux(("glibc", "2.36"), "always [madvise] never\n")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(desk.data, "main", lambda words: 0)
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    monkeypatch.setenv("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "0")
    started = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append(environment))
    monkeypatch.setenv("COURSE_MEMORY", wish)
    desk.main(["open"])
    assert started[0].get("GLIBC_TUNABLES") == ("glibc.malloc.hugetlb=1" if wish else None)
    assert started[0]["TF_ONEDNN_USE_SYSTEM_ALLOCATOR"] == "0", "what is set already stays"


def test_where_less_memory_is_not_to_be_had_make_lab_says_so(course_home, linux, monkeypatch, capsys):
    linux(("", ""), None)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(desk.data, "main", lambda words: 0)
    monkeypatch.setattr(os, "execve", lambda program, command, environment: None)
    monkeypatch.setenv("COURSE_MEMORY", "small")
    desk.main(["open"])
    assert "COURSE_MEMORY=small needs Linux" in capsys.readouterr().out


def test_a_training_gives_its_memory_back():
    """What is left after a training in large batches: with the variables less than without."""
    if not memory.frugal():
        pytest.skip("the C library or the system here has no huge pages for it")
    ways = {"as ever": {}, "frugal": memory.frugal()}
    left = {name: apart(variables, epochs=1, pictures=256)["left"] for name, variables in ways.items()}
    assert left["frugal"] < 0.75 * left["as ever"]
