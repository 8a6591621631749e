"""What the widgets that look inside a network send to the browser: a byte for each value, and images."""

import math
from collections.abc import Mapping, Sequence

import keras
import numpy as np

from helpers.images.encode import image_address, to_uint8
from helpers.models.layer_graph import layers_by_name
from helpers.models.layers import layer_outputs
from helpers.models.receptive_fields import ReceptiveField, receptive_fields
from helpers.models.top_patches import TopPatches
from helpers.models.values import Values

FLAT = 32  # units in a row of a flat layer


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Return floats 0…1 as uint8."""
    return np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)


def layer_tiles(model: keras.Model, image: np.ndarray, values: Values = None) -> tuple[list[dict], bytes]:
    """Return all layers but Flatten for `image` (H, W, C): what is known of each, and the tiles of all as bytes.

    A layer is {"name", "kind", "shape" (as a list), "rows", "columns", "count" (tiles of rows × columns), "offset" (of its first
    byte), "dead" (numbers of its silent channels), "share" (of them), "low" and "top" (what 0 and 255 mean, for each tile), "field"}:
    `field` is [size, step, start] down and across, or None. Each tile is stretched from 0 (or its smallest
    value, where that is below) to its largest (or 0, where all are below). A flat layer is one tile with 32 units a row.
    """
    fields, layers, pieces, offset = receptive_fields(model), [], [], 0
    kinds = {name: type(layer).__name__ for name, layer in layers_by_name(model).items()}
    for name, output in layer_outputs(model, image, values).items():
        if kinds.get(name) == "Flatten":
            continue
        output = as_channels(np.nan_to_num(output, nan=0, posinf=0, neginf=0))
        silent = (output == 0) if output.ndim == 1 else (output == 0).all(axis=(0, 1))
        tiles = _flat_tile(output) if output.ndim == 1 else output.transpose(2, 0, 1)
        low, high = np.minimum(tiles.min(axis=(1, 2)), 0), np.maximum(tiles.max(axis=(1, 2)), 0)
        span = np.where(high > low, high - low, 1)[:, None, None]
        data = to_bytes((tiles - low[:, None, None]) / span)
        layers.append(
            {
                "name": name,
                "kind": kinds.get(name, ""),
                "shape": list(output.shape),
                "rows": data.shape[1],
                "columns": data.shape[2],
                "count": len(data),
                "offset": offset,
                "dead": np.flatnonzero(silent).tolist(),
                "share": float(silent.mean()),
                "low": [float(f"{value:.4g}") for value in low],
                "top": [float(f"{value:.4g}") for value in high],
                "field": _as_lists(fields.get(name)),
            }
        )
        offset += data.size
        pieces.append(data.tobytes())
    return layers, b"".join(pieces)


def as_channels(output: np.ndarray) -> np.ndarray:
    """Return the output of a layer as (H, W, channels) or (units,): rows without channels are one, any other shape is flat."""
    output = output[..., None] if output.ndim == 2 else output
    return output if output.ndim == 3 else output.reshape(-1)


def _flat_tile(values: np.ndarray) -> np.ndarray:
    columns = min(FLAT, values.size)
    tile = np.zeros((1, -(-values.size // columns), columns), "float32")
    tile.reshape(-1)[: values.size] = values
    return tile


def _as_lists(field: tuple[ReceptiveField, ReceptiveField] | None) -> list | None:
    return None if field is None else [[side.size, side.step, side.start] for side in field]


def to_rgb(image: np.ndarray) -> np.ndarray:
    """Return what a network takes, (H, W), (H, W, 1) or (H, W, 3) floats 0…1, as (H, W, 3) uint8. ValueError for others."""
    pixels = to_uint8(np.clip(image, 0, 1))
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels


def atlases(layers: Sequence[dict], data: bytes, quality: int = 50) -> list[str | None]:
    """Return the tiles of each layer as the address of an image, for pages without a kernel: a tenth of the bytes, and not
    quite the same values. Tiles are in rows of ⌈√count⌉. None where a layer passes on what it got, as Dropout does.
    """
    files, before = [], b""
    for layer in layers:
        size = layer["rows"] * layer["columns"] * layer["count"]
        piece = data[layer["offset"] : layer["offset"] + size]
        files.append(None if piece == before else _atlas(layer, piece, quality))
        before = piece
    return files


def _atlas(layer: dict, piece: bytes, quality: int) -> str:
    count, rows, columns = layer["count"], layer["rows"], layer["columns"]
    side = math.ceil(math.sqrt(count))
    sheet = np.zeros((-(-count // side) * side, rows, columns), np.uint8)
    sheet[:count] = np.frombuffer(piece, np.uint8).reshape(count, rows, columns)
    sheet = sheet.reshape(-1, side, rows, columns).swapaxes(1, 2).reshape(-1, side * columns)
    return image_address(sheet, quality)


def patch_sheets(patches: Mapping[str, TopPatches]) -> list[dict]:
    """Return each layer's patches: {"layer", "channels", "count", "rows", "columns", "strengths", "sheet"}.

    The sheet is the address of an image with a row for each channel: (channels · rows, count · columns) pixels.
    """
    specs = []
    for name, top in patches.items():
        channels, count, rows, columns, colors = top.pixels.shape
        sheet = top.pixels.swapaxes(1, 2).reshape(channels * rows, count * columns, colors)
        spec = {"layer": name, "channels": channels, "count": count, "rows": rows, "columns": columns}
        spec["strengths"] = [[float(f"{value:.3g}") for value in row] for row in top.strengths]
        specs.append(spec | {"sheet": image_address(sheet, 100 if rows <= 16 else 60)})
    return specs
