"""Networks: the lessons' architectures, checkpoints, predictions, and what happens inside a trained one."""

from helpers.models.channels import channel_grid, filter_grid
from helpers.models.grad_cam import grad_cam
from helpers.models.layers import batch_outputs, layer_outputs
from helpers.models.occlusion import occlusion_drops, spread_drops
from helpers.models.outliers import KNNOutlierDetector
from helpers.models.predict import Prediction, predict_files
from helpers.models.receptive_fields import receptive_fields
from helpers.models.top_patches import cut_patch, top_patches
