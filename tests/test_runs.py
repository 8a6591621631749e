"""Runs of the bench, kept on disk, and their report: helpers/training/runs.py and report.py."""

import csv
import io
import json
import math
import os
import re
from dataclasses import asdict

import pytest

from helpers.training import report
from helpers.training.progress import TrainingProgress
from helpers.training.runs import Run, Runs

NAN = math.nan  # one object, so that two runs are equal


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(number=1, **changes) -> Run:
    curves = {
        "accuracy": [(1.0, 0.5), (2.0, 0.75)],
        "loss": [(1.0, 2.0), (2.0, NAN)],
        "val_accuracy": [(2.0, 0.7)],
    }
    values = {
        "settings": {"hidden": number},
        "parameters": 10,
        "images": 60,
        "seconds": 1.25,
        "date": "2026-01-01 12:00",
    }
    return Run(**values | {"curves": curves} | changes)


def test_runs_survive_with_all_they_hold():
    runs = Runs("digits")
    runs.add(run(1))
    runs.add(run(2, stopped=True, images=None))
    again = Runs("digits")
    assert [entry.settings for entry in again] == [{"hidden": 1}, {"hidden": 2}]
    assert again[1].stopped
    assert again[0].validation == 0.7
    assert math.isnan(again[0].curves["loss"][1][1])
    assert again[0].curves["accuracy"] == run().curves["accuracy"]


def damaged(**changes) -> str:
    return json.dumps(asdict(run()) | {"curves": {"loss": [[1, 1.0]]}} | changes)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", "null", '{"settings": {}}', '{"curves": {"accuracy": 3}}', "\x00", "[" * 100_000),
        *(damaged(curves=curves) for curves in ([], None, {"loss": 3}, {"loss": [[1]]}, {"loss": [[1, "x"]]})),
        *(
            damaged(curves={"loss": [point]})
            for point in ([math.nan, 1], [math.inf, 1], [1e300, 1], [1, 1e308], [1, True])
        ),
        *(damaged(settings=settings) for settings in ([], None, {"hidden": {}})),
        *(damaged(parameters=count) for count in ("5", None, -1, 1.5, int("9" * 4000), True)),
        *(damaged(images=count) for count in ("many", {}, "<b>", -1)),
        *(damaged(seconds=seconds) for seconds in (math.nan, math.inf, 1e308, -5.0, "1", None)),
        *(damaged(stopped=stopped) for stopped in (10**9, [1], "yes", None)),
        *(damaged(date=date) for date in (5, [1], None)),
        damaged(evil=1),
    ],
)
def test_a_broken_file_is_left_out_left_alone_and_named(text, home):
    Runs("digits").add(run())
    (home / "runs" / "digits" / "broken.json").write_text(text)
    again = Runs("digits")
    assert len(again) == 1
    assert "broken.json" in again.trouble
    assert (home / "runs" / "digits" / "broken.json").read_text() == text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_folder_a_pipe_or_a_device_in_the_place_of_a_run_is_left_out(home):
    Runs("digits").add(run())
    folder = home / "runs/digits"
    (folder / "1.json").mkdir()
    os.mkfifo(folder / "2.json")
    (folder / "3.json").symlink_to("/dev/zero")
    assert len(Runs("digits")) == 1


def test_no_cell_of_the_table_is_a_formula_for_a_spreadsheet():
    runs = Runs("digits")
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "a-b", "a\udcff", "猫"]
    runs.add(run(settings={f"=setting {number}": text for number, text in enumerate(texts)} | {"rate": -0.5}))
    (row,) = csv.DictReader(io.StringIO(runs.csv(), newline=""))
    cells = [row[f"'=setting {number}"] for number in range(len(texts))]
    assert cells == [f"'{text}" for text in texts[:7]] + ["a-b", "a?", "猫"]
    assert row["rate"] == "-0.5"


def test_a_folder_that_cannot_be_written_keeps_the_runs_in_memory_and_says_so(home):
    home.mkdir()
    (home / "runs").write_text("a file where the folder should be")
    runs = Runs("digits")
    runs.add(run())
    assert len(runs) == 1
    assert "COURSE_HOME" in runs.trouble
    assert "only as long as this kernel runs" in runs.trouble


def test_a_write_that_is_cut_short_leaves_no_half_run(home, monkeypatch):
    def full_disk(self, *_):
        self.touch()
        raise OSError(28, "No space left on device")

    runs = Runs("digits")
    monkeypatch.setattr("pathlib.Path.write_bytes", full_disk)
    runs.add(run())
    assert "disk is full" in runs.trouble
    assert list((home / "runs" / "digits").iterdir()) == []


def test_clearing_forgets_them_on_disk_too():
    runs = Runs("digits")
    runs.add(run())
    runs.clear()
    assert (list(runs), list(Runs("digits"))) == ([], [])


@pytest.mark.parametrize("name", ["", "../elsewhere", "a b", "a/b"])
def test_a_name_that_is_no_folder_name_is_refused(name):
    with pytest.raises(ValueError, match="letters, digits"):
        Runs(name)


def test_the_table_as_csv_has_every_setting_that_any_run_had():
    runs = Runs("digits")
    runs.add(run())
    runs.add(run(settings={"filters": 8}, stopped=True))
    first, second = csv.DictReader(io.StringIO(runs.csv()))
    assert (first["hidden"], first["filters"], second["filters"]) == ("1", "", "8")
    assert (first["training"], first["validation"], first["seconds"]) == ("0.75", "0.7", "1.2")
    assert (first["stopped"], second["stopped"]) == ("no", "yes")


def test_a_file_holds_the_fields_of_a_run_and_no_path_or_name_of_a_machine(home):
    Runs("digits").add(run())
    (file,) = (home / "runs" / "digits").glob("*.json")
    fields = {"settings", "parameters", "images", "seconds", "curves", "stopped", "date"}
    assert set(json.loads(file.read_text())) == fields


def test_runs_of_the_first_edition_are_read(home):
    folder = home / "runs" / "digits"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text(
        '{"settings": {"hidden": 4}, "parameters": 10, "pictures": 60, "seconds": 1.5,'
        ' "curves": {"loss": [[1, null]], "accuracy": [[1, 0.5]]}, "stopped": false, "date": "2025-01-01 12:00"}'
    )
    runs = Runs("digits")
    assert (runs.trouble, runs[0].images, runs[0].training) == ("", 60, 0.5)


def test_runs_grow_by_add_alone_so_that_the_disk_has_all_of_them():
    runs = Runs("digits")
    runs.add(run())
    for name in ("append", "pop", "extend", "insert", "remove", "__delitem__", "__setitem__"):
        assert not hasattr(runs, name)
    assert (len(runs), runs[-1], runs[:], list(runs)) == (1, run(), [run()], [run()])


# --- the report ------------------------------------------------------------------------------------------------------


def test_the_chart_has_a_solid_and_a_dashed_line_for_every_chosen_run_and_for_the_one_under_way():
    now = TrainingProgress(2, 9, 1, 4, history={"accuracy": [(1, 0.5)], "loss": [(1, 0.5)]}, latest={"accuracy": 0.6})
    image = report.chart([run(1), run(2), run(3)], [1, 3], now)
    assert image.count("<polyline") == 2 + 2 + 1  # two runs and the one under way
    assert len(re.findall("<polyline[^>]*stroke-dasharray", image)) == 2
    assert report.time_chart([run(1), run(2), run(3)], [1, 3]).count("<polyline") == 2
    assert ">now<" in image
    assert report.run_color(2) not in image
    assert report.run_color(4) in image
    assert "<polyline" not in report.chart([], [])


def test_the_table_has_a_row_for_every_run_and_escapes_names():
    page = report.table([run(1), run(settings={"<b>": "<i>"}, images=None, stopped=True, curves={})])
    assert page.count("<tr") == 3
    assert "&lt;b&gt;" in page
    assert "&lt;i&gt;" in page
    assert ">0.700</td>" in page
    assert ">stopped</td>" in page


def test_the_summary_names_the_best_run_on_the_validation_data():
    losses = [run(curves={"loss": [(1, 1)], "val_loss": [(1, value)]}) for value in (0.5, math.nan, 0.25, 0.75)]
    assert "4 runs. Best on the validation data: run 3, " in report.summary(losses)
    assert "run 1, " in report.summary([run(), run(curves={})])
    assert report.summary([run(curves={})]) == "1 run."
