"""What a lesson's set-up cell does."""

import os
import platform

from helpers import budget, grading, tensorflow_import


def start(lesson: str) -> None:
    """See `helpers.start`."""
    tensorflow_import.tensorflow()
    import keras
    import tensorflow

    from helpers import exercises
    from helpers.plots import figures

    figures.use_style()
    print(
        f"Learning to See, lesson {lesson}: Python {platform.python_version()}, TensorFlow {tensorflow.__version__}, "
        f"Keras {keras.__version__}, {os.cpu_count()} processor cores."
    )
    if grading.graded():
        grading.limit_training()
        print("Graded by nbgrader: every training takes one batch an epoch.")
    elif budget.is_quick():
        print("Budget: quick. Every cell runs in seconds, and the networks learn little.")
    exercises.progress(lesson)
