"""How much memory this kernel has used at most. GB are 1e9 bytes."""

import sys
from pathlib import Path


def peak() -> float:
    """The most memory that this process has had at any time since it began, in GB; 0.0 where the system does not tell."""
    try:  # on Linux `getrusage` begins with the peak of the parent
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e9 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):  # another system
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e9 if sys.platform == "darwin" else most * 1024 / 1e9


def sentence() -> str:
    """ "at most 1.62 GB of memory so far"; "" where the system does not tell."""
    return f"at most {peak():.2f} GB of memory so far" if peak() else ""
