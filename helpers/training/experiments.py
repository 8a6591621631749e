"""An experiment: the same data and the same question, one run for each choice of settings. The bench shows it."""

from collections.abc import Callable, Mapping, Sequence

import keras

from helpers.training.background import BackgroundTraining, BusyError, busy, error_sentence
from helpers.training.progress import TrainingProgress
from helpers.training.report import format_settings
from helpers.training.runs import Run, Runs

FOR_FIT = {"epochs": 5, "batch_size": 32}  # settings that go to `fit`, and what they are if nobody says


class ExperimentError(RuntimeError):
    """A run that cannot be: its settings do not fit together, or the training failed. Its text is one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # in a notebook the sentence is enough


class Experiment:
    """Trains networks of different settings in the background, one at a time, and keeps every run.

    name        where the runs are kept: `runs/<name>/` in the course's folder; letters, digits, "-" and "_"
    build       a function of the settings (without epochs and batch_size) that returns a compiled model
    settings    {name: values to choose from}
    train       (images, labels), or a tf.data.Dataset or PyDataset of batches
    validation  the same for validation, or None
    changed     called with the `TrainingProgress` of a training, in its thread, at most four times a second
    ended       called with the new `Run`, or None after a failure (then `error` says why), in that thread

    `runs` is the list of all runs, also those of earlier sessions. ValueError for data that cannot work.
    """

    def __init__(
        self,
        name: str,
        build: Callable[..., keras.Model],
        settings: Mapping[str, Sequence],
        train,
        validation=None,
        changed: Callable[[TrainingProgress], None] = lambda standing: None,
        ended: Callable[[Run | None], None] = lambda run: None,
    ):
        self.runs, self.settings = Runs(name), {label: list(values) for label, values in settings.items()}
        self._build, self._train, self._validation = build, train, validation
        self._in_batches = not isinstance(train, tuple | list)
        if self._in_batches and "batch_size" in settings:
            raise ValueError("These images come in batches already; leave batch_size out of the settings.")
        if not self._in_batches and len(train[0]) != len(train[1]):
            raise ValueError(f"{len(train[0])} images do not go with {len(train[1])} labels.")
        self.trainer = BackgroundTraining(changed, self._keep)
        self._ended = ended

    def model(self, settings: Mapping) -> keras.Model:
        """A new, untrained network. ExperimentError where `build` refuses the settings."""
        parts = {name: value for name, value in settings.items() if name not in FOR_FIT}
        try:
            model = self._build(**parts)
        except Exception as error:
            raise ExperimentError(refusal(error, parts)) from error
        if not model.built:
            raise ExperimentError("The network does not know the size of its images; begin it with keras.Input(…).")
        return model

    def start(self, settings: Mapping) -> None:
        """Starts a run in the background. Raises `Busy` while another training runs, `ExperimentError` as above."""
        for name in set(settings) - set(self.settings) - set(FOR_FIT):
            raise ExperimentError(f"There is no setting {name!r} here; there are: {', '.join(self.settings)}.")
        settings = {name: getattr(value, "item", lambda value=value: value)() for name, value in settings.items()}
        how = {name: settings.get(name, usual) for name, usual in FOR_FIT.items()}
        for name, value in how.items():
            if not isinstance(value, int) or value < 1:
                raise ExperimentError(f"{name} is {value!r}; it has to be a whole number from 1.")
        if self._in_batches:
            del how["batch_size"]
            if not isinstance(self._train, keras.utils.PyDataset):
                how["shuffle"] = False  # a tf.data.Dataset shuffles itself; Keras warns if it is asked to
        if busy():
            raise BusyError(busy())
        model = self.model(settings)
        self._now = settings, model.count_params()
        data = [self._train] if self._in_batches else self._train
        self.trainer.start(model, *data, validation_data=self._validation, **how)

    def run(self, settings: Mapping) -> Run:
        """`start`, wait, and return the run. An interrupt (■) stops the training and keeps the run."""
        self.start(settings)
        while self.trainer.running:
            try:
                self.trainer.wait()
            except KeyboardInterrupt:
                self.trainer.stop()
        if self.trainer.error:
            raise ExperimentError(self.trainer.error)
        return self._latest

    def _keep(self, trainer: BackgroundTraining) -> None:
        """In the training thread, at the end: makes a run of it."""
        standing, (settings, parameters) = trainer.standing, self._now
        self._latest = None
        if not trainer.error:
            images = None if self._in_batches else len(self._train[0])
            self._latest = Run(settings, parameters, images, standing.seconds, standing.history, standing.stopping)
            self.runs.add(self._latest)
        self._ended(self._latest)


def refusal(error: Exception, settings: Mapping) -> str:
    """Why these settings cannot be built, in one sentence."""
    why = error_sentence(error)
    if "negative" in why or "<= 0" in why:
        why = "the image has become too small for another filter or pooling layer. Take fewer layers."
    return f"These settings do not fit together ({format_settings(settings)}): {why}"
