"""Training runs: callbacks for `fit`, weights by epoch, runs in the background and what came of them."""

from helpers.training.callbacks import LiveCurves, StopAt
from helpers.training.snapshots import EpochSnapshots

__all__ = ["EpochSnapshots", "LiveCurves", "StopAt"]
