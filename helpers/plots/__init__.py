"""Figures with a text equivalent, and training show_curves."""

from helpers.plots.figures import (
    show,
    show_bands,
    show_confusion_matrix,
    show_curves,
    show_images,
    show_mistakes,
    use_style,
)

__all__ = ["show_bands", "show_confusion_matrix", "show_curves", "show_images", "show_mistakes", "show", "use_style"]
