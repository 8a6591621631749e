"""Downloads are verified, and without a network they are soon given up. All on loopback."""

import gzip
import http.server
import re
import socket
import threading
from hashlib import sha256

import pytest

from data_scripts import download, mnist, mnist_files
from tests import tiny_mnist
from tests.tiny_mnist import run, same

pytest_plugins = "tests.tiny_mnist"
pytestmark = pytest.mark.usefixtures("own_home")


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder; after `break_after` bytes it drops the connection; `asked` is what was asked for."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.asked, self.break_after = folder, [], None

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def table(self, *paths) -> list[tuple[str, int, str]]:
        """What TFDS would know of these files: address, size, checksum."""
        return [(self.address(path.name), path.stat().st_size, checksum(path)) for path in paths]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.server.folder / self.path.lstrip("/")
        self.server.asked.append(path.name)
        if not path.is_file():
            return self.send_error(404)
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.break_after])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tiny, tmp_path, monkeypatch):
    """A server of the made-up files, and TFDS's table replaced by their addresses."""
    with Server(tmp_path / "published") as server:
        table = server.table(*sorted(server.folder.iterdir()))
        monkeypatch.setattr(download, "addresses", lambda name: table)
        yield server


def checksum(path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def downloaded() -> list:
    return [path for path in download.folder("mnist").rglob("*") if path.is_file()]


def test_tfds_knows_four_files_of_each_set():
    for name in mnist_files.SETS:
        table = download.addresses(name)
        files = {url.rsplit("/", 1)[-1] for url, _, _ in table}
        assert files == {f"{file}.gz" for file in (*mnist_files.IMAGES.values(), *mnist_files.LABELS.values())}
        assert all(size > 4000 and re.fullmatch("[0-9a-f]{64}", checksum) for _, size, checksum in table)


def test_a_download_becomes_what_lessons_read(server, tiny, capsys):
    code, out, err = run(capsys, "get", "mnist")
    assert (code, err) == (0, "")
    assert out.startswith("mnist, official: 60 + 20 images, ready")
    assert same(mnist.arrays("mnist", "official"), tiny)
    assert len(server.asked) == 4
    assert not downloaded()
    assert "already here" in run(capsys, "get", "mnist")[1]
    assert len(server.asked) == 4


def test_a_transfer_that_breaks_off_keeps_the_files_that_are_whole(server, capsys):
    server.break_after = 20_000
    code, out, err = run(capsys, "get", "mnist")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "could not be downloaded" in err
    assert "get mnist --from FOLDER" in err
    whole = {path.name for path in downloaded()}
    assert whole == {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}
    server.break_after = None
    server.asked.clear()
    assert run(capsys, "get", "mnist")[0] == 0
    assert not whole & set(server.asked)


def test_another_file_than_the_published_one_is_thrown_away(server, capsys):
    path = server.folder / "train-labels-idx1-ubyte.gz"
    right = path.read_bytes()
    path.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    code, _, err = run(capsys, "get", "mnist")
    assert (code, err.count("\n")) == (1, 1)
    assert "its SHA-256 is wrong" in err
    assert mnist.state("mnist", "official") == "absent"
    assert path.name not in {path.name for path in downloaded()}
    path.write_bytes(right)
    assert run(capsys, "get", "mnist")[0] == 0


def test_what_tfds_knows_and_what_we_know_must_agree(server, monkeypatch, capsys):
    other = tiny_mnist.images(seed=1)["train"][1]
    path = server.folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(mnist_files.idx_header(other.shape) + other.tobytes()))
    table = server.table(*sorted(server.folder.iterdir()))
    monkeypatch.setattr(download, "addresses", lambda name: table)
    code, _, err = run(capsys, "get", "mnist")
    assert code == 1
    assert "the train labels are not Tiny-mnist's" in err


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (lambda server: server.address("moved.gz"), "404 Not Found"),
        (lambda server: f"http://127.0.0.1:{dead_port()}/train.gz", "Connection refused"),
        (lambda server: "http://nowhere.invalid/train.gz", ""),
    ],
    ids=["moved", "nobody listens", "no such host"],
)
def test_no_answer_is_one_sentence_that_names_the_way_out(server, monkeypatch, capsys, address, problem):
    monkeypatch.setattr(download, "addresses", lambda name: [(address(server), 1000, "0" * 64)])
    code, out, err = run(capsys, "get", "mnist")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"could not be downloaded: {problem}" in err
    assert "`python -m data_scripts get mnist --from FOLDER`" in err


@pytest.mark.timeout(30)
def test_a_host_that_never_answers_is_given_up(monkeypatch, capsys, tiny):
    monkeypatch.setattr(download, "PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/train.gz"
        monkeypatch.setattr(download, "addresses", lambda name: [(url, 1000, "0" * 64)])
        code, _, err = run(capsys, "get", "mnist")
    assert code == 1
    assert "get mnist --from FOLDER" in err


def test_the_progress_bar_shows_on_a_terminal_only(server, tmp_path, monkeypatch, capsys):
    path = tmp_path / "published/train-images-idx3-ubyte.gz"
    shown = []
    for is_terminal in (True, False):
        monkeypatch.setattr("sys.stdout.isatty", lambda is_terminal=is_terminal: is_terminal, raising=False)
        download.retrieve(*server.table(path)[0][:1], tmp_path / str(is_terminal), path.stat().st_size, None, "")
        shown.append(path.name in capsys.readouterr().out)
    assert shown == [True, False]
