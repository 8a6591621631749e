"""What leads to the course on the web agrees with one setting, and one command points it elsewhere; Binder's folder."""

import re
import shutil

import pytest

from tests.conftest import ROOT
from tools import binder, notebooks, repository

FORK = "https://github.com/a-school/learning-to-see.2026"


@pytest.fixture
def copy(tmp_path):
    """The part of the checkout that names the repository."""
    for pattern in repository.NAMES_IT:
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def links(root):
    """Every OWNER/REPOSITORY that a badge or a set-up cell of the lessons, README, … leads to."""
    text = "\n".join(path.read_text(encoding="utf-8") for pattern in repository.NAMES_IT for path in root.glob(pattern))
    return re.findall(r"(?:github\.com|research\.google\.com/github|/gh)/([\w-]+/[\w.-]*\w)", text)


def test_every_link_of_the_course_is_that_of_the_setting():
    ours = repository.address().removeprefix("https://github.com/")
    found = links(ROOT)
    assert found.count(ours) >= 2 * len(notebooks.lessons()) + 3  # a badge and a set-up cell each; README, citation, …
    assert {one for one in found if one.endswith("learning-to-see")} == {ours}


def test_one_command_points_all_of_them_at_a_fork_and_back(copy):
    ours, before = repository.address(copy), links(copy)
    changed = repository.point_to(FORK, copy)
    assert {path.name for path in changed} > {"pyproject.toml", "README.md", "CITATION.cff"}
    assert repository.address(copy) == FORK
    slug = ours.removeprefix("https://github.com/")
    assert slug not in links(copy) and links(copy).count("a-school/learning-to-see.2026") == before.count(slug)
    assert repository.point_to(FORK + ".git", copy) == []
    repository.point_to(ours, copy)
    for path in changed:
        assert path.read_bytes() == (ROOT / path.relative_to(copy)).read_bytes()


@pytest.mark.parametrize("nonsense", ["", "a-school/fork", "https://gitlab.com/a/b", "https://github.com/a-school"])
def test_what_is_no_repository_changes_nothing(nonsense, copy):
    with pytest.raises(ValueError, match="not the address of a repository"):
        repository.point_to(nonsense, copy)
    assert repository.address(copy) == repository.address()


def test_the_command_says_what_it_needs(capsys):
    assert repository.main([""]) == 1
    assert "make repository URL=" in capsys.readouterr().out


@pytest.fixture
def binder_copy(tmp_path):
    shutil.copytree(ROOT / ".binder", tmp_path / ".binder")
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_binder_finds_what_it_expects(binder_copy):
    assert binder.faults() == binder.faults(binder_copy) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: shutil.rmtree(root / ".binder"), "no folder"),
        (lambda root: (root / "binder").mkdir(), "refuses to choose"),
        (lambda root: (root / ".binder/environment.yml").touch(), "environment.yml is not read, or puts"),
        (lambda root: (root / ".binder/requirements.txt").unlink(), "requirements.txt is missing"),
        (lambda root: (root / ".binder/postBuild").chmod(0o644), "not executable"),
        (lambda root: (root / ".binder/postBuild").write_text("python -m data_scripts setup\n"), "does not begin with"),
        (lambda root: (root / ".binder/postBuild").write_bytes(b"#!/bin/sh\r\n"), "line ends of Windows"),
        (lambda root: (root / ".binder/runtime.txt").write_text("3.12"), "has to be python-3.N"),
        (lambda root: (root / ".binder/runtime.txt").write_text("python-3.9"), "asks for Python 3.9"),
        (lambda root: (root / "requirements.txt").unlink(), "no such file"),
        (lambda root: (root / "requirements.txt").write_text("-e ./course"), "no package in that folder"),
    ],
)
def test_what_repo2docker_would_stumble_over_is_said(spoil, said, binder_copy):
    spoil(binder_copy)
    assert any(said in fault for fault in binder.faults(binder_copy))
