"""How much memory this kernel has used at most, and how a kernel to come uses less."""

import platform
import sys
from pathlib import Path

FRUGAL = {"TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "1", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def peak() -> float:
    """The most memory that this process has had at any time since it began, in GB; 0.0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e9 if sys.platform == "darwin" else most * 1024 / 1e9


def sentence() -> str:
    """ "at most 1.62 GB of memory so far"; "" where the system does not tell."""
    return f"at most {peak():.2f} GB of memory so far" if peak() else ""


def frugal() -> dict[str, str]:
    """Environment variables for a process to come: its trainings give back what they no longer need. {} where they would not.

    oneDNN, which computes for TensorFlow on Linux, keeps what it ever had, in pieces that often fit nothing else. Without
    that, memory comes from the C library, in huge pages, or the processor would spend half its time on fetching small ones:
    this takes glibc 2.35 or newer, and a Linux whose setting is not "never". `python -m tests.benchmarks.bench_memory`
    measures both.
    """
    library, version = platform.libc_ver()
    new = library == "glibc" and tuple(int(part) for part in version.split(".")[:2]) >= (2, 35)
    return dict(FRUGAL) if new and HUGE_PAGES.is_file() and "[never]" not in HUGE_PAGES.read_text() else {}
