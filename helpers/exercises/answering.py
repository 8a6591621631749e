"""The process that runs one answer for `judge`: `python -m helpers.exercises.answering`.

It has neither checks nor solutions. Whatever Python reports (`sys.addaudithook`) that would read them or the files of the
class, change any file but its own, or start or stop a process, is refused. That keeps answers apart; it isn't a sandbox.
"""

import linecache
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from helpers.exercises.checking import explained
from helpers.exercises.grading import HERE, serve
from helpers.exercises.wire import Channel

PROCESSES = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.kill",
    "pty.",
)
READS = ("os.listdir", "os.scandir", "glob.", "sqlite3.")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.ch", "shutil.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def refusal(own: str, classroom: str) -> Callable[[str, tuple], None]:
    """Return an audit hook. The code may change `own`, and read nothing in `classroom` or among the exercises."""
    real, inside = os.path.realpath, lambda path, folder: path == folder or path.startswith(folder + os.sep)
    course = str(HERE.parents[1])
    open_to_all = [
        real(path) for path in (sys.prefix, sys.base_prefix, own, f"{course}/helpers", f"{course}/data_scripts")
    ]
    secret, room, own = real(HERE), real(classroom), real(own)
    processes, reads, changes, writing, null = PROCESSES, READS, CHANGES, WRITING, os.devnull

    def check(event: str, arguments: tuple) -> None:
        if event.startswith(processes):
            raise PermissionError("an answer starts or stops no process")
        writes = event.startswith(changes) or (event == "open" and bool(arguments[2] & writing))
        if not (writes or event == "open" or event.startswith(reads)):
            return
        for path in arguments[:2] if writes and event != "open" else arguments[:1]:
            if isinstance(path, str | bytes):
                place = real(os.fsdecode(path))
                if writes and not (inside(place, own) or place == null):
                    raise PermissionError(f"an answer changes no files here: {path!r}")
                hidden = inside(place, room) and not any(inside(place, folder) for folder in open_to_all)
                if inside(place, secret) or hidden:
                    raise PermissionError(f"an answer cannot read {path!r}")

    return check


def value_of(name: str, code: list[str]) -> Any:
    """Run statements of a notebook one after the other and return what `name` is then.

    As in a notebook, the others run although one has failed; its exception is raised only where `name` is undefined.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    failure: BaseException | None = None
    for number, text in enumerate(code):
        file = f"<cell {number}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for messages
        try:
            exec(compile(text, file, "exec"), namespace)
        except BaseException as error:
            failure = error
    if failure and name not in namespace:
        raise failure
    return namespace.get(name)


def main() -> None:
    """Run the code that comes first, then answer calls until the other side ends."""
    channel = Channel(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    for descriptor in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    _, code, answer, classroom = channel.receive()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sys.dont_write_bytecode, os.environ["TMPDIR"], tempfile.tempdir = True, folder, folder
        sys.addaudithook(refusal(folder, classroom))
        try:
            value = value_of(answer, code)
        except BaseException as error:
            channel.send("incorrect", explained(error))
        else:
            serve(value, channel)


if __name__ == "__main__":
    main()
