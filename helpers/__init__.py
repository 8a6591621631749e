"""Learning to See: what the lessons of the course import.

A lesson's set-up cell calls `helpers.start("01")`; everything else is imported by name where a lesson needs it.
"""

COURSE = "Learning to See"
WITHOUT_TENSORFLOW = "00"  # the lesson that is ready in a second


def start(lesson: str) -> None:
    """Make a kernel ready for a lesson, and print what it runs on.

    lesson: its number as in the file's name, such as "01".
    Imports TensorFlow without its log lines (except in lesson 00, which needs none), sets the style of plots, and prints
    the versions, the budget and which exercises of the lesson are done on this machine. Raises ImportError, with the fix,
    where TensorFlow is missing, and DataError where COURSE_HOME can be no folder.
    """
    import os
    import platform

    from data_scripts.paths import home

    home()  # a wrong COURSE_HOME is said before anything else happens
    versions = [f"Python {platform.python_version()}", *_versions(lesson)]

    from helpers import budget, exercises
    from helpers.plots import figures

    figures.use_style()
    print(f"Learning to See, lesson {lesson}: {', '.join(versions)}, {os.cpu_count()} processor cores.")
    if budget.graded():
        if lesson != WITHOUT_TENSORFLOW:
            budget.limit_training()
        print("Graded by nbgrader: every training run takes one batch an epoch.")
    elif budget.is_quick():
        print("Budget: quick. Every cell runs in seconds, and the networks learn little.")
    exercises.begin(lesson)


def _versions(lesson: str) -> list[str]:
    if lesson == WITHOUT_TENSORFLOW:
        import numpy

        return [f"NumPy {numpy.__version__}"]
    from helpers import tensorflow_import

    tensorflow = tensorflow_import.tensorflow()  # first: TensorFlow reads its log level once, while it loads
    import keras

    return [f"TensorFlow {tensorflow.__version__}", f"Keras {keras.__version__}"]
