"""A training run as a film: filters, activations, the answer for an image, and the validation, epoch by epoch.

Everything is computed once, here; moving the slider draws in the browser (`epoch_scrubber.js`).
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import keras
import numpy as np
import traitlets
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from helpers.images.classes import ClassNames, class_labels
from helpers.images.encode import image_address
from helpers.models import channel_grid, filter_grid, layer_outputs
from helpers.models.layer_graph import layers_by_name
from helpers.models.predict import class_names_of, predict_probabilities
from helpers.models.values import Values, as_batch, input_range, unit_images
from helpers.plots import charts
from helpers.plots.curves import history_text
from helpers.plots.labels import plain_text
from helpers.training.experiments import check_arrays
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets.base import Formats, InvalidValueError, script
from helpers.widgets.file_receiver import UserImage
from helpers.widgets.payload import to_bytes, to_rgb
from helpers.widgets.threshold_slider import confusion_table

CHANNELS, LARGEST = 8, 48  # of a layer, how many are shown, and the pixels of one
FILTERS = 16
SQUARE = np.ones((4, 4), np.uint8)  # of each weight, so that it stays sharp in a compressed image, too


@dataclass(frozen=True)
class Strip:
    """Tiles of one epoch, with what is said of all of them and of each: `tiles` by row, `columns` in a row, `gap` pixels between them."""

    title: str
    tiles: list[str]
    columns: int
    gap: int
    pixels: np.ndarray  # (rows, columns, 2), as `_with_gaps`


class EpochScrubber(UserImage):
    """`EpochScrubber(snapshots, image, (images, labels), class_names)`: one slider through the epochs of a training run.

    `snapshots`: what `EpochSnapshots` kept. `image` (H, W, C); `images` (N, H, W, C) and `labels`, as `class_labels` takes them:
    the validation images that are counted. Their values and `values` as for `network_input`. Set `step` (0 is the first epoch that was kept). The computation
    shows how far it is; then no step needs the kernel. ValueError if no epoch was kept, or the network has no convolution.
    """

    _esm = script("static/upload_control.js", "epoch_scrubber.js")
    _plan = traitlets.Dict().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)

    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        snapshots: EpochSnapshots,
        image: np.ndarray,
        validation: tuple[np.ndarray, Any],
        class_names: ClassNames | None = None,
        values: Values = None,
    ):
        if not getattr(snapshots, "kept", ()):
            raise ValueError("no epoch was kept: train with callbacks=[snapshots] first, snapshots = EpochSnapshots().")
        check_arrays("validation", validation)
        self._snapshots, self._model = snapshots, snapshots.model
        self._names = class_names_of(self._model, class_names)
        # Once, by the trained network: the first epochs may not tell yet.
        self._values = values if callable(values) else input_range(self._model, values)
        if not any(isinstance(layer, keras.layers.Conv2D) for layer in layers_by_name(self._model).values()):
            raise ValueError("This network has no convolution whose filters and channels could be shown.")
        labels = class_labels(validation[1], len(self._names), len(validation[0]))
        self._validation = unit_images(self._model, validation[0], self._values), labels
        self._confusions: list = []
        super().__init__()
        self.look(image)
        self.step = len(snapshots.kept) - 1

    @property
    def epochs(self) -> list[int]:
        """The epochs that the slider goes through."""
        return self._plan["epochs"]

    @traitlets.validate("step")
    def _within(self, proposal: dict) -> int:
        if proposal["value"] >= len(self._snapshots.kept):
            raise InvalidValueError(
                f"step goes from 0 to {len(self._snapshots.kept) - 1}; it cannot be {proposal['value']}."
            )
        return proposal["value"]

    def look(self, image: np.ndarray) -> None:
        """Compute everything for another image."""
        with _progress_line() as report:
            self._compute(image, report)

    def _compute(self, image: np.ndarray, report: Callable[[str, float], None]) -> None:
        image = unit_images(self._model, as_batch(self._model, image), self._values)[0]
        films, shares, confusions, epochs = [], [], [], self._snapshots.epochs
        if self._plan.get("epochs") != epochs:  # the first time, or training has gone on
            self._confusions = []
        for number, (epoch, network) in enumerate(self._snapshots.networks(), 1):
            report(f"Looking at epoch {epoch} ({number} of {len(epochs)}) …", number / len(epochs))
            shares.append(predict_probabilities(network, image[None], self._values)[0])
            films.append(_frame(network, image, self._values))
            if not self._confusions:
                confusions.append(self._confusion(network))
        self._confusions = self._confusions or confusions
        self.image, self._films = image, films
        sheets = [np.concatenate([strip.pixels for strip in strips]) for strips in zip(*films, strict=True)]
        short = [str(index) for index in range(len(self._names))] if len(self._names) > 4 else self._names
        plan = {
            "epochs": epochs,
            "names": self._names,
            "chances": [[round(float(share), 4) for share in row] for row in shares],
            "sentences": [self._sentence(*parts) for parts in zip(epochs, shares, self._confusions, strict=True)],
            "tables": [
                confusion_table(counts, short, short, "is ↓ says →", "Validation images") for counts in self._confusions
            ],
            "sections": [
                {
                    "title": strip.title,
                    "tiles": strip.tiles,
                    "columns": strip.columns,
                    "gap": strip.gap,
                    "sheet": image_address(sheet),
                }
                for strip, sheet in zip(films[0], sheets, strict=True)
            ],
            "image": image_address(to_rgb(image)),
            "curve": _curve(self._snapshots),
        }
        with self.hold_sync():
            self._plan, self._serial = plan, self._serial + 1

    def _confusion(self, network: keras.Model) -> list[list[int]]:
        images, labels = self._validation
        counts = np.zeros((len(self._names), len(self._names)), int)
        np.add.at(counts, (labels, predict_probabilities(network, images, self._values).argmax(axis=1)), 1)
        return counts.tolist()

    def _take(self, image: np.ndarray) -> str:
        self._compute(image, lambda words, share: self._say(words))
        return "Your image, through all epochs."

    def _sentence(self, epoch: int, shares: np.ndarray, counts: list[list[int]]) -> str:
        best, when = int(shares.argmax()), f"After epoch {epoch}" if epoch else "Before training"
        answer = f"the network takes this image for {self._names[best]} ({shares[best]:.2f})"
        return f"{when}: {answer}; {np.trace(counts)} of {np.sum(counts)} validation images are right."

    def fallback(self) -> Formats:
        """Return the first, the middle and the last epoch as an image, and their answers in words."""
        steps = sorted({0, len(self.epochs) // 2, len(self.epochs) - 1})
        text = " ".join(self._plan["sentences"][step] for step in steps)
        state = {"_still": True, "_plan": self._plan, "step": self.step}
        return self._live_image_fallback(text, self._figure(steps), state)

    def _figure(self, steps: list[int]) -> Figure:
        """Plot filters and activations at the beginning, in the middle and at the end."""
        count = len(self._films[0])
        figure = Figure(figsize=(8.4, 0.62 * count + 0.5), layout="constrained")
        for column, axes in zip(steps, figure.subplots(count, len(steps), squeeze=False).T, strict=True):
            epoch, shares = self.epochs[column], self._plan["chances"][column]
            best = int(np.argmax(shares))
            when = f"epoch {epoch}" if epoch else "before"
            for axis, strip in zip(axes, self._films[column], strict=True):
                axis.imshow(strip.pixels[..., 0], cmap="gray", vmin=0, vmax=255)
                axis.axis("off")
                axis.set_title(plain_text(strip.title.partition(":")[0]), fontsize=7, pad=2)
            axes[0].set_title(plain_text(f"{when}: {self._names[best]} {shares[best]:.2f}"), fontsize=9)
        return figure


def _frame(network: keras.Model, image: np.ndarray, values: Values) -> list[Strip]:
    """Return what one epoch shows: the first filters, and some channels of every convolution."""
    strips: list[Strip] = []
    outputs = layer_outputs(network, image, values)
    for name, layer in layers_by_name(network).items():
        if not isinstance(layer, keras.layers.Conv2D):
            continue
        if not strips:
            strips.append(_filters(layer))
        maps = outputs[name][..., :CHANNELS]
        thin = -(-max(maps.shape[:2]) // LARGEST)
        maps = maps[: maps.shape[0] // thin * thin, : maps.shape[1] // thin * thin]
        maps = maps.reshape(maps.shape[0] // thin, thin, -1, thin, maps.shape[2]).max(axis=(1, 3))
        height, width, count = maps.shape
        pixels = _with_gaps(to_bytes(channel_grid(maps, CHANNELS)[0]), height + 1, width + 1, 1)
        tiles = [f"{name}, channel {number}" for number in range(count)]
        strips.append(Strip(f"{name}: channels 0 to {count - 1}", tiles, count, 1, pixels))
    return strips


def _filters(layer: keras.layers.Conv2D) -> Strip:
    """Return the filters of a convolution, a column for each: one row, or one for each color."""
    side = len(SQUARE)
    down, across = (side * (length + 1) for length in layer.kernel_size)
    pixels = _with_gaps(np.kron(to_bytes(filter_grid(layer, filters=FILTERS)), SQUARE), down, across, side)
    columns, depth = min(layer.filters, FILTERS), min(layer.kernel.shape[2], 3)
    rows = {1: [""], 2: [", input 0", ", input 1"], 3: [", red", ", green", ", blue"]}[depth]
    tiles = [f"filter {number}{row}" for row in rows for number in range(columns)]
    by_color = ", rows red, green and blue" if depth == 3 else ""
    return Strip(f"filters of the first convolution{by_color}: dark below 0, light above", tiles, columns, side, pixels)


def _with_gaps(grid: np.ndarray, down: int, across: int, gap: int) -> np.ndarray:
    """Return tiles (rows, columns) uint8 with alpha, (rows, columns, 2): the gap at the end of each is transparent."""
    row, column = np.indices(grid.shape)
    is_gap = (row % down >= down - gap) | (column % across >= across - gap)
    return np.dstack([grid, np.where(is_gap, 0, 255).astype(np.uint8)])


def _curve(snapshots: EpochSnapshots) -> str:
    """Return training and validation by kept epoch, accuracy where there is one, or the loss, as a chart; SVG."""
    metric = "accuracy" if any("accuracy" in snapshot.logs for snapshot in snapshots.kept) else "loss"
    keys = [metric, f"val_{metric}"]
    history = {
        key: [(float(kept.epoch), kept.logs[key]) for kept in snapshots.kept if key in kept.logs] for key in keys
    }
    lines = [charts.Line(points, dashed=key != metric) for key, points in history.items()]
    panel = charts.Panel(f"{metric} (– – validation)", lines, (0, snapshots.epochs[-1]))
    return charts.svg([panel], history_text("", metric, history), 240, 160)


@contextlib.contextmanager
def _progress_line() -> Iterator[Callable[[str, float], None]]:
    """Show how far something is in a line that goes away at the end; silent outside a notebook."""
    if getattr(get_ipython(), "kernel", None) is None:
        yield lambda words, share: None
        return
    line = display({"text/plain": "…"}, raw=True, display_id=True)

    def report(words: str, share: float) -> None:
        bar = f'<progress value="{share:.3f}" aria-label="{escape(words)}"></progress>'
        line.update({"text/html": f"{escape(words)} {bar}", "text/plain": words}, raw=True)

    try:
        yield report
    finally:
        line.update({}, raw=True)
