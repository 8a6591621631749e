"""Experiments: the same data and the same question, one run for each choice of settings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from data_scripts.errors import DataError
from helpers.training.background import BackgroundTraining, BusyError, busy, error_sentence
from helpers.training.progress import TrainingProgress, format_settings
from helpers.training.runs import Run, Runs

FOR_FIT = {"epochs": 5, "batch_size": 32}  # settings that go to `fit`, and their defaults
MOST_LAYERS = 12  # a whole number up to this may be a number of layers


class ExperimentError(DataError, RuntimeError):
    """A run that is impossible: its settings do not fit together, or `fit` failed. Its text is one sentence."""


class Experiment:
    """Train networks with different settings in the background, one at a time, and keep every run.

    name, build, settings, train, validation: as for `helpers.widgets.ExperimentBench`, which shows an experiment.

    on_progress  called with the `TrainingProgress` in the background thread, at most four times a second
    on_end       called in that thread with the new `Run`, or None after a failure (then `training.error` says why)

    `runs` has all runs, also those of earlier sessions. Raises ValueError for data that cannot work, ExperimentError for
    such settings.
    """

    def __init__(
        self,
        name: str,
        build: Callable[..., keras.Model],
        settings: Mapping[str, Sequence],
        train: Any,
        validation: Any = None,
        on_progress: Callable[[TrainingProgress], None] = lambda progress: None,
        on_end: Callable[[Run | None], None] = lambda run: None,
    ):
        for label, values in settings.items():
            if isinstance(values, str) or not np.iterable(values):
                raise ValueError(f"The setting {label!r} is {values!r}; give a list of values to choose from.")
        self.runs, self.settings = Runs(name), {label: list(values) for label, values in settings.items()}
        self._build, self._train, self._validation = build, train, validation
        self._in_batches = not isinstance(train, tuple | list)
        if train is None:
            raise ValueError("train is None; it has to be (images, labels), or batches of them.")
        if self._in_batches and "batch_size" in settings:
            raise ValueError("These images come in batches already; leave batch_size out of the settings.")
        for label, values in self.settings.items():
            if not values:
                raise ValueError(f"The setting {label!r} has no value to choose from.")
            for value in values:
                as_scalar(label, value)
        for what, data in {"train": train, "validation": validation}.items():
            if isinstance(data, tuple | list):
                check_arrays(what, data)
        self.training, self._on_end = BackgroundTraining(on_progress, self._keep), on_end
        self._current: tuple[dict, int] = {}, 0  # settings and parameters
        self._latest: Run | None = None

    def model(self, settings: Mapping[str, Any]) -> keras.Model:
        """Return a new, untrained network. Raises ExperimentError where `build` refuses the settings."""
        values = {name: value for name, value in settings.items() if name not in FOR_FIT}
        try:
            model = self._build(**values)
        except Exception as error:
            reason = shrunk_image(self._build, values) or error_sentence(error)
            text = f"These settings do not fit together ({format_settings(values)}): {reason}"
            raise ExperimentError(text) from error
        if not isinstance(model, keras.Model):
            raise ExperimentError(f"`build` returns {model!r:.60}; it has to return a compiled network.")
        if not model.built:
            raise ExperimentError("The network does not know the size of its images; begin it with keras.Input(…).")
        return model

    def start(self, settings: Mapping[str, Any]) -> None:
        """Start a run in the background. Raises BusyError while another is under way, ExperimentError as above."""
        for name in set(settings) - set(self.settings) - set(FOR_FIT):
            raise ExperimentError(f"{name!r} is not a setting here; these are: {', '.join(self.settings)}.")
        settings = {name: as_scalar(name, value) for name, value in settings.items()}
        options = {name: settings.get(name, default) for name, default in FOR_FIT.items()}
        for name, value in options.items():
            if type(value) is not int or value < 1:
                raise ExperimentError(f"{name} is {value!r}; it has to be a whole number from 1.")
        if self._in_batches:
            del options["batch_size"]
            if not isinstance(self._train, keras.utils.PyDataset):
                options["shuffle"] = False  # a tf.data.Dataset shuffles itself; Keras warns if it is asked to
        if busy():
            raise BusyError(busy())
        model = self.model(settings)
        self._current = settings, model.count_params()
        data = [self._train] if self._in_batches else self._train
        self.training.start(model, *data, validation_data=self._validation, **options)

    def run(self, settings: Mapping[str, Any]) -> Run:
        """Start a run, wait, and return it. An interrupt (■) stops `fit` and keeps the run."""
        self.start(settings)
        while self.training.running:
            try:
                self.training.wait()
            except KeyboardInterrupt:
                self.training.stop()
        if self.training.error or self._latest is None:
            raise ExperimentError(self.training.error)
        return self._latest

    def _keep(self, training: BackgroundTraining) -> None:
        """In the background thread, at the end: make a run of it."""
        progress, (settings, parameters) = training.progress, self._current
        self._latest = None
        if not training.error:
            images = None if self._in_batches else len(self._train[0])
            self._latest = Run(settings, parameters, images, progress.seconds, progress.history, progress.stopping)
            self.runs.add(self._latest)
        self._on_end(self._latest)


def as_scalar(name: str, value: Any) -> Any:
    """Return a setting's value; a NumPy scalar as a Python number. Raises ExperimentError for an array or a NaN."""
    if np.ndim(value) or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        raise ExperimentError(f"{name} is {str(value):.60}; it has to be one number or one word.")
    return value.item() if hasattr(value, "item") else value


def check_arrays(what: str, data: Any) -> None:
    """Raise ValueError where `data` is not (images, labels), as many of one as of the other and not none."""
    if not isinstance(data, tuple | list) or len(data) != 2 or any(np.ndim(part) == 0 for part in data):
        raise ValueError(f"{what} has to be (images, labels), two arrays.")
    images, labels = map(len, data)
    if images != labels:
        raise ValueError(f"{images} images do not go with {labels} labels.")
    if not images:
        raise ValueError(f"{what} has no images.")


def shrunk_image(build: Callable[..., keras.Model], settings: Mapping[str, Any]) -> str:
    """Return a sentence if `build` fails because a layer too many finds nothing left of the image; else "".

    Builds the network with fewer layers: a feature map of less than 4 × 4 pixels is too small for one more 3×3 filter
    and 2×2 pooling layer, (4 - 2) / 2 = 1.
    """
    for name, value in settings.items():
        if not isinstance(value, int) or value > MOST_LAYERS:
            continue
        for fewer in range(value - 1, 0, -1):
            try:
                layers = build(**{**settings, name: fewer}).layers
                height, width = [layer.output.shape[1:3] for layer in layers if len(layer.output.shape) == 4][-1]
            except Exception:  # refused as well, or without feature maps
                continue
            if height and width and min(height, width) < 4:
                return (
                    f"with {name.replace('_', ' ')} {fewer} the image is down to {height} × {width} pixels, "
                    f"too small for another filter or pooling layer. Use {name.replace('_', ' ')} {fewer} or less."
                )
            break
    return ""
