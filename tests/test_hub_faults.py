"""What goes wrong at a real JupyterHub, and who may not do what: memory, a full disk, idle servers, updates, other people's files."""

import json
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

import nbformat
import psutil
import pytest
import requests
import websocket

from helpers.server.connection import ended
from helpers.server.saved_widgets import STATE, VIEW
from tests.hub.hub import Hub, others_run_this_python, why_not
from tests.hub.memory_limit import memory_limit
from tests.hub.rehearsal import _end_servers
from tests.hub.student import HubError, Student

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]
STUDENTS = ("ada", "bob", "eve")  # eve's home is a disk of 3 MB
LESSON = "assignments/lesson.ipynb"
KILLED = """import os, signal, time
print("so far", flush=True)
time.sleep(1)  # memory fills up
os.kill(os.getpid(), signal.SIGKILL)  # as the system does at the limit"""
FILLED = """print("so far", flush=True)
blocks = [bytes([1]) * 10**7 for _ in range(100)]  # 1 GB"""
OVER = ended(-9, str(int(2.7 * 2**30))) + "\n"  # the limit that tests/hub/jupyterhub_config.py gives

ACCOUNTS = not why_not() and others_run_this_python()
needs_accounts = pytest.mark.skipif(not ACCOUNTS, reason="needs root, and a Python that other users can start")


def write_lesson(path: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path.write_text(json.dumps(nbformat.v4.new_notebook(cells=cells, metadata=metadata), indent=1) + "\n")


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def hub():
    """A hub with an assignment to fetch, and a class folder in the teacher's home, as teaching.md has it."""
    folder = Path(tempfile.mkdtemp(prefix="hub-"))
    folder.chmod(0o711)  # homes are found in it, and nothing can be listed
    release = folder / "release"
    release.mkdir()
    write_lesson(release / "lesson.ipynb", "first = 1", "answer = ...", "last = 3")
    git(release, "init", "--quiet", "--initial-branch=main")
    git(release, "add", ".")
    git(release, "commit", "--quiet", "-m", "Assignment")
    (folder / "gitconfig").write_text("[safe]\n\tdirectory = *\n")  # a repository of the teacher's, read by everyone
    disk = f"mount -t tmpfs -o size=3m,mode=750,uid=61004,gid=61004 none {folder}/homes/eve" if ACCOUNTS else ""
    hub = Hub(folder, STUDENTS, accounts=ACCOUNTS, before=disk, GIT_CONFIG_GLOBAL=str(folder / "gitconfig"))
    try:
        teacher = hub.homes / "teacher"
        for name in ("class/source/lesson.ipynb", "class/gradebook.db", "class/submitted/bob/lesson.ipynb"):
            (teacher / name).parent.mkdir(parents=True, exist_ok=True)
            (teacher / name).write_text("{}")
        yield hub
    finally:
        hub.stop()
        _end_servers(list(STUDENTS))
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def logged_in(hub):
    """Everyone has fetched the assignment."""
    students = {name: Student(name, hub.address, hub.password) for name in STUDENTS}
    for student in students.values():
        student.log_in()
        student.start_server()
        student.fetch(f"file://{hub.folder}/release", "main", "assignments")
    return students


@pytest.fixture
def students(logged_in):
    """Everyone; connections to kernels are closed after each test."""
    yield logged_in
    for student in logged_in.values():
        student.hang_up()


def content(student: Student, path: str = LESSON) -> dict:
    return student.ask(f"contents/{path}")["content"]


def save(student: Student, notebook: dict, path: str = LESSON) -> None:
    student.ask(f"contents/{path}", "PUT", type="notebook", format="json", content=notebook)


def printed(outputs: list[dict]) -> str:
    assert [output for output in outputs if output["output_type"] == "error"] == []
    return "".join(output.get("text", "") for output in outputs)


def test_a_kernel_over_its_limit_says_so_in_its_cell_and_the_next_one_is_there(students):
    ada = students["ada"]
    before = content(ada)
    kernel = ada.open(LESSON)
    kernel.run("kept = 1")
    outputs = kernel.run(KILLED)
    assert [(output["name"], output["text"]) for output in outputs] == [
        ("stdout", "so far\n"),
        ("stderr", OVER),
    ]
    assert "your limit is 2.7 GB" in outputs[1]["text"]
    assert printed(kernel.run("print('kept' in globals(), 6 * 7)")) == "False 42\n"
    assert content(ada) == before


def test_so_does_one_that_the_system_itself_ends_at_its_limit(students):
    kernel = students["ada"].open(LESSON)
    process = int(printed(kernel.run("import os; print(os.getpid())")))
    with memory_limit(process, 200 * 2**20) as held:
        if not held:
            pytest.skip("no control group for memory can be made here")
        outputs = kernel.run(FILLED)
    assert [output["text"] for output in outputs] == ["so far\n", OVER]
    assert printed(kernel.run("print(6 * 7)")) == "42\n"


def test_a_message_may_be_larger_than_the_servers_own_limit(students):
    kernel = students["ada"].open(LESSON)
    assert printed(kernel.run(f"print(len('{'a' * 12_000_000}'))")) == "12000000\n"


@needs_accounts
def test_on_a_full_disk_everything_is_a_sentence_and_what_was_saved_stays(students):
    eve = students["eve"]
    kernel = eve.open(LESSON)
    before = content(eve)
    fill = """
        from helpers.contents import progress
        assert progress.mark_done("one-hot")
        file = open("filler", "wb", buffering=0)
        try:
            while True:
                file.write(bytes(1000))
        except OSError as error:
            print(error.strerror)
        from data_scripts import atomic
        from data_scripts.errors import DataError
        from data_scripts.paths import home
        try:
            atomic.write(home() / "models" / "network", bytes(50_000))
        except DataError as error:
            print(error)
        print(progress.mark_done("confusion"), sorted(progress.read_progress().done))
        print(sorted(path.name for path in home().rglob("*") if path.is_file()))
    """
    said = printed(kernel.run(textwrap.dedent(fill))).splitlines()
    assert said[0] == "No space left on device"
    assert said[1].startswith("The disk is full: no room left in ")
    assert said[2:] == ["False ['one-hot']", "['.progress.json.lock', 'progress.json']"]
    changed = json.loads(json.dumps(before))
    changed["cells"][1]["source"] = "answer = '" + "x" * 100_000 + "'"
    with pytest.raises(HubError, match="No space left on device|disk is full"):  # what JupyterLab's dialog says
        save(eve, changed)
    assert content(eve)["cells"] == before["cells"]
    kernel.run("file.close(); import os; os.remove('filler')")
    save(eve, changed)
    assert content(eve)["cells"][1]["source"] == changed["cells"][1]["source"]


def test_an_update_of_the_assignment_never_overwrites_a_student_who_has_it_open(hub, students):
    ada, release = students["ada"], hub.folder / "release"
    kernel = ada.open(LESSON)
    kernel.run("answer = 42")
    mine = content(ada)
    mine["cells"][1]["source"] = "answer = 42  # mine"
    mine["cells"].append(nbformat.v4.new_code_cell("also_mine = 1", id="mine"))
    save(ada, mine)
    write_lesson(release / "lesson.ipynb", "first = 1", "answer = ...  # a hint from the teacher", "last = 3")
    write_lesson(release / "second.ipynb", "new = 1")
    git(release, "add", ".")
    git(release, "commit", "--quiet", "-m", "A hint, and a second assignment")
    ada.fetch(f"file://{release}", "main", "assignments")
    sources = [cell["source"] for cell in content(ada)["cells"]]
    assert sources == ["first = 1", "answer = 42  # mine", "last = 3", "also_mine = 1"]
    assert content(ada, "assignments/second.ipynb")["cells"][0]["source"] == "new = 1"
    assert printed(kernel.run("print(answer)")) == "42\n"
    save(ada, mine)  # what is still open in the browser is saved as before


def test_two_tabs_share_a_kernel_and_each_sees_what_the_other_runs(students):
    ada = students["ada"]
    first, second = ada.open(LESSON), ada.open(LESSON)
    assert first.name == second.name
    first.run("shared = 1")
    second.run("shared += 1")
    assert printed(first.run("print(shared)")) == "2\n"


TRIES = """
import os
from pathlib import Path

def tried(what):
    try:
        return bool(what())
    except OSError:
        return False

homes = Path({homes!r})
wanted = [homes / "bob", homes / "bob/assignments/lesson.ipynb", homes / "bob/course/progress.json", homes / "teacher"]
wanted += [homes / "teacher/class" / name for name in ("", "gradebook.db", "source/lesson.ipynb", "submitted/bob/lesson.ipynb")]
wanted += [homes / "bob/.local/share/jupyter/runtime", homes.parent / "hub", homes.parent / "hub/hub.sqlite"]
wanted += [homes.parent / "hub/cookie_secret", homes.parent / "hub/hub.log", *(Path("/proc", str(one), "environ") for one in {others})]
for path in wanted:
    if tried(lambda: os.listdir(path) if path.is_dir() else path.read_bytes()):
        print("read", path)
for path in (homes / "bob/new", homes / "teacher/new", homes.parent / "release/new", Path({course!r}) / "new"):
    if tried(lambda: path.touch() or True):
        print("written", path)
print("tried", len(wanted))
"""


@needs_accounts
def test_a_student_reads_no_ones_files_nor_gradebook_nor_solutions(hub, students):
    others = [one.pid for one in psutil.process_iter() if user_of(one) == "bob"]
    assert others
    course = str(Path(__file__).parents[1])
    code = TRIES.format(homes=str(hub.homes), others=others, course=course)
    kernel = students["ada"].open(LESSON)
    assert printed(kernel.run(code)) == f"tried {13 + len(others)}\n"
    seen = printed(students["bob"].open(LESSON).run(code))  # who may, does: the attempts are real
    assert f"read {hub.homes}/bob/assignments/lesson.ipynb" in seen


def test_a_student_cannot_listen_to_anothers_kernel(hub, students):
    kernel, listener = students["bob"].open(LESSON), students["ada"].open(LESSON)
    connection = hub.homes / "bob" / ".local" / "share" / "jupyter" / "runtime" / f"kernel-{kernel.name}.json"
    port = json.loads(connection.read_text())["iopub_port"]
    listen = f"""
        import zmq
        socket = zmq.Context.instance().socket(zmq.SUB)
        socket.subscribe(b"")
        socket.connect("tcp://127.0.0.1:{port}")
    """
    printed(listener.run(textwrap.dedent(listen)))
    for _ in range(5):
        assert printed(kernel.run("print('a secret')")) == "a secret\n"
        assert printed(listener.run("print(socket.poll(500))")) == "0\n"
    listener.run("socket.close(0)")


def user_of(process: psutil.Process) -> str:
    try:
        return process.environ().get("JUPYTERHUB_USER", "")
    except psutil.Error:
        return ""


def test_a_student_gets_nowhere_at_anothers_server_or_at_the_hubs_api(hub, students):
    ada = students["ada"]
    own = ada.session.get(f"{hub.address}/user/ada/api/contents/{LESSON}", timeout=60)
    assert own.ok
    for path in (f"contents/{LESSON}", "kernels", "sessions", "terminals"):
        answer = ada.session.get(f"{hub.address}/user/bob/api/{path}", timeout=60)
        assert answer.status_code in (403, 404), path
    for path in ("users", "users/bob", "groups", "services"):
        answer = ada.session.get(f"{hub.address}/hub/api/{path}", timeout=60)
        assert answer.status_code in (403, 404) or answer.json() in ([], {}), path
    kernel = students["bob"].open(LESSON)
    bobs = Student("bob", hub.address, "", session=ada.session)
    with pytest.raises(websocket.WebSocketBadStatusException, match="40[34]"):
        bobs.socket(kernel.name)


def test_nothing_is_changed_without_the_xsrf_token_or_from_another_site(hub, students):
    ada = students["ada"]
    kernel = ada.open(LESSON)
    before = content(ada)
    url = f"{hub.address}/user/ada/api"
    cases = [
        ("PUT", f"contents/{LESSON}"),
        ("DELETE", f"contents/{LESSON}"),
        ("POST", "sessions"),
        ("POST", "terminals"),
    ]
    for method, path in [*cases, ("POST", f"kernels/{kernel.name}/restart")]:
        answer = ada.session.request(method, f"{url}/{path}", json={"type": "notebook"}, timeout=60)
        assert answer.status_code == 403, (method, path)
    assert content(ada) == before
    for path, method in (("login", "post"), ("api/users/ada/server", "delete"), ("spawn", "post")):
        answer = getattr(ada.session, method)(f"{hub.address}/hub/{path}", timeout=60)
        assert answer.status_code == 403, path
    cookies = "; ".join(f"{one.name}={one.value}" for one in ada.session.cookies if one.path in ("/", "/user/ada/"))
    channels = f"{url.replace('http', 'ws', 1)}/kernels/{kernel.name}/channels"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(channels, cookie=cookies, origin="https://elsewhere.example.org", timeout=60)


def test_no_secret_is_in_a_log(hub, students):
    secrets = {hub.password} | {
        cookie.value
        for one in students.values()
        for cookie in one.session.cookies
        if "user" in cookie.name or "login" in cookie.name
    }
    for process in psutil.process_iter():
        if user_of(process) in STUDENTS:
            tokens = [value for name, value in process.environ().items() if name.endswith("_TOKEN")]
            secrets |= {token for token in tokens if token}
    assert len(secrets) > 2 * len(STUDENTS)
    logs = {path.name: path.read_text("utf-8", "replace") for path in hub.state.glob("*.log")}
    assert {"hub.log", "proxy.log"} <= logs.keys()
    assert "/user/ada/" in logs["hub.log"]  # the students' servers write there, too
    assert [(name, len(secret)) for name, log in logs.items() for secret in secrets if secret in log] == []


def test_at_the_end_a_server_that_was_idle_is_stopped_and_gives_everything_back(hub, students):
    bob = students["bob"]
    kernel = bob.open(LESSON)
    assert (
        printed(kernel.run("from helpers.contents import progress\nprint(progress.mark_done('one-hot'))")) == "True\n"
    )
    notebook = content(bob)
    view = {VIEW: {"model_id": "a", "version_major": 2, "version_minor": 0}, "text/plain": "a slider"}
    notebook["cells"][0]["outputs"] = [{"output_type": "display_data", "data": view, "metadata": {}}]
    state = {"version_major": 2, "version_minor": 0, "state": {"a": {"model_name": "IntSliderModel", "state": {}}}}
    notebook["metadata"]["widgets"] = {STATE: state}
    save(bob, notebook)
    hub.cull("bob")
    with pytest.raises((HubError, requests.RequestException)):
        bob.ask("kernels")
    bob.start_server()
    assert bob.ask("kernels") == []
    again = content(bob)
    assert again["cells"][0]["outputs"] == notebook["cells"][0]["outputs"]
    assert again["metadata"]["widgets"] == {STATE: state}
    again["metadata"]["widgets"] = {}  # what JupyterLab saves while no kernel answers for a widget
    save(bob, again)
    assert content(bob)["metadata"]["widgets"] == {STATE: state}
    kernel = bob.open(LESSON)
    done = "from helpers.contents import progress\nprint(progress.read_progress().done)"
    assert printed(kernel.run(done)) == "frozenset({'one-hot'})\n"
