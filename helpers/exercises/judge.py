"""The process that judges an answer which runs elsewhere: `python -m helpers.exercises.judge`.

It reads a request: which exercise, which seeds, and, where the caller doesn't have the answer, its code, for which it starts a
process. It asks for one call after the other, compares, and writes the verdict.
"""

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np

from helpers.exercises import core
from helpers.exercises.checking import explained
from helpers.exercises.core import Incorrect, NotAttempted
from helpers.exercises.grading import start_process
from helpers.exercises.wire import Channel, decode, encode, encode_argument

EVENTS = ("on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_epoch_end")
ENDED = "Your answer ended the process it ran in"


class Remote:
    """An answer in another process."""

    def __init__(self, channel: Channel):
        self.channel, self.ended = channel, ENDED
        self.functions: list[Any] = []  # those that the answer got in the last call

    def ask(self, *request: Any) -> list[Any]:
        """Return the values of the reply to a request. Raises Incorrect or NotAttempted as the other side says."""
        try:
            self.channel.send(*request)
            kind, *values = self.channel.receive()
            while kind == "ask":
                self.channel.send(*self._value(*values))
                kind, *values = self.channel.receive()
        except EOFError:
            raise Incorrect(f"{self.ended}.") from None
        if kind == "incorrect":
            raise Incorrect(str(values[0])[:2000])
        if kind == "not attempted":
            raise NotAttempted("Not attempted yet.")
        return [decode(value) for value in values] if kind == "value" else [kind]

    def answer(self) -> Any:
        """Return what behaves like the answer: a function, a callback class, or the plain value that it is."""
        kind, *rest = self.channel.receive()
        if kind == "callback":
            return self._callback()
        if kind == "function":
            return self._call
        if kind == "value":
            return decode(rest[0])
        raise (NotAttempted if kind == "not attempted" else Incorrect)(str(rest[0])[:2000])

    def _call(self, *arguments: Any) -> Any:
        """Call the answer; where it gets a function, the other side asks for each of its values.

        What it changes in an array changes in ours, too.
        """
        self.functions = [argument for argument in arguments if callable(argument)]
        result, left = self.ask("call", [encode_argument(argument, self.functions) for argument in arguments])
        for argument, value in zip(arguments, map(decode, left), strict=True):
            if isinstance(argument, np.ndarray) and getattr(value, "shape", None) == argument.shape:
                argument[...] = value
        return result

    def _value(self, place: int, arguments: list[Any]) -> tuple[str, Any]:
        try:
            return "value", encode(self.functions[place](*map(decode, arguments)))
        except Exception as error:  # called with something else
            return "incorrect", explained(error)

    def _callback(self) -> type:
        import keras

        def create(callback: Any) -> None:
            keras.callbacks.Callback.__init__(callback)
            self.ask("create")

        def event(name: str) -> Any:
            def call(callback: Any, *arguments: Any) -> None:
                request = name, [encode(argument) for argument in arguments], bool(callback.model.stop_training)
                callback.model.stop_training = self.ask("event", *request)[0]

            return call

        return type(
            "Answer", (keras.callbacks.Callback,), {"__init__": create} | {name: event(name) for name in EVENTS}
        )


def verdict(lesson: str, name: str, seeds: list[int], remote: Remote) -> list[str]:
    """Return "right", "incorrect" or "not attempted", and what to tell the learner."""
    try:
        answer = remote.answer()  # first: a blank needs no check, and some checks need Keras, which takes seconds
        [exercise] = [exercise for exercise in core.exercises_of(lesson) if exercise.name == name]
        for seed in seeds:
            exercise.judge(answer, seed)
    except NotAttempted as outcome:
        return ["not attempted", str(outcome)]
    except Incorrect as outcome:
        return ["incorrect", str(outcome)]
    except EOFError:
        return ["incorrect", f"{remote.ended}."]
    except Exception:
        return ["incorrect", f"The check itself has failed; that is not the answer's fault.\n{traceback.format_exc()}"]
    return ["right", f"Right: {exercise.title}", exercise.takeaway]


@contextlib.contextmanager
def answer_process(code: list[str], answer: str, seconds: float) -> Iterator[Remote]:
    """Start a process that runs `code` and has the answer; end it after `seconds`, and in any case."""
    process = start_process("answering")
    remote = Remote(Channel(process.stdout, process.stdin))  # type: ignore[arg-type]

    def stop() -> None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()

    def time_is_up() -> None:
        remote.ended = f"Your answer took longer than {seconds:g} seconds"
        stop()

    timer = threading.Timer(seconds, time_is_up)
    timer.start()
    try:
        with contextlib.suppress(EOFError):
            remote.channel.send("answer", code, answer, os.getcwd())
        yield remote
    finally:
        timer.cancel()
        stop()
        process.wait()


def main() -> None:
    """Judge one answer after the other, until there are no more requests."""
    channel = Channel(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a package prints isn't a message
    with contextlib.suppress(EOFError):
        while True:
            _, lesson, name, seeds, *elsewhere = channel.receive()
            if not elsewhere:
                channel.send("verdict", *verdict(lesson, name, seeds, Remote(channel)))
                continue
            # A pipe that is kept open by a process that got away must not stop the grading.
            watch = threading.Timer(2 * elsewhere[0]["seconds"] + 120, os._exit, [1])
            watch.start()
            with answer_process(**elsewhere[0]) as remote:
                result = verdict(lesson, name, seeds, remote)
            watch.cancel()
            channel.send("verdict", *result)
    os._exit(0)


if __name__ == "__main__":
    main()
