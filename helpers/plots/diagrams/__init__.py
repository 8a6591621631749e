"""Diagrams made from a lesson's own numbers, each an SVG for light and dark pages with the same said in words."""

from helpers.plots.diagrams.confusion import precision_recall
from helpers.plots.diagrams.flatten import what_flatten_passes
from helpers.plots.diagrams.inside import layer_outputs, occlusion, receptive_fields
from helpers.plots.diagrams.loss_slope import loss_slope
from helpers.plots.diagrams.network import network
from helpers.plots.diagrams.neuron import neuron
from helpers.plots.diagrams.pasting import alpha_paste
from helpers.plots.diagrams.pipeline import folder_to_batch, pipeline
from helpers.plots.diagrams.predicting import adversarial_step, neighbor_distances, prediction
from helpers.plots.diagrams.regularization import dropout_row, epoch_views, two_by_two
from helpers.plots.diagrams.shapes import receptive_field, shapes
from helpers.plots.diagrams.svg import Diagram, Drawing
from helpers.plots.diagrams.window import filter_across_channels, window_places, window_sum, zoom_to_window
