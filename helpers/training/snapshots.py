"""Weights by epoch: copies of a network's weights during training, to look at it as it was.

snapshots = EpochSnapshots()
model.fit(…, callbacks=[snapshots])
for epoch, network in snapshots.networks():      # epoch 0 is before `fit`
    print(epoch, network.evaluate(…))
"""

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np

from helpers.training.progress import Logs, single_values

MILLION = 1_000_000


@dataclass(frozen=True)
class Snapshot:
    """The weights (float16, half of the memory) after `epoch` epochs, and what `fit` reported then."""

    epoch: int
    weights: tuple[np.ndarray, ...]
    logs: dict[str, float]

    @property
    def bytes(self) -> int:
        """The memory in use."""
        return sum(array.nbytes for array in self.weights)


class EpochSnapshots(keras.callbacks.Callback):
    """Copy the weights before training and after every epoch, in at most `megabytes` of memory.

    When these are full, every second snapshot is dropped, and from then on only every second epoch (then every
    fourth, …) is kept; the first and the latest always are. float16 has three digits: enough to look at a network,
    and good for its predictions to about 0.001. A second `fit` goes on counting;
    that of another network begins with nothing kept.
    Raises ValueError, when `fit` begins, if not even two copies fit.
    """

    def __init__(self, megabytes: float = 400):
        super().__init__()
        self.megabytes = megabytes
        self.kept: list[Snapshot] = []
        self._every, self._count, self._in_epoch = 1, 0, False
        self._of: keras.Model | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Copy the weights of the untrained network."""
        if self._of is not self.model:  # another network: what was kept of the last one is of no use for it
            self.kept, self._every, self._count, self._of = [], 1, 0, self.model
        if not self.kept and self.model.built:
            self._keep({})

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note that the weights are going to change."""
        self._in_epoch = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Copy the weights."""
        if not self._in_epoch:  # it is in the list of callbacks twice
            return
        self._in_epoch = False
        self._count += 1
        self._keep(single_values(logs))

    @property
    def epochs(self) -> list[int]:
        """The epochs that have a snapshot; 0 is before training."""
        return [snapshot.epoch for snapshot in self.kept]

    @property
    def bytes(self) -> int:
        """The memory in use."""
        return sum(snapshot.bytes for snapshot in self.kept)

    def __str__(self) -> str:
        count = f"{len(self.kept)} cop{'y' if len(self.kept) == 1 else 'ies'}"
        thinned = f", every {self._every} epochs" if self._every > 1 else ""
        return f"{count} of the weights{thinned}: {self.bytes / MILLION:.1f} MB of at most {self.megabytes:g} MB."

    def networks(self) -> Iterator[tuple[int, keras.Model]]:
        """Yield (epoch, the network as it was). It is always the same copy with other weights: use it at once."""
        if not self.kept:
            return
        copy = keras.models.clone_model(self.model)
        if not copy.built:  # a Sequential that began without a keras.Input
            copy.build(self.model.input_shape)
        for snapshot in self.kept:
            restore(copy, snapshot)
            yield snapshot.epoch, copy

    def _keep(self, logs: dict[str, float]) -> None:
        snapshot = Snapshot(self._count, tuple(_small(array) for array in self.model.get_weights()), logs)
        limit = self.megabytes * MILLION
        if 2 * snapshot.bytes > limit:
            raise ValueError(
                f"Two copies of this network take {2 * snapshot.bytes / MILLION:.1f} MB; "
                f"EpochSnapshots(megabytes={self.megabytes:g}) allows less."
            )
        if self.kept and self.kept[-1].epoch % self._every:
            self.kept.pop()  # it was kept only as the latest
        self.kept.append(snapshot)
        while self.bytes > limit:
            self._every *= 2
            self.kept = [old for old in self.kept if old.epoch % self._every == 0 or old is snapshot]


def restore(model: keras.Model, snapshot: Snapshot) -> None:
    """Set the weights of `model` to those of a snapshot."""
    model.set_weights([array.astype("float32") if array.dtype == np.float16 else array for array in snapshot.weights])
    _use_means(model)


def _use_means(model: keras.Model) -> None:
    """Let Normalization use the mean and variance among the weights: a clone keeps those that it was built with."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
        elif isinstance(layer, keras.Model):
            _use_means(layer)


def _small(array: np.ndarray) -> np.ndarray:
    """Return the array as float16 where that can hold it; whole numbers stay, and larger values become float32."""
    if not np.issubdtype(array.dtype, np.floating):
        return array.copy()
    fits = np.abs(array).max(initial=0) <= np.finfo(np.float16).max  # False for NaN, too
    return array.astype(np.float16 if fits else np.float32)
