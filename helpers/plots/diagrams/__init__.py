"""Diagrams: a network, a neuron, a way down a loss curve, a filter's window, shapes and receptive fields, class folders, a pipeline; SVG from the lesson's own numbers, for light and dark pages."""

from helpers.plots.diagrams.loss_slope import loss_slope
from helpers.plots.diagrams.network import network
from helpers.plots.diagrams.neuron import neuron
from helpers.plots.diagrams.pipeline import folder_to_batch, pipeline
from helpers.plots.diagrams.shapes import receptive_field, shapes
from helpers.plots.diagrams.svg import Diagram, Drawing
from helpers.plots.diagrams.window import filter_across_channels, window_places, window_sum, zoom_to_window

__all__ = [
    "Diagram",
    "Drawing",
    "filter_across_channels",
    "folder_to_batch",
    "loss_slope",
    "network",
    "neuron",
    "pipeline",
    "receptive_field",
    "shapes",
    "window_places",
    "window_sum",
    "zoom_to_window",
]
