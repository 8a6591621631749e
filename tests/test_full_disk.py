"""Everything that writes into the course's folder, on a disk that is really full: a sentence, and nothing half-made."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

FULL = """
import json, os
from pathlib import Path
import keras, numpy as np
from PIL import Image
from data_scripts.__main__ import main
from data_scripts.paths import home
from helpers import launch
from helpers.contents import progress
from helpers.images import cache, own_images, own_samples
from helpers.models import checkpoints, feature_cache, upload_tasks
from helpers.training.runs import Run, Runs

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4_000)])
own, runs, features = own_images.OwnImages(home() / "own", ["cup"]), Runs("bench"), feature_cache.FeatureCache("tiny")
picture = Image.effect_noise((224, 224), 90).convert("RGB")
run = Run({"name": "x" * 40_000}, 1, 1, 1.0)
cache.IN_MEMORY = 0

def writers():
    checkpoints.save("mnist", "kept", model)
    own.keep("cup", picture)
    runs.add(run)
    yield "runs", lambda: runs.add(run) or runs.trouble
    yield "checkpoint", lambda: checkpoints.save("mnist", "kept", model)
    yield "another checkpoint", lambda: checkpoints.save("mnist", "new", model)
    yield "own image", lambda: own.keep("cup", picture)
    yield "samples", own_samples.sample_folder
    yield "digits", lambda: upload_tasks._written(np.random.default_rng(0).integers(0, 256, (60, 28, 28), "uint8"), range(60))
    yield "array on disk", lambda: cache.allocate((100, 30, 30, 3))
    yield "lessons", lambda: launch.main(["fresh", "03"])
    yield "data", lambda: main(["setup"])
    yield "progress", lambda: progress.mark_done("one-hot")
    yield "choice", lambda: progress.note_choice("01/1", "no")
    yield "last lesson", lambda: progress.note_lesson("03")
    yield "features", lambda: features.put({str(row): np.ones(1280, "float32") for row in range(100)})

def files():
    return {str(path.relative_to(home())): path.stat().st_size for path in home().rglob("*") if path.is_file()
            and not path.name.endswith(".lock") and path.parent.name != "cache"}

steps = writers()
step = next(steps)  # before the disk is full
with open(home() / "filler", "wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
said, before = {}, files()
while step:
    name, write = step
    try:
        said[name] = write()
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
    said[name] = [said[name], {path: size for path, size in files().items() if before.get(path) != size}]
    step = next(steps, None)
print("\\n" + json.dumps(said, default=str))
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_whatever_writes_says_that_the_disk_is_full_and_leaves_nothing_half_made(tmp_path):
    (tmp_path / "disk").mkdir()
    script = f'mount -t tmpfs -o size=1m none {tmp_path}/disk || exit 77; exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-c", FULL],
        cwd=ROOT,
        env=os.environ | {"COURSE_HOME": f"{tmp_path}/disk"},
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    changed = {name: files for name, (_, files) in said.items() if files}
    assert changed == {}
    sentences = {name: text for name, (text, _) in said.items()}
    for name in ("checkpoint", "another checkpoint", "own image", "samples", "digits"):
        assert sentences.pop(name).startswith("DataError: The disk is full: no room left in "), name
    assert sentences.pop("runs").startswith("The disk is full: no room left in ")
    assert "cannot be kept in" in sentences.pop("array on disk")
    printed = done.stdout + done.stderr
    assert "Your copy of the lessons could not be written" in printed
    assert printed.count("The disk is full") >= 1  # of `setup`
    # What is a convenience only: the lesson goes on, and says itself what isn't kept.
    assert sentences == {
        "lessons": 1,
        "data": 1,
        "progress": False,
        "choice": False,
        "last lesson": None,
        "features": None,
    }
    assert "Traceback" not in printed
