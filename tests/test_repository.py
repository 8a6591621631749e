"""Where the course comes from is one setting, empty until its owner sets it; everything follows it. Binder."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.conftest import ROOT
from tests.test_install import PYPROJECT
from tools import notebooks, repository, shared_cells

OWNER = "a" * 39  # the longest that GitHub allows
FORK = f"https://github.com/{OWNER}/learning-to-see.2026"
COMMIT = "0123456789abcdef" * 2 + "01234567"
LESSONS = notebooks.lessons()
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def copy(tmp_path):
    """The part of the checkout that leads to the repository once there is one, published nowhere."""
    for pattern in repository.CHANGED:
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
            if path.suffix == ".ipynb":  # what comes later in a lesson is no matter here, and takes time to read
                notebook = json.loads(path.read_text(encoding="utf-8"))
                notebook["cells"] = notebook["cells"][:4]
                target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    repository.publish(None, tmp_path)
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# Where an address of GitHub, Colab or Binder leads; escaped, too. Only names that somebody could register.
LINK = re.compile(
    r"(?:github(?:usercontent)?\.com|research\.google\.com/github|mybinder\.org/v2/gh)[/:]"
    r"([a-z0-9]+(?:-[a-z0-9]+)*/[\w.-]*\w)(?:(?:/blob/|/tree/|/|@)([\w.-]*\w))?",
    re.IGNORECASE | re.ASCII,
)


def leads_to(path: Path) -> set[tuple[str, str]]:
    """Every (OWNER/REPOSITORY, tag) that a file leads to."""
    lines = [
        line for line in path.read_bytes().split(b"\n") if b"github" in line.lower() or b"mybinder" in line.lower()
    ]
    text = b"\n".join(lines).decode(errors="ignore").replace("%2F", "/").replace("%3A", ":")
    return set(LINK.findall(text))


def test_what_the_repository_holds_agrees_with_the_setting():
    assert repository.outdated(repository.published(), ROOT).keys() == set(), "make repository URL=… (or none)"


def test_no_file_leads_to_a_repository_that_is_not_the_setting():
    where = repository.published()
    ours = {where.name if where else ""}
    ours |= {
        "zalandoresearch/fashion-mnist",
        "keras-team/keras",
    }  # where a license is from, and an issue that a lesson names
    files = [ROOT / name for name in TRACKED.split("\0") if name and (ROOT / name).is_file()]
    found = {(path.name, name) for path in files for name, _ in leads_to(path)}
    assert {(path, name) for path, name in found if name not in ours} == set()


@pytest.mark.parametrize("tag", ["v2.0", COMMIT])
def test_one_command_makes_every_link_of_it_and_takes_all_of_them_out_again(tag, copy):
    before = contents(copy)
    where = repository.parse(FORK, tag)
    changed = repository.publish(where, copy)
    assert set(changed) == {path for path in copy.rglob("*") if path.is_file()}
    assert repository.published(copy) == where
    assert {path.name: leads_to(path) for path in changed} == {
        path.name: {(where.name, "" if path.suffix == ".cff" else tag)} for path in changed
    }
    for path in copy.glob("notebooks/*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        first, install = ("".join(cell["source"]) for cell in cells if cell["id"] in ("title", shared_cells.INSTALL))
        assert (
            f"({where.address.replace('github.com', 'colab.research.google.com/github')}/blob/{tag}/notebooks/{path.name})"
            in first
        )
        assert f'source = "learning-to-see @ git+{FORK}@{tag}"' in install
        assert "upload" not in install
    assert repository.publish(where, copy) == []
    assert set(repository.publish(None, copy)) == set(changed)
    assert contents(copy) == before


def test_another_tag_or_address_replaces_the_first(copy):
    repository.publish(repository.parse(FORK, "v2.0"), copy)
    second = repository.parse(f"https://github.com/{'b' * 39}/Other_Course", "2027.1")
    repository.publish(second, copy)
    assert repository.published(copy) == second
    assert {name for path in copy.rglob("*.*") for name, _ in leads_to(path)} == {second.name}
    assert b"v2.0" not in b"".join(contents(copy).values())


def test_files_stay_what_they_are(copy):
    """Markdown, YAML, TOML and notebooks with badges differ from those without in nothing else."""
    text = (copy / "README.md").read_text(encoding="utf-8")
    repository.publish(repository.parse(FORK, "v2.0"), copy)
    filled = (copy / "README.md").read_text(encoding="utf-8")
    badges = filled.removeprefix("# Learning to See\n\n").removesuffix(text.removeprefix("# Learning to See\n\n"))
    assert [line[:8] for line in badges.splitlines()] == ["[![Open ", "[![Open ", ""]
    assert yaml.safe_load((copy / "CITATION.cff").read_text(encoding="utf-8"))["repository-code"] == FORK
    assert tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"] == {
        "Repository": f"{FORK}/tree/v2.0"
    }
    for path in copy.glob("notebooks/*.ipynb"):
        assert notebooks.faults(notebooks.read(path)) == []
        cell = shared_cells.title_cell(notebooks.read(path)).source.split("\n\n")
        assert cell[0].startswith("# ")
        assert cell[1].startswith("> ")
        assert cell[2].startswith("[![Open in Colab]")
        assert "\n" not in cell[2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a-school/fork",
        f"http://github.com/{OWNER}/x",
        f"git@github.com:{OWNER}/x.git",
        f"ssh://git@github.com/{OWNER}/x",
        f"https://gitlab.com/{OWNER}/x",
        f"https://github.com.example.org/{OWNER}/x",
        f"https://me:secret@github.com/{OWNER}/x",
        f"https://github.com:8443/{OWNER}/x",
        f"https://github.com/{OWNER}",
        f"https://github.com/{OWNER}a/x",  # a letter too many
        f"https://github.com/{OWNER}/{'x' * 101}",
        f"https://github.com/{OWNER}/x/tree/main",
        f"https://github.com/{OWNER}/x?tab=readme",
        f"https://github.com/{OWNER}/x#readme",
        f"https://github.com/{OWNER}/..",
        f"https://github.com/{OWNER}/.git",
        f"https://github.com/{OWNER}/x%2F..",
        f"https://github.com/{OWNER}/x\n",
        f"https://github.com/{OWNER}/x y",
        f'https://github.com/{OWNER}/x"; import os; "',
        f"https://github.com/{OWNER}/x$(touch made)",
        f"https://github.com/{OWNER}/x`touch made`",
        f"https://github.com/{OWNER}/x';touch made;'",
        f"https://github.com/{OWNER}/x)<script>",
        f"https://github.com/{OWNER}/x\\g<1>",
        "https://github.com/YOUR_NAME/REPOSITORY",
        "https://github.com/-a/x",
        "https://github.com/a-/x",
        "https://github.com/a--b/x",
        "https://github.com/école/x",
        "https://github.com/\N{KELVIN SIGN}/x",
        f"https://github.com/{OWNER}/\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_what_is_not_a_repository_is_refused_with_a_sentence(url):
    with pytest.raises(ValueError, match="isn't the address of a repository") as caught:
        repository.parse(url, "v2.0")
    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "main",
        "master",
        "HEAD",
        "release",
        "v",
        "v2.0/../main",
        "refs/heads/main",
        "v2.0..main",
        "v2 0",
        "v2.0\n",
        "v2.0@main",
    ]
    + [
        'v2.0"',
        "v2.0'",
        "v2.0)",
        "v2.0`x`",
        "$(x)",
        "v2.0#egg",
        "v2.0?x",
        "v2.0;x",
        "-v2.0",
        "--upload-pack=x",
        "v\N{DEVANAGARI DIGIT TWO}",
    ]
    + ["abcdef1", COMMIT[:-1], COMMIT + "0", COMMIT.replace("a", "A"), "v2.0-évil", "v2.0.lock"],
)
def test_what_is_not_a_version_or_a_commit_is_refused_with_a_sentence(tag):
    with pytest.raises(ValueError, match="neither a version's tag") as caught:
        repository.parse(FORK, tag)
    assert repr(tag) in str(caught.value)


@pytest.mark.parametrize("tag", ["v2.0", "2.0.1", "2026.1", "v1", "v2.0-rc1", "1.0rc2", "v1.0.post1", COMMIT])
def test_versions_and_commits_are_taken(tag):
    assert (
        repository.parse(f"{FORK}.git/", tag) == repository.parse(FORK, tag) == (f"{OWNER}/learning-to-see.2026", tag)
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\nname = 'x'\n"),
        ("CITATION.cff", "title: x\n"),
        ("notebooks/01_handwritten_digits.ipynb", "{"),
        ("notebooks/01_handwritten_digits.ipynb", "{}"),
        ("notebooks/10_upload_and_predict.ipynb", '{"cells": [{"cell_type": "markdown", "source": []}]}'),
    ],
)
def test_a_file_that_has_lost_the_place_stops_it_before_anything_is_written(name, text, copy):
    (copy / name).write_text(text)
    before = contents(copy)
    with pytest.raises(ValueError, match=f"^{Path(name).name} is not as it should be: .* No file was changed"):
        repository.publish(repository.parse(FORK, "v2.0"), copy)
    assert contents(copy) == before


def test_a_setting_that_somebody_wrote_by_hand_is_judged_like_any_other(copy):
    text = (copy / "pyproject.toml").read_text(encoding="utf-8")
    for setting in (FORK, f"{FORK}/tree/main", "https://example.org/tree/v1.0", f"{FORK}/tree/v1.0; x"):
        (copy / "pyproject.toml").write_text(
            text.replace("[project.urls]", f'[project.urls]\nRepository = "{setting}"\n#')
        )
        with pytest.raises(ValueError, match=r"isn't the address|neither a version's tag"):
            repository.published(copy)
    repository.publish(None, copy)
    assert repository.published(copy) is None


def make(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`make` with a Python that only says what it was given."""
    echo = cwd / "bin" / "python"
    echo.parent.mkdir(exist_ok=True)
    echo.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(sys.argv[1:], sorted({{'URL', 'TAG', 'LESSON'}} & {{*os.environ}}))\n"
    )
    echo.chmod(0o755)
    command = [
        "make",
        "--no-print-directory",
        "-f",
        str(ROOT / "Makefile"),
        "-o",
        ".venv/ready",
        "BIN=bin",
        *words,
    ]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="a script with #! is the Python here")
def test_make_hands_over_what_it_was_given_and_runs_none_of_it(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for url, tag in (
        ("x y", "$(shell touch made)"),
        ("`touch made`", "$$(touch made)"),
        ("'; touch made; '", '"; touch made; "'),
        ("a\\b", "x'\"$x"),
    ):
        done = make("repository", f"URL={url}", f"TAG={tag}", cwd=tmp_path)
        assert done.stdout == f"{['-m', 'tools.repository', url, tag]} []\n", done.stderr
        done = make("fresh", f"LESSON={url}", cwd=tmp_path)
        assert done.stdout == f"{['-m', 'helpers.launch', 'fresh', url]} []\n", done.stderr
        assert not (tmp_path / "made").exists()
    assert make("repository", cwd=tmp_path).stdout == "['-m', 'tools.repository', '', ''] []\n"
    assert make("fresh", cwd=tmp_path).stdout == "['-m', 'helpers.launch', 'fresh', ''] []\n"
    make("repository", "URL=x'\ntouch made #", cwd=tmp_path)
    assert "made" not in os.listdir(tmp_path) or pytest.fail("a line of its own was run")


def test_the_command_says_what_is_set_and_how_to_set_it(copy, capsys, monkeypatch):
    monkeypatch.setattr(repository, "CHECKOUT", copy)
    monkeypatch.setattr(repository.publish, "__defaults__", (copy,))
    monkeypatch.setattr(repository.published, "__defaults__", (copy,))
    assert repository.main([]) == 1
    assert capsys.readouterr().out == f"Not published.\n{repository.USAGE}\n"
    assert repository.main([FORK, "main"]) == 1
    assert capsys.readouterr().out.startswith("'main' is neither")
    assert repository.main([FORK, "v2.0"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["pyproject.toml", "README.md", "CITATION.cff"]
    assert repository.main(["", ""]) == 1
    assert capsys.readouterr().out.startswith(f"The course is published at {FORK}, v2.0.\n")
    assert repository.main([FORK, "v2.0"]) == 0
    assert capsys.readouterr().out == "Nothing to change.\n"
    assert repository.main(["none", ""]) == 0
    assert repository.published(copy) is None


def test_every_lesson_begins_with_the_same_two_cells_both_folded_to_a_line_that_says_what_they_are():
    where = repository.published()
    for path in LESSONS:
        install, start = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"][:2]
        wanted = shared_cells.sources(path.name[:2], where.requirement if where else "")
        assert {install.id: install.source, start.id: start.source} == wanted
        assert install.metadata.jupyter.source_hidden is True
        assert install.metadata.cellView == "form"
        assert start.metadata == shared_cells.FOLDED
        assert start.source.splitlines()[0] == "# Set-up: run this cell first"
    assert len(start.source.splitlines()) <= 7


def test_storing_a_lesson_keeps_the_fold(tmp_path):
    notebook = notebooks.tidy(notebooks.read(LESSONS[2]))
    found = {cell.id: cell.metadata for cell in notebook.cells}
    assert found[shared_cells.INSTALL] == shared_cells.FORM | shared_cells.FOLDED
    assert found[shared_cells.START] == shared_cells.FOLDED


def test_binder_installs_what_learners_install_with_a_promised_python():
    folder = ROOT / ".binder"
    assert {path.name for path in folder.iterdir()} == {"requirements.txt", "runtime.txt", "postBuild", "start"}
    assert (folder / "requirements.txt").read_text().split() == ["-r", "../requirements.txt"]
    version = (folder / "runtime.txt").read_text().strip().removeprefix("python-")
    assert version in SpecifierSet(PYPROJECT["project"]["requires-python"])
    for script in ("postBuild", "start"):
        assert os.access(folder / script, os.X_OK)
        assert (folder / script).read_bytes().startswith(b"#!/bin/bash\n")


def test_a_server_on_binder_starts_with_threads_that_share_freed_memory():
    told = subprocess.run([ROOT / ".binder" / "start", "env"], capture_output=True, text=True, check=True).stdout
    assert "MALLOC_ARENA_MAX=1" in told.splitlines()


def test_hubs_install_what_learners_install_from_an_edition_that_stays():
    hub = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    assert set(re.findall(r"pip install -r ([\w.-]*\w)", hub)) == {"requirements.txt"}
    assert set(re.findall(r"git clone (\S+ \S+ \S+)", hub)) == {"--branch TAG ADDRESS"}
    hook = yaml.safe_load((ROOT / "docs" / "values.yaml").read_text(encoding="utf-8"))["singleuser"]["lifecycleHooks"]
    assert "://" not in str(hook)  # the lessons come out of the image
