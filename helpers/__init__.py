"""Learning to See: what the lessons of the course import.

A lesson's set-up cell calls `helpers.start("01")`; everything else is imported by name where a lesson needs it.
"""

COURSE = "Learning to See"


def start(lesson: str) -> None:
    """Make a kernel ready for a lesson; print what it runs on.

    lesson: its number as in the file's name, such as "01".
    Imports TensorFlow (without its log lines), sets the look of figures, and prints versions, the budget and which
    exercises of the lesson are done on this machine. Raises ImportError, with the mend, where TensorFlow is missing.
    """
    from helpers import session

    session.start(lesson)
