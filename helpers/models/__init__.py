"""Networks: the lessons' architectures, checkpoints, predictions, and what happens inside a trained one."""

from helpers.models.channels import channel_grid, filter_grid, silent_channel_share
from helpers.models.grad_cam import grad_cam
from helpers.models.layers import batch_outputs, layer_outputs
from helpers.models.outliers import KNNOutlierDetector
from helpers.models.predict import Prediction, predict_files
from helpers.models.receptive_fields import receptive_fields

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
