"""Everything that leads to the course on the web agrees with one setting, and one command points it elsewhere; Binder."""

import os
import re
import shutil

import pytest
from packaging.specifiers import SpecifierSet

from tests.conftest import ROOT
from tests.test_install import PYPROJECT
from tools import notebooks, repository

FORK = "https://github.com/a-school/learning-to-see.2026"


@pytest.fixture
def copy(tmp_path):
    """The part of the checkout that links to the repository."""
    for pattern in repository.LINKING:
        for path in ROOT.glob(pattern):
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def links(root):
    """Every OWNER/REPOSITORY that a badge or a set-up cell of the lessons, README, … leads to."""
    text = "\n".join(path.read_text(encoding="utf-8") for pattern in repository.LINKING for path in root.glob(pattern))
    return re.findall(r"(?:github\.com|research\.google\.com/github|/gh)/([\w-]+/[\w.-]*\w)", text)


def test_every_link_of_the_course_is_that_of_the_setting():
    ours = repository.address().removeprefix("https://github.com/")
    linked = links(ROOT)
    assert linked.count(ours) >= 2 * len(notebooks.lessons()) + 3  # a badge and a set-up cell each; README, citation, …
    assert {name for name in linked if name.endswith("learning-to-see")} == {ours}


def test_one_command_points_all_of_them_at_a_fork_and_back(copy):
    ours, before = repository.address(copy), links(copy)
    changed = repository.point_to(FORK, copy)
    assert {path.name for path in changed} > {"pyproject.toml", "README.md", "CITATION.cff"}
    assert repository.address(copy) == FORK
    slug = ours.removeprefix("https://github.com/")
    assert slug not in links(copy)
    assert links(copy).count("a-school/learning-to-see.2026") == before.count(slug)
    assert repository.point_to(FORK + ".git", copy) == []
    repository.point_to(ours, copy)
    for path in changed:
        assert path.read_bytes() == (ROOT / path.relative_to(copy)).read_bytes()


@pytest.mark.parametrize("nonsense", ["", "a-school/fork", "https://gitlab.com/a/b", "https://github.com/a-school"])
def test_what_is_not_a_repository_changes_nothing(nonsense, copy):
    with pytest.raises(ValueError, match="not the address of a repository"):
        repository.point_to(nonsense, copy)
    assert repository.address(copy) == repository.address()


def test_binder_installs_what_learners_install_with_a_promised_python():
    folder = ROOT / ".binder"
    assert {path.name for path in folder.iterdir()} == {"requirements.txt", "runtime.txt", "postBuild"}
    assert (folder / "requirements.txt").read_text().split() == ["-r", "../requirements.txt"]
    version = (folder / "runtime.txt").read_text().strip().removeprefix("python-")
    assert version in SpecifierSet(PYPROJECT["project"]["requires-python"])
    assert os.access(folder / "postBuild", os.X_OK)
    assert (folder / "postBuild").read_bytes().startswith(b"#!/bin/bash\n")
