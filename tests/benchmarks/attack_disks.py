"""Kill, fill up, close and misname: `python -m tests.benchmarks.attack_disks [--count 60]`.

A case fails when a command prints a traceback, when a set is neither whole nor said to be missing, or when a set that
was there before is gone. Linux; as root also with disks that are really full or read-only.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.test_atomic import bad_homes  # noqa: E402

COMMANDS = [
    "setup",
    "status",
    "check mnist",
    "check cats_vs_dogs",
    "clean cats_vs_dogs",
    "get cats_vs_dogs --source offline",
]
TINY = """
import os, sys, threading, signal, time
from tests import tiny_images
tiny_images.install(dict.__setitem__)
from data_scripts.__main__ import main
if os.environ.get("KILL_AFTER"):
    threading.Timer(float(os.environ["KILL_AFTER"]), os.kill, (os.getpid(), signal.SIGKILL)).start()
sys.exit(main(sys.argv[1:]))
"""


def run(words: str, home: str, before: str = "", **more: str) -> tuple[int, str]:
    """Run a command on small made-up sets in a process of its own; return its exit code and what it printed."""
    environment = os.environ | {"COURSE_HOME": home, "PYTHONPATH": str(ROOT), "COURSE_SOURCE": "auto"} | more
    command = [sys.executable, "-c", TINY, *words.split()]
    if before:
        command = ["unshare", "--mount", "sh", "-c", f'{before} && exec "$@"', "sh", *command]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def homes(folder: Path) -> Iterator[str]:
    """Every bad home with every command."""
    for kind, (value, reason) in bad_homes(folder).items():
        for words in COMMANDS:
            code, said = run(words, value)
            fine = code == 1 and "Traceback" not in said and reason in said
            yield "" if fine else f"home: {kind}, {words}: {code} {said[-200:]}"


def kills(folder: Path, count: int) -> Iterator[str]:
    """A rendered set made again with `--again`, killed at a random moment: the old or the new one is there."""
    home, chance = str(folder / "killed"), random.Random(0)
    run("get cats_vs_dogs --source offline", home)
    for _ in range(count):
        code, said = run("get cats_vs_dogs --source offline --again", home, KILL_AFTER=f"{chance.uniform(0.05, 3):.3f}")
        after = run("status", home)[1]
        line = next((line for line in after.splitlines() if line.startswith("cats_vs_dogs      offline")), after)
        yield "" if code in (0, -9) and "Traceback" not in said and "ready" in line else f"killed: {code} {said} {line}"


def disks(folder: Path, count: int) -> Iterator[str]:
    """Disks of many sizes, and read-only ones."""
    for number in range(count):
        place = folder / f"disk{number}"
        place.mkdir()
        size = f"{4 + number * 4}k"
        mount = f"mount -t tmpfs -o size={size} none {place}"
        if number % 4 == 3:
            mount += f" && mount -o remount,ro {place}"
        code, said = run("get cats_vs_dogs --source offline", str(place), mount)
        yield "" if code in (0, 1) and "Traceback" not in said else f"disk of {size}: {code} {said[-300:]}"


def main() -> int:
    """Print attempts and failures of each kind; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="kills; a third as many disks")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = {"homes": homes(folder), "kills": kills(folder, options.count)}
        if os.geteuid() == 0:
            kinds["disks"] = disks(folder, options.count // 3)
        for kind, cases in kinds.items():
            outcomes = list(cases)
            failures = [outcome for outcome in outcomes if outcome]
            failed += len(failures)
            print("\n".join([*failures, f"{kind}: {len(outcomes)} attempts, {len(failures)} failures"]), flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
