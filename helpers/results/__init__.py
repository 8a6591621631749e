"""Reference results: what the lessons' networks reached, measured beforehand over several seeds."""

from helpers.results.reference import compare, seed_curves

__all__ = ["compare", "seed_curves"]
