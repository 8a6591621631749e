"""Networks: the lessons' architectures, checkpoints, predictions, and what happens inside a trained one."""

from helpers.models.layers import (
    batch_outputs,
    channel_grid,
    filter_grid,
    grad_cam,
    layer_outputs,
    receptive_fields,
    silent_channel_share,
)
from helpers.models.outliers import KNNOutlierDetector
from helpers.models.predict import Prediction, predict_files

__all__ = [
    "KNNOutlierDetector",
    "Prediction",
    "batch_outputs",
    "channel_grid",
    "filter_grid",
    "grad_cam",
    "layer_outputs",
    "predict_files",
    "receptive_fields",
    "silent_channel_share",
]
