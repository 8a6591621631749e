"""While nbgrader runs a lesson nobody looks at its curves: every training shrinks to one batch an epoch."""

import functools
import inspect
import os


def graded() -> bool:
    """Whether nbgrader is running this notebook, to grade or to validate it."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def limit_training() -> None:
    """From now on `fit` takes one batch an epoch, and one to validate. Calling it twice changes nothing more."""
    import keras

    fit = keras.Model.fit
    if getattr(fit, "one_batch", False):
        return
    signature = inspect.signature(fit)

    @functools.wraps(fit)
    def short(*arguments, **named):
        given = signature.bind(*arguments, **named).arguments
        given["steps_per_epoch"] = 1
        if given.get("validation_data") is not None or given.get("validation_split"):
            given["validation_steps"] = 1
        return fit(**given)

    short.one_batch = True
    keras.Model.fit = short
