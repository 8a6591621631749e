"""Training: callbacks for `fit`, weights by epoch, background runs, and experiments that keep their runs."""

from helpers.training.callbacks import LiveCurves, StopAt
from helpers.training.snapshots import EpochSnapshots
