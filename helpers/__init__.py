"""Learning to See: what the lessons of the course import.

A lesson's set-up cell calls `helpers.start("01")`; everything else is imported by name where a lesson needs it.
"""

COURSE = "Learning to See"


def start(lesson: str) -> None:
    """Make a kernel ready for a lesson, and print what it runs on.

    lesson: its number as in the file's name, such as "01".
    Imports TensorFlow without its log lines, sets the style of plots, and prints the versions, the budget and which
    exercises of the lesson are done on this machine. Raises ImportError, with the fix, where TensorFlow is missing, and
    DataError where COURSE_HOME can be no folder.
    """
    import os
    import platform

    from data_scripts.paths import home
    from helpers import tensorflow_import

    home()  # a wrong COURSE_HOME is said before anything else happens
    tensorflow = tensorflow_import.tensorflow()  # first: TensorFlow reads its log level once, while it loads
    import keras

    from helpers import budget, exercises
    from helpers.plots import figures

    figures.use_style()
    print(
        f"Learning to See, lesson {lesson}: Python {platform.python_version()}, TensorFlow {tensorflow.__version__}, "
        f"Keras {keras.__version__}, {os.cpu_count()} processor cores."
    )
    if budget.graded():
        budget.limit_training()
        print("Graded by nbgrader: every training run takes one batch an epoch.")
    elif budget.is_quick():
        print("Budget: quick. Every cell runs in seconds, and the networks learn little.")
    exercises.begin(lesson)
