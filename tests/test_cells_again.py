"""A learner runs cells twice, leaves some out and goes back: what a cell means stays the same."""

import dis
import re
from pathlib import Path
from types import CodeType, SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from helpers.images import ImageFolderReader
from helpers.training import LiveCurves
from tools import notebooks

LESSONS = notebooks.lessons()
by_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(path: Path) -> dict[str, str]:
    """The source of a lesson's code cells, by id."""
    return {cell.id: cell.source for cell in notebooks.read(path).cells if cell.cell_type == "code"}


def cell(lesson: str, cell_id: str) -> str:
    return code_cells(notebooks.lessons(lesson)[0])[cell_id]


def names_in(code: CodeType) -> tuple[set[str], set[str], set[str]]:
    """The names that a cell takes from earlier cells, those that it sets, and those it deletes although it took them."""
    taken, made, deleted = set(), set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            made.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in made:
            taken.add(step.argval)
        elif step.opname == "DELETE_NAME" and step.argval not in made:
            deleted.add(step.argval)
        elif isinstance(step.argval, CodeType):
            taken |= globals_of(step.argval) - made
    return taken, made, deleted


def globals_of(code: CodeType) -> set[str]:
    """The names that a function, or one in it, looks up outside of itself."""
    inner = set().union(*(globals_of(one) for one in code.co_consts if isinstance(one, CodeType)))
    return inner | {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}


def only_empties(source: str, name: str) -> bool:
    """Whether a cell sets a name to None alone: a cell that needs it then stops."""
    return re.findall(rf"^{name} = (.*?)(?:  #.*)?$", source, re.MULTILINE) == ["None"]


@by_lesson
def test_a_cell_that_runs_again_gets_what_it_got_the_first_time(path):
    """No later cell sets a name that an earlier one has taken from a cell before it."""
    sources = code_cells(path)
    names = {cell_id: names_in(compile(source, cell_id, "exec")) for cell_id, source in sources.items()}
    order, wrong = list(sources), []
    for place, cell_id in enumerate(order):
        taken, made, deleted = names[cell_id]
        earlier = set().union(*(names[one][1] for one in order[:place]))
        wrong += [f"{cell_id} deletes {name}" for name in deleted & earlier]
        for later in order[place + 1 :]:
            again = {name for name in taken & earlier & names[later][1] if not only_empties(sources[later], name)}
            wrong += [f"{cell_id} takes {name}, and {later} sets it again" for name in again]
    assert wrong == []


@by_lesson
def test_a_cell_that_trains_what_an_earlier_one_made_says_so(path):
    text = ""
    for one in notebooks.read(path).cells:
        if one.cell_type == "markdown":
            text = one.source
            continue
        taken, _, _ = names_in(compile(one.source, one.id, "exec"))
        trained = set(re.findall(r"^(?:.*= )?(\w+)\.fit\(", one.source, re.MULTILINE)) & taken
        assert not trained or re.search(r"cell\s+again", text), f"{one.id} trains {trained}"


@by_lesson
def test_a_network_that_a_lesson_loads_is_one_that_an_earlier_lesson_keeps(path):
    kept = set()
    for earlier in LESSONS[: LESSONS.index(path) + 1]:
        kept |= set(re.findall(r'checkpoints\.save\("(\w+)", "(\w+)"', "\n".join(code_cells(earlier).values())))
    loaded = re.findall(r'checkpoints\.load\("(\w+)", "(\w+)"', "\n".join(code_cells(path).values()))
    assert set(loaded) <= kept


def small_network(side: int) -> keras.Model:
    network = keras.Sequential([keras.Input((side, side, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    network.compile("sgd", loss="binary_crossentropy")
    return network


class ShortBudget:
    @staticmethod
    def epochs(full: int, quick: int = 1) -> int:
        return 2

    @staticmethod
    def images(full: int, quick: int = 512) -> int:
        return full

    @staticmethod
    def first(values: tuple, quick: int = 1) -> list:
        return list(values)[:1]


def namespace(**names: object) -> dict[str, object]:
    import time

    common = {
        "keras": keras,
        "np": np,
        "time": time,
        "budget": ShortBudget,
        "LiveCurves": LiveCurves,
        "layers": keras.layers,
    }
    return common | names


def test_the_race_of_lesson_04_begins_anew_whenever_its_cells_run():
    images, labels = np.random.default_rng(1).random((64, 4, 4, 1), "float32"), np.arange(64) % 2
    names = namespace(training=images, training_labels=labels, validation=images, validation_labels=labels)
    exec(cell("04", "race-rules"), names)
    softmax = [keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    network = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), *softmax])
    names |= {"model": network, "networks": {}, "histories": {}, "seconds": {}}
    seen = []
    for _ in range(2):
        exec(cell("04", "race-conv"), names)
        seen.append((names["filters_before"], names["histories"]["convolutional"].history["loss"]))
    assert np.array_equal(seen[0][0], seen[1][0])
    assert seen[0][1] == pytest.approx(seen[1][1])
    assert not np.array_equal(names["networks"]["convolutional"].layers[0].get_weights()[0], seen[1][0])


def test_the_rules_of_lesson_06_begin_anew_whenever_they_train():
    images = np.random.default_rng(1).integers(0, 256, (16, 4, 4, 1), "uint8")
    reader = ImageFolderReader(rescale=1 / 255)
    names = namespace(reader=None, folder=None)
    exec(cell("06", "rules"), names)
    network, losses = small_network(4), []
    for _ in range(2):  # as in the lesson, each time with new batches
        batches = reader.flow(images, np.arange(16) % 2, batch_size=8)
        losses.append(names["train_on"]((batches, batches), network)[0]["loss"])
    assert losses[0] == pytest.approx(losses[1])
    assert losses[0][1] < losses[0][0]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("............", "Fill in the dots first.\n"),
        ("cdcdcdcdcdc.", "Fill in the dots first.\n"),
        ("cdcdcdcdcdcd", "12 of 12 right: cdcdcdcdcdcd\n"),
        ("CDCDCDCDCDCC", "11 of 12 right: cdcdcdcdcdcd\n"),
        ("cdcdc", "Write twelve letters, each of them c or d. Here are 5: cdcdc\n"),
        ("catdogcatdog", "Write twelve letters, each of them c or d. Here are 12: catdogcatdog\n"),
        ("", "Write twelve letters, each of them c or d. Here are 0: \n"),
    ],
)
def test_the_twelve_answers_of_lesson_07_may_be_too_few_or_in_capitals(answers, said, capsys):
    source = cell("07", "answer")
    blank = 'my_answers = "............"'
    assert blank in source
    twelve = [Path(f"train/{kind}s/1.jpg") for kind in ("cat", "dog") * 6]
    exec(source.replace(blank, f'my_answers = "{answers}"'), {"twelve": twelve})
    assert capsys.readouterr().out == said


def test_the_messy_folder_of_lesson_05_can_be_made_again(tmp_path):
    import shutil

    for kind in ("cats", "dogs", "horses"):
        (tmp_path / "train" / kind).mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (8, 8)).save(tmp_path / "train" / kind / f"{number}.jpg")
    path = tmp_path / "train" / "cats" / "0.jpg"
    names = {"desk": tmp_path / "desk", "folder": tmp_path, "shutil": shutil, "Image": Image, "path": path}
    for _ in range(2):
        exec(cell("05", "messy"), names)
        assert len(list((tmp_path / "desk" / "messy").glob("*/*"))) == 11


def test_the_kinds_of_files_of_lesson_10_can_be_made_again_even_after_the_last_cell(tmp_path):
    class Workshop:
        def cleanup(self):
            import shutil

            shutil.rmtree(tmp_path)

    names = {"folder": tmp_path, "base": Image.new("RGB", (300, 300)), "Image": Image, "np": np, "workshop": Workshop()}
    names |= {"predict_files": lambda *_: [], "model": None, "class_names": []}
    for _ in range(2):
        exec(cell("10", "kinds"), names)
        exec(cell("10", "bad"), names)
    assert (tmp_path / "kinds" / "two_in_one.mpo").is_file()


@pytest.mark.parametrize(("lesson", "cell_id"), [("01", "bench-runs"), ("04", "bench-runs"), ("06", "bench-make")])
def test_a_run_of_the_bench_that_was_stopped_is_trained_again_and_one_that_ended_is_not(lesson, cell_id, capsys):
    class Bench:
        def __init__(self, *_, **__):
            self.runs = kept

        def run(self, **settings):
            asked.append(settings)
            return f"{len(kept)} kept"

    kept, asked = [], []
    names = namespace(ExperimentBench=Bench, build=None, data=SimpleNamespace(source=str), batches={"150 px": ()})
    for stopped in (True, False):
        names["bench"] = Bench()
        exec(cell(lesson, cell_id), names)
        kept.append(SimpleNamespace(settings=asked[-1], stopped=stopped))
    exec(cell(lesson, cell_id), names)
    assert asked == [asked[0]] * 2
    assert capsys.readouterr().out == "0 kept\n1 kept\n"
