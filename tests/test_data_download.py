"""Downloads are verified and resumed, and without a network they are soon given up. All on loopback."""

import gzip
import http.server
import re
import socket
import threading
import time
from hashlib import sha256

import pytest

from data_scripts import download, mnist, mnist_checksums, mnist_official
from tests import tiny_digits
from tests.tiny_digits import run, same

pytest_plugins = "tests.tiny_digits"
pytestmark = pytest.mark.usefixtures("own_home")


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder; `break_after` bytes it drops the connection; `asked` is what was asked for, from which byte."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.asked, self.break_after, self.ranges = folder, [], None, True


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server, path = self.server, self.server.folder / self.path.lstrip("/")
        if not path.is_file():
            return self.send_error(404)
        content = path.read_bytes()
        start = int(re.findall(r"\d+", self.headers.get("Range", "0"))[0]) if server.ranges else 0
        server.asked.append((path.name, start))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:][: server.break_after])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tiny, tmp_path, monkeypatch):
    """A server of the made-up files, and TFDS's table replaced by their addresses."""
    with Server(tmp_path / "published") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        table = [
            (f"http://127.0.0.1:{server.server_port}/{path.name}", path.stat().st_size, checksum(path))
            for path in sorted(server.folder.iterdir())
        ]
        monkeypatch.setattr(mnist_official, "addresses", lambda name: table)
        yield server
        server.shutdown()


def checksum(path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_tfds_knows_four_files_of_each_set():
    for name in mnist_checksums.SETS:
        table = mnist_official.addresses(name)
        files = {url.rsplit("/", 1)[-1] for url, _, _ in table}
        assert files == {f"{name}.gz" for name in (*mnist_checksums.IMAGES.values(), *mnist_checksums.LABELS.values())}
        assert all(size > 4000 and re.fullmatch("[0-9a-f]{64}", checksum) for _, size, checksum in table)


def test_a_download_becomes_what_lessons_read(server, tiny, capsys, own_home):
    code, out, err = run(capsys, "get", "mnist")
    assert (code, err) == (0, "") and out.startswith("mnist, official: 60 + 20 images, ready")
    assert same(mnist.arrays("mnist", "official"), tiny, tiny_digits.COUNTS["official"])
    assert len(server.asked) == 4 and not list(download.folder().iterdir())
    code, out, _ = run(capsys, "get", "mnist")
    assert "already here" in out and len(server.asked) == 4


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(server, capsys):
    server.break_after = 9000
    size = (server.folder / "train-images-idx3-ubyte.gz").stat().st_size
    assert download.TRIES * server.break_after < size
    code, _, err = run(capsys, "get", "mnist")
    assert code == 1 and "could not be downloaded" in err and "get mnist --from FOLDER" in err
    server.break_after = None
    assert run(capsys, "get", "mnist")[0] == 0
    starts = [start for name, start in server.asked if name == "train-images-idx3-ubyte.gz"]
    assert starts == [i * 9000 for i in range(download.TRIES + 1)]


def test_a_server_that_cannot_resume_sends_everything_again(server, tiny, capsys):
    server.break_after, server.ranges = 9000, False
    assert run(capsys, "get", "mnist")[0] == 1
    server.break_after = None
    assert run(capsys, "get", "mnist")[0] == 0
    assert same(mnist.arrays("mnist", "official"), tiny, tiny_digits.COUNTS["official"])


@pytest.mark.parametrize("longer", [0, 50_000])
def test_another_file_than_the_published_one_is_thrown_away(server, capsys, longer):
    path = server.folder / "train-labels-idx1-ubyte.gz"
    right = path.read_bytes()
    path.write_bytes(right[:-1] + bytes([right[-1] ^ 1]) + bytes(longer))
    code, _, err = run(capsys, "get", "mnist")
    assert code == 1 and "its SHA-256 is wrong" in err and err.count("\n") == 1
    assert mnist.state("mnist", "official") == "absent"
    assert not list(download.folder().glob("*/train-labels*"))
    path.write_bytes(right)
    assert run(capsys, "get", "mnist")[0] == 0


def test_what_tfds_knows_and_what_we_know_must_agree(server, monkeypatch, capsys):
    other = tiny_digits.images(seed=1)["train"][1]
    path = server.folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(tiny_digits.idx.pack(other)))
    table = [
        (u, path.stat().st_size, checksum(path)) if path.name in u else (u, s, c)
        for u, s, c in mnist_official.addresses("")
    ]
    monkeypatch.setattr(mnist_official, "addresses", lambda name: table)
    code, _, err = run(capsys, "get", "mnist")
    assert code == 1 and "the train labels are not Tiny-mnist's" in err


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (lambda server: f"http://127.0.0.1:{server.server_port}/moved.gz", "404"),
        (lambda server: f"http://127.0.0.1:{dead_port()}/train.gz", "refused"),
        (lambda server: "http://nowhere.invalid/train.gz", ""),
    ],
    ids=["moved", "nobody listens", "no such host"],
)
def test_no_answer_is_one_sentence_that_names_the_way_out(server, monkeypatch, capsys, address, problem):
    monkeypatch.setattr(mnist_official, "addresses", lambda name: [(address(server), 1000, "0" * 64)])
    start = time.monotonic()
    code, out, err = run(capsys, "get", "mnist")
    assert time.monotonic() - start < 10
    assert code == 1 and problem in err and "`python -m data_scripts get mnist --from FOLDER`" in err
    assert err.count("\n") == 1 and out == ""


def test_a_host_that_never_answers_is_given_up(monkeypatch, capsys, tiny):
    monkeypatch.setattr(download, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/train.gz"
        monkeypatch.setattr(mnist_official, "addresses", lambda name: [(url, 1000, "0" * 64)])
        start = time.monotonic()
        code, _, err = run(capsys, "get", "mnist")
    assert time.monotonic() - start < 5 and code == 1 and "get mnist --from FOLDER" in err
