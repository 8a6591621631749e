"""Reference results: what the lessons' networks reached, measured beforehand over several seeds."""

from helpers.results.recipes import RECIPES
from helpers.results.reference import compare, format_number, load, seed_curves
from helpers.results.tables import (
    print_answers,
    print_head_on_photographs,
    print_photographs_table,
    print_seeds,
    show_by_images,
)
