"""Judging answers for points: the checks run in a process of their own, where no notebook reaches them.

    judged            what the hidden test of the class edition calls: the kernel answers, another process judges
    judge_notebook    for certainty: no kernel; each answer runs in a new process, too, from its own cell

The process that judges (`judge`) asks, the one that has the answer (`serve`) calls it; `wire` is what they send.
"""

import ast
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from helpers.exercises import display
from helpers.exercises.checking import explained, run
from helpers.exercises.core import Incorrect, NotAttempted, is_blank
from helpers.exercises.notebooks import needed_code, source_of
from helpers.exercises.wire import Channel, TooLargeError, decode, decode_argument, encode

HERE = Path(__file__).resolve().parent
SECONDS = 60  # for all calls of one answer in a process of its own


def start_process(module: str) -> subprocess.Popen:
    """Start `python -m helpers.exercises.MODULE` with this very copy of the course, in a session of its own."""
    paths = [str(HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-m", f"helpers.exercises.{module}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, start_new_session=True, stdin=pipe, stdout=pipe, stderr=null)


def judged(lesson: str, name: str, seeds: list[int], answer: Any) -> SimpleNamespace:
    """Let another process judge the answer, and return what replaces `exercises` in the visible check.

    Raises NotAttempted or Incorrect.
    """
    with start_process("judge") as process:
        channel = Channel(process.stdout, process.stdin)  # type: ignore[arg-type]
        channel.send("judge", lesson, name, seeds)
        outcome, *text = serve(answer, channel)
    if outcome != "right":
        raise (NotAttempted if outcome == "not attempted" else Incorrect)(*text)
    return SimpleNamespace(check=lambda *_: display.show_box("✓", *text))


def serve(answer: Any, channel: Channel) -> list[str]:
    """Call the answer as often as the other side asks; return the verdict, if one comes.

    The verdict is "right", "incorrect" or "not attempted", and what to tell the learner. What the answer prints as an
    error is printed as ordinary text: nbgrader gives no points where anything is on stderr.
    """
    objects: list[Any] = []
    answer = type(answer) if _is_callback(type(answer)) else answer
    channel.send(*_described(answer))
    while True:
        kind, *request = channel.receive()
        if kind == "verdict":
            return request
        try:
            with contextlib.redirect_stderr(sys.stdout):
                result = _replies[kind](answer, objects, channel, *request)
            reply = "value", *result
        except NotAttempted as outcome:
            reply = "not attempted", str(outcome)
        except Incorrect as outcome:
            reply = "incorrect", str(outcome)
        except TooLargeError as error:
            reply = "incorrect", f"Your function returns {error}."
        except Exception as error:  # while the result was read: an object with methods of its own
            reply = "incorrect", explained(error)
        try:
            channel.send(*reply)
        except ValueError as error:
            channel.send("incorrect", f"Your function returns {error}.")


def _described(answer: Any) -> tuple[Any, ...]:
    if is_blank(answer):
        return ("not attempted", "Not attempted yet.")
    if Path(getattr(getattr(answer, "__code__", None), "co_filename", "")).parent == HERE:
        return ("incorrect", "That is the course's own function. Write yours in the cell.")
    if _is_callback(answer):
        return ("callback",)
    return ("function",) if callable(answer) else ("value", encode(answer))


def _is_callback(kind: Any) -> bool:
    return isinstance(kind, type) and any(base.__module__.startswith("keras.") for base in kind.__mro__)


def _call(answer: Callable, objects: list[Any], channel: Channel, arguments: list[Any]) -> tuple:
    """Call the answer; a function among its arguments is one that asks the process that judges for each value.

    Return what it returns, and the arguments as it has left them.
    """

    def ask(place: int, *given: Any) -> Any:
        channel.send("ask", place, [encode(value) for value in given])
        kind, value = channel.receive()
        if kind != "value":
            raise ValueError(value)
        return decode(value)

    given = [decode_argument(argument, ask) for argument in arguments]
    return encode(run(answer, *given)), [encode(one) for one in given]


def _create(answer: Callable, objects: list[Any], _: Channel) -> tuple:
    """Make the learner's callback, with a model that can be stopped."""
    callback, model = run(answer), SimpleNamespace(stop_training=False)
    run(lambda: callback.set_model(model))
    objects[:] = callback, model
    return ()


def _event(answer: Callable, objects: list[Any], _: Channel, name: str, arguments: list[Any], stopping: bool) -> tuple:
    """Call one method of the callback, and return whether the model stops after it."""
    callback, model = objects
    model.stop_training = stopping
    run(lambda: getattr(callback, name)(*map(decode, arguments)))
    return (encode(model.stop_training),)


_replies: dict[str, Callable] = {"call": _call, "create": _create, "event": _event}


def judge_notebook(notebook: Any, seconds: float = SECONDS) -> None:
    """Judge every answer of a submission and make the verdict the output of its check cell; no kernel runs.

    notebook    as nbgrader has it before it runs: check cells are locked, so they are the teacher's
    seconds     how long one answer may take, with the code of other cells that it needs

    Each answer gets two new processes: one for its cell, with what it needs from the cells before (`needed_code`), and
    one for the check.
    """
    judge = None
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade"):
            judge = judge if judge and judge.poll() is None else start_process("judge")
            verdict = judge_source(judge, source_of(cell), notebook["cells"][:place], seconds)
            cell["outputs"], cell["execution_count"] = [_output(verdict)], None
    if judge:
        judge.communicate()


def judge_source(judge: subprocess.Popen, check: str, cells: list[Any], seconds: float) -> list[str]:
    """Return the verdict on an answer; `check` is the source of its check cell, `cells` are those before it."""
    calls = [node for node in ast.walk(ast.parse(check)) if isinstance(node, ast.Call)]
    call = next(call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_judged")
    lesson, name, seeds = map(ast.literal_eval, call.args[:3])
    answer = ast.unparse(call.args[3])
    request = {"code": needed_code(cells, answer), "answer": answer, "seconds": seconds}
    channel = Channel(judge.stdout, judge.stdin)  # type: ignore[arg-type]
    try:
        channel.send("judge", lesson, name, seeds, request)
        return channel.receive()[1:]
    except (EOFError, ValueError):
        judge.kill()
        judge.wait()
        return ["incorrect", "The answer has stopped the process that judges it."]


def _output(verdict: list[str]) -> dict[str, Any]:
    outcome, *text = verdict
    if outcome == "right":
        return {"output_type": "stream", "name": "stdout", "text": "\n".join(["✓ " + text[0], *text[1:]])}
    name = "NotAttempted" if outcome == "not attempted" else "Incorrect"
    return {"output_type": "error", "ename": name, "evalue": text[0], "traceback": [f"{name}: {text[0]}"]}
