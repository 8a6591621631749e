"""Reference results: what the lessons' networks reached, measured beforehand over several seeds."""

from helpers.results.recipes import RECIPES
from helpers.results.reference import (
    compare,
    format_number,
    load,
    print_answers,
    print_head_on_photographs,
    print_photographs_table,
    print_seeds,
    seed_curves,
    show_by_images,
)
