"""Stands in for the package that is there on Colab alone: what the course and anywidget use of it, and nothing more."""
