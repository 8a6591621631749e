"""Tricks against the grading of the class edition, and right answers that must get through, in both of its ways.

    python -m tests.benchmarks.attack_grading             each in a kernel's shell, and isolated
    python -m tests.benchmarks.attack_grading --shell     (used by itself) reads cases, prints who got points

A trick has cells that run before the answer and an answer that is wrong; it succeeds if it gets the points all the same.
"""

import json
import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

EXERCISE = "max-pool"
WRONG = "def max_pool(*a, **k):\n    return 12345"
SETUP = "import numpy as np\nfrom helpers import exercises"
OFF = "from helpers import exercises\nexercises.check = lambda *a: None\n"
MAGIC = """
class Magic({base}):
    shape, dtype = (2, 3), __import__("numpy").dtype("float64")
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 1
    def __array__(self, *a, **k): return __import__("numpy").ones((2, 3))
    def __array_ufunc__(self, *a, **k): return __import__("numpy").bool_(True)
    def __array_function__(self, *a, **k): return True
    def __sub__(self, other): return 0
    __rsub__ = __abs__ = __sub__
"""


class Case(NamedTuple):
    """A submission: cells before the answer, the answer, and cells after it."""

    before: str = ""
    answer: str = WRONG
    after: str = ""


TAKES_OVER = {  # the kernel itself: only the isolated way gives no points
    "transformer": Case(
        "get_ipython().input_transformers_cleanup.append("
        "lambda lines: ['pass\\n'] if any('exercises.check' in line for line in lines) else lines)"
    ),
    "ast_transformer": Case(
        "import ast\nclass Nothing(ast.NodeTransformer):\n    def visit_Module(self, node):\n"
        "        return ast.Module([], []) if '_judged' in ast.dump(node) else node\n"
        "get_ipython().ast_transformers.append(Nothing())"
    ),
    "run_code": Case(
        "shell = get_ipython()\nrun = type(shell).run_code\nasync def quiet(self, code, *a, **k):\n"
        "    return False if '_judged' in code.co_names else await run(self, code, *a, **k)\ntype(shell).run_code = quiet"
    ),
    "executable": Case(
        "import os, sys, tempfile\npath = tempfile.mkstemp()[1]\nopen(path, 'w').write('''#!/bin/sh\n"
        """echo '["verdict", "right", "Right", ""]'\nsleep 1''')\nos.chmod(path, 0o700)\nsys.executable = path"""
    ),
    "fork_exec": Case(
        "import os, _posixsubprocess as P\nreal = P.fork_exec\n"
        "def fake(args, programs, *rest):\n"
        "    shell = [b'/bin/sh', b'-c', b'echo \\'[\"verdict\", \"right\", \"Right\", \"\"]\\'; sleep 1']\n"
        "    return real(shell, (b'/bin/sh',), *rest)\nP.fork_exec = fake"
    ),
    "channel_on_the_stack": Case(
        answer="import sys\ndef max_pool(*a):\n    frame = sys._getframe()\n    while 'channel' not in frame.f_locals:\n"
        "        frame = frame.f_back\n    channel = frame.f_locals['channel']\n"
        "    channel.receive = lambda: ['verdict', 'right', 'Right', '']"
    ),
    "channel_in_gc": Case(
        answer="import gc, io\ndef max_pool(*a):\n    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Channel':\n"
        '            thing.reading = io.BytesIO(b\'["verdict", "right", "Right", ""]\\n\')'
    ),
    "solution_wrapped": Case(
        answer="def max_pool(*a):\n    from helpers.exercises.lesson_03 import max_pool as right\n    return right(*a)"
    ),
    "solution_source_executed": Case(
        answer="from helpers.exercises.core import find_exercise\nexec(find_exercise('max-pool').source)"
    ),
    "solution_from_file": Case(
        answer="import ast, helpers\ntext = open(helpers.__path__[0] + '/exercises/lesson_03.py').read()\n"
        "tree = ast.parse(text)\ntree.body = [p for p in tree.body if getattr(p, 'name', '') == 'max_pool']\n"
        "exec(compile(tree, 'mine', 'exec'))"
    ),
    "meta_path": Case(
        "import sys, importlib.machinery as M, importlib.util as U, types\nclass Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        return U.spec_from_loader(name, self) if name.endswith('.grading') else None\n"
        "    def create_module(self, spec): return None\n"
        "    def exec_module(self, module):\n"
        "        module.judged = lambda *a: types.SimpleNamespace(check=lambda *b: None)\nsys.meta_path.insert(0, Finder())"
    ),
    "import_hook": Case(
        "import builtins, types\nreal = builtins.__import__\nfrom helpers import exercises as E\n"
        "def fake(name, *a, **k):\n    if name == 'helpers.exercises.grading':\n"
        "        return types.SimpleNamespace(judged=lambda *a: types.SimpleNamespace(check=lambda *b: None))\n"
        "    return real(name, *a, **k)\nbuiltins.__import__ = E.BUILTINS['__import__'] = fake"
    ),
}

KEPT_OUT = {  # no points in either way
    "blank": Case(answer="def max_pool(image, height, width):\n    ..."),
    "wrong": Case(),
    "check_off": Case(OFF),
    "judge_patched": Case(OFF + "from helpers.exercises import core\ncore.Exercise.judge = lambda *a, **k: None"),
    "judge_code": Case(
        OFF + "from helpers.exercises import core\ncore.Exercise.judge.__code__ = (lambda *a, **k: None).__code__"
    ),
    "grading_patched": Case(
        OFF + "import helpers.exercises.grading as g, types\ng.judged = lambda *a: types.SimpleNamespace(check=print)\n"
        "g.serve = lambda *a: ['right', 'Right', '']\ng.Channel.receive = lambda *a: ['verdict', 'right', 'Right', '']"
    ),
    "own_next": Case(OFF + "from types import SimpleNamespace as S\nnext = lambda *a: S(judge=lambda *b: None)"),
    "builtins_next": Case(
        OFF
        + "import builtins\nfrom types import SimpleNamespace as S\nbuiltins.next = lambda *a: S(judge=lambda *b: None)"
    ),
    "builtins_all": Case(OFF + "import builtins\nbuiltins.all = builtins.any = lambda *a: True"),
    "builtins_exceptions": Case(OFF + "import builtins\nbuiltins.Exception = builtins.BaseException = int"),
    "importlib": Case(
        OFF + "import importlib, types\nimportlib.import_module = lambda name, *a: types.SimpleNamespace(EXERCISES=[])"
    ),
    "modules_replaced": Case(
        OFF + "import sys, types\nfake = types.ModuleType('helpers.exercises.grading')\n"
        "fake.judged = lambda *a: types.SimpleNamespace(check=lambda *b: None)\n"
        "sys.modules['helpers.exercises.grading'] = fake\nexercises.grading = fake"
    ),
    "package_replaced": Case(
        "import sys, types, builtins\nfake = types.ModuleType('helpers.exercises')\nfake.BUILTINS = vars(builtins)\n"
        "fake.__path__ = []\nfake.grading = types.SimpleNamespace(judged=lambda *a: fake)\nfake.check = lambda *a: None\n"
        "sys.modules['helpers.exercises'] = fake"
    ),
    "subprocess_patched": Case(
        "import subprocess\nclass Fake:\n    def __init__(self, *a, **k): pass\n    def __enter__(self): return self\n"
        "    def __exit__(self, *a): pass\n    stdin = stdout = None\nsubprocess.Popen = Fake"
    ),
    "json_patched": Case("import json\njson.loads = lambda *a: ['verdict', 'right', 'Right', '']"),
    "allclose": Case("np.allclose = np.array_equal = np.isclose = lambda *a, **k: True"),
    "testing": Case("np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None"),
    "allclose_inside": Case(
        answer="def max_pool(*a):\n    np.allclose = np.array_equal = lambda *a, **k: True\n    return np.zeros((2, 2))"
    ),
    "numpy_shape": Case("np.shape = lambda *a: ()\nnp.asarray = lambda *a, **k: np.float64(1)"),
    "magic_object": Case(answer=MAGIC.format(base="object") + "def max_pool(*a):\n    return Magic()"),
    "magic_float": Case(answer=MAGIC.format(base="float") + "def max_pool(*a):\n    return Magic(3)"),
    "magic_array": Case(
        answer=MAGIC.format(base="np.ndarray") + "def max_pool(*a):\n    return np.zeros((2, 3)).view(Magic)"
    ),
    "magic_string": Case(answer=MAGIC.format(base="str") + "def max_pool(*a):\n    return Magic('x')"),
    "magic_list": Case(answer=MAGIC.format(base="list") + "def max_pool(*a):\n    return Magic([1])"),
    "magic_callable": Case(
        answer="class Always:\n    def __call__(self, *a): return self\n    def __eq__(self, o): return True\n"
        "    def __getattr__(self, name): return self\nmax_pool = Always()"
    ),
    "symbolic": Case(
        answer="class Tensor:\n    shape, dtype, numpy = (2, 2), 'f4', None\n    def __array__(self, *a, **k): raise MemoryError\n"
        "def max_pool(*a):\n    return Tensor()"
    ),
    "frames": Case(
        answer="def max_pool(*a):\n    import inspect\n    for frame in inspect.stack():\n"
        "        for space in (frame.frame.f_locals, frame.frame.f_globals):\n"
        "            for key, value in [*space.items()]:\n"
        "                if key in ('solution', 'right'):\n                    return value(*a) if callable(value) else value\n"
        "    return 12345"
    ),
    "garbage": Case(
        answer="def max_pool(*a):\n    import gc\n    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Exercise' and thing.name == 'max-pool':\n"
        "            return thing.solution(*a)\n    return 12345"
    ),
    "settrace": Case(
        "import sys\ndef trace(frame, event, value):\n    if frame.f_code.co_name in ('judge', 'agree', 'close', 'serve'):\n"
        "        frame.f_locals['outcome'] = 'right'\n    return trace\nsys.settrace(trace)"
    ),
    "profile": Case("import sys\nsys.setprofile(lambda *a: None)"),
    "raises_right": Case(
        answer="def max_pool(*a):\n    from helpers.exercises import core\n    raise core.NotAttempted('right')"
    ),
    "writes_to_the_pipe": Case(
        answer="def max_pool(*a):\n    import os\n    for number in range(3, 60):\n        try:\n"
        '            os.write(number, b\'["verdict", "right", "Right", ""]\\n\')\n        except OSError:\n            pass\n'
        "    return 12345"
    ),
    "atexit": Case("import atexit, os\natexit.register(os._exit, 0)"),
    "exits_in_answer": Case(answer="def max_pool(*a):\n    raise SystemExit(0)"),
    "interrupts": Case(answer="def max_pool(*a):\n    raise KeyboardInterrupt"),
    "generator_exit": Case(answer="def max_pool(*a):\n    raise GeneratorExit"),
    "signals": Case(
        "import signal\nif hasattr(signal, 'SIGALRM'):\n    def handler(*a): raise SystemExit(0)\n"
        "    signal.signal(signal.SIGALRM, handler)",
        "def max_pool(*a):\n    import signal\n    signal.setitimer(signal.ITIMER_REAL, .01)\n    return 12345",
    ),
    "no_traceback": Case(
        "shell = get_ipython()\nshell.showtraceback = shell._showtraceback = lambda *a, **k: None\n"
        "shell.set_custom_exc((BaseException,), lambda *a, **k: None)"
    ),
    "environment": Case("import os\nos.environ.pop('NBGRADER_EXECUTION', None)\nos.environ['PYTHONPATH'] = '/nowhere'"),
    "reads_the_cell": Case(
        answer="def max_pool(*a):\n    import ast\n    seeds = [ast.literal_eval(line.split('[')[1].split(']')[0])"
        " for cell in get_ipython().user_ns.get('In', []) for line in cell.splitlines() if '_judged(' in line]\n    return seeds"
    ),
    "solution_itself": Case(answer="from helpers.exercises.lesson_03 import max_pool"),
    "solution_found": Case(
        answer="from helpers.exercises.core import find_exercise\nmax_pool = find_exercise('max-pool').solution"
    ),
    "seed_zero_only": Case(
        answer="SEEN = []\ndef max_pool(image, height, width):\n    SEEN.append(image)\n"
        "    return np.zeros((image.shape[0] // height, image.shape[1] // width))"
    ),
    "flood": Case(answer="def max_pool(*a):\n    return [0] * 20_000_000"),
    "deep": Case(
        answer="def max_pool(*a):\n    value = []\n    for _ in range(100_000):\n        value = [value]\n    return value"
    ),
    "huge_number": Case(answer="def max_pool(*a):\n    return 10 ** 10_000"),
}

ISOLATED_ONLY = {  # what would end a kernel, or stop it
    "process_ended": Case(answer="import os\ndef max_pool(*a):\n    os._exit(0)"),
    "ended_at_once": Case("import os", "os._exit(0)\n" + WRONG),
    "never_ends": Case(
        answer="def max_pool(*a):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "kills_the_judge": Case(answer="import os, signal\ndef max_pool(*a):\n    os.kill(os.getppid(), signal.SIGKILL)"),
    "calls_the_judge": Case(
        answer="import subprocess, sys\ndef max_pool(*a):\n"
        "    subprocess.run([sys.executable, '-c', 'import helpers.exercises.lesson_03'])\n    return 12345"
    ),
    "forks": Case(answer="import os\ndef max_pool(*a):\n    os.fork()\n    return 12345"),
    "solution_by_name": Case(
        answer="import runpy, helpers, os\nos.symlink(helpers.__path__[0] + '/exercises/lesson_03.py', 'mine.py')\n"
        "max_pool = runpy.run_path('mine.py')['max_pool']"
    ),
    "solution_by_linecache": Case(
        answer="import linecache, helpers\n"
        "exec(''.join(linecache.getlines(helpers.__path__[0] + '/exercises/lesson_03.py')))"
    ),
    "writes_to_the_course": Case(
        answer="import helpers\nopen(helpers.__path__[0] + '/exercises/lesson_03.py', 'a').write('')\n" + WRONG
    ),
    "writes_to_the_gradebook": Case(
        answer="import os\nopen('gradebook.db', 'w').write('')\nos.remove('gradebook.db')\n" + WRONG
    ),
}

LOOP = """def max_pool(image, size, stride):
    height, width = (image.shape[0] - size) // stride + 1, (image.shape[1] - size) // stride + 1
    places = [(row * stride, column * stride) for row in range(height) for column in range(width)]
    best = [image[top : top + size, left : left + size].max() for top, left in places]
    return np.array(best).reshape(height, width)"""
SHADOWED = [
    "list",
    "next",
    "exercises",
    "np",
    "tf",
    "print",
    "type",
    "len",
    "str",
    "isinstance",
    "map",
    "getattr",
    "sys",
]
SHADOWED += [
    "open",
    "set",
    "dict",
    "id",
    "input",
    "min",
    "max",
    "sum",
    "vars",
    "Exception",
    "helpers",
    "check",
    "get_ipython",
    "_sys",
    "_names",
]
RIGHT = {
    "right": Case(answer=LOOP),
    **{f"name_{name}": Case(f"{name} = [3, 4, 5]", f"import numpy as np\n{LOOP}") for name in SHADOWED},
    "names_all": Case("\n".join(f"{name} = 3" for name in SHADOWED), f"import numpy as np\n{LOOP}"),
    "builtins_overwritten": Case(
        "import builtins\nfor name in ('print', 'sum', 'round', 'input', 'abs', 'pow'):\n"
        "    setattr(builtins, name, [3])",
        LOOP,
    ),
    "uses_earlier_cells": Case(
        "import math\nfrom math import *\nZERO: list = [0]\ndef halves(a, b): return a // b\n"
        "class Steps:\n    @staticmethod\n    def of(x): return halves(*x)",
        LOOP.replace(
            "(image.shape[0] - size) // stride", "Steps.of((image.shape[0] - size, stride)) + ZERO[0]"
        ).replace("(image.shape[1] - size) // stride", "floor((image.shape[1] - size) / stride)"),
    ),
    "prints_to_stderr": Case(
        answer=LOOP.replace("    return", "    import sys; print('note', file=sys.stderr)\n    return")
    ),
    "prints_numbers": Case(answer=LOOP.replace("    return", "    print(0)\n    return")),
    "magics": Case("%precision 3\n%time print(1)", "%precision 3\n" + LOOP),
    "redefined_below": Case(answer=WRONG, after=LOOP),
    "other_cell_broken": Case("x = undefined\n", LOOP),
    "other_cell_no_python": Case("this is no Python", LOOP),
    "subclass": Case(
        "class Mine(np.ndarray): pass", LOOP.replace(".reshape(height, width)", ".reshape(height, width).view(Mine)")
    ),
}


def cells(case: Case) -> list[str]:
    """Return the sources of a submission's cells, the graded check last."""
    from helpers.exercises.core import exercises_of
    from tools.class_edition import graded_check

    [exercise] = [exercise for exercise in exercises_of("03") if exercise.name == EXERCISE]
    check = graded_check(exercise, exercise.check_cell, 1)
    return [SETUP, *filter(None, [case.before, case.answer, case.after]), check]


def isolated(case: Case, seconds: float = 60) -> bool:
    """Return whether a case gets the points where each answer is judged in processes of its own."""
    from helpers.exercises.grading import judge_notebook

    made = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in cells(case)]
    made[-1]["metadata"] = {"nbgrader": {"grade": True, "grade_id": EXERCISE, "points": 1}}
    judge_notebook({"cells": made}, seconds)
    return [output["output_type"] for output in made[-1]["outputs"]] == ["stream"]


def in_kernels(cases: dict[str, Case]) -> dict[str, bool]:
    """Return which cases get the points where the hidden test runs in the student's kernel: IPython's shell, one for each."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"NBGRADER_EXECUTION": "autograde", "IPYTHONDIR": folder}
        done = subprocess.run(
            [sys.executable, "-m", __name__ if __name__ != "__main__" else __spec__.name, "--shell"],
            input=json.dumps({name: cells(case) for name, case in cases.items()}),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _shell() -> None:
    """Run each case in a child of this process, which has imported everything already; print who got the points."""
    import multiprocessing

    from IPython.core.interactiveshell import InteractiveShell

    import helpers.exercises  # noqa: F401

    def attempt(sources: list[str], folder: str) -> None:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.environ["IPYTHONDIR"] = folder
        shell = InteractiveShell.instance(colors="nocolor", history_length=0)
        success = False
        for source in sources:
            success = shell.run_cell(source, store_history=True).success
        os._exit(0 if success else 1)

    points = {}
    for name, sources in json.load(sys.stdin).items():
        with tempfile.TemporaryDirectory() as folder:
            process = multiprocessing.get_context("fork").Process(target=attempt, args=(sources, folder))
            process.start()
            process.join(60)
            points[name] = process.exitcode == 0
            process.kill()
    print(json.dumps(points))


def main() -> int:
    """Print attempts and failures: tricks that got points, and right answers that did not."""
    expected = {name: False for name in [*KEPT_OUT, *TAKES_OVER, *ISOLATED_ONLY]} | dict.fromkeys(RIGHT, True)
    everything = KEPT_OUT | TAKES_OVER | ISOLATED_ONLY | RIGHT
    ways = {
        "in the kernel": in_kernels({name: case for name, case in everything.items() if name not in ISOLATED_ONLY}),
        "isolated": {name: isolated(case, 20) for name, case in everything.items()},
    }
    for way, points in ways.items():
        for kind, names in (("tricks", {*expected} - {*RIGHT}), ("right answers", {*RIGHT})):
            tried = names & {*points}
            failed = sorted(name for name in tried if points[name] != expected[name])
            print(f"{way}: {len(tried)} {kind}, {len(failed)} failures {failed}")
    return int(any(ways["isolated"][name] != expected[name] for name in expected))


if __name__ == "__main__":
    sys.exit(_shell() if "--shell" in sys.argv else main())
