"""Files from the browser, put together from pieces: whole, in order, within limits, whatever comes and however often."""

import pytest

from helpers.images.file_bytes import MAX_BYTES
from helpers.images.read import ImageError
from helpers.widgets.file_pieces import MOST_FILES, FileAssembler


def piece(at=0, data=b"", size=None, upload="a", number=1, count=1, name="me.jpg", **more):
    size = len(data) if size is None else size
    about = {"upload": upload, "number": number, "count": count, "name": name, "size": size, "at": at}
    return about | more, [memoryview(data)] if data else []


def test_pieces_become_the_file_and_each_is_answered():
    files = FileAssembler()
    assert files.add(*piece(0, b"abc", 8)) == ({"upload": "a", "next": 3}, None)
    assert files.add(*piece(3, b"def", 8)) == ({"upload": "a", "next": 6}, None)
    answer, file = files.add(*piece(6, b"gh", 8))
    assert answer == {"upload": "a", "done": 1}
    assert file.open().read() == b"abcdefgh"
    assert (file.open().name, file.number, file.count) == ("me.jpg", 1, 1)


def test_several_files_come_one_after_the_other():
    files = FileAssembler()
    got = [files.add(*piece(0, bytes([number]), number=number, count=3))[1] for number in (1, 2, 3)]
    assert [file.content for file in got] == [b"\1", b"\2", b"\3"]


def test_doubled_and_late_pieces_change_nothing():
    files = FileAssembler()
    files.add(*piece(0, b"abc", 5))
    assert files.add(*piece(0, b"abc", 5)) == ({"upload": "a", "next": 3}, None)
    assert files.add(*piece(4, b"x", 5)) == ({"upload": "a", "next": 3}, None), "a gap is asked for"
    _, file = files.add(*piece(3, b"de", 5))
    assert file.content == b"abcde"
    assert files.add(*piece(3, b"de", 5)) == ({"upload": "a", "done": 1}, None), "never twice"
    assert files.add(*piece(0, b"abc", 5)) == ({"upload": "a", "done": 1}, None)


def test_a_newer_choice_takes_the_place_and_the_older_is_told():
    files = FileAssembler()
    files.add(*piece(0, b"abc", 6))
    assert files.add(*piece(0, b"xy", 4, upload="b"))[0] == {"upload": "b", "next": 2}
    for late in (piece(3, b"def", 6), piece(0, b"abc", 6)):
        answer, file = files.add(*late)
        assert answer["upload"] == "a"
        assert "Another choice took its place" in answer["stop"]
        assert file is None
    assert files.add(*piece(2, b"zz", 4, upload="b"))[1].content == b"xyzz"


def test_a_choice_that_was_given_up_before_it_came_stays_given_up():
    files = FileAssembler()  # JupyterLab may let a message overtake one that waits for a busy kernel
    assert files.add(*piece(0, b"new", upload="b", replaces="a"))[1].content == b"new"
    answer, file = files.add(*piece(0, b"old", upload="a"))
    assert "stop" in answer
    assert file is None


def test_what_begins_in_the_middle_is_told_so():
    files = FileAssembler()  # after a restart of the kernel
    assert "stop" in files.add(*piece(3, b"def", 6))[0]
    assert "stop" in files.add(*piece(0, b"def", number=2, count=2))[0]
    files.add(*piece(0, b"abc", 6))
    assert "lost" in files.add(*piece(0, b"x", number=2, count=2))[0]["stop"]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (piece(0, b"", 5), "changed while it was sent"),
        (piece(0, b"abcdef", 5), "changed while it was sent"),
        (piece(0, b"abc", MAX_BYTES + 2**20), "has 65 MB; at most 64 MB are read"),
        (piece(0, problem='"me.jpg" is a folder.'), "is a folder"),
    ],
)
def test_a_file_that_does_not_come_is_one_sentence_and_the_next_comes(message, words):
    files = FileAssembler()
    content, buffers = message
    answer, file = files.add(content | {"count": 2}, buffers)
    assert answer == {"upload": "a", "done": 1}
    with pytest.raises(ImageError, match=words):
        file.open()
    assert files.add(*piece(0, b"abc", number=2, count=2))[1].content == b"abc"


def test_a_name_that_is_no_text_can_be_shown():
    _, file = FileAssembler().add(*piece(0, b"abc", name="half \ud83d of a character" + "!" * 999))
    assert file.name.startswith("half ? of a character!!")
    assert len(file.name) == 300


def test_an_empty_file_is_a_file():
    _, file = FileAssembler().add(*piece())
    assert file.open().read() == b""


@pytest.mark.parametrize(
    "content",
    [
        None, 3, "text", [], {}, {"upload": "a"},
        piece(upload="")[0], piece(upload=7)[0], piece(upload="a" * 999)[0], piece(name=None)[0],
        piece(at=-1)[0], piece(at=True)[0], piece(at=0.0)[0], piece(at=5, size=3)[0], piece(size=-1)[0], piece(size="9")[0],
        piece(number=0)[0], piece(number=2)[0], piece(count=MOST_FILES + 1)[0], piece(number=float("nan"))[0],
    ],
)  # fmt: skip
def test_what_is_no_piece_is_left_alone(content):
    files = FileAssembler()
    assert files.add(content, [b"x"]) == (None, None)
    assert files.add(content, None) == (None, None)
    assert files.add(*piece(0, b"abc"))[1].content == b"abc"


def test_memory_holds_one_file_at_most():
    files = FileAssembler()
    for upload in range(300):
        files.add(*piece(0, bytes(1000), 2000, upload=str(upload)))
    assert len(files._data) == 1000
    assert len(files._earlier) == 100
