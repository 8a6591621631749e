"""Figures with a text equivalent: images, training curves, confusion matrices."""

from helpers.plots import diagrams
from helpers.plots.curves import show_bands, show_curves
from helpers.plots.figures import COLORS, show, use_style
from helpers.plots.heat import heat_overlay
from helpers.plots.image_figures import show_confusion_matrix, show_images, show_mistakes
