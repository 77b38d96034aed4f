"""Requests that the server of the page refuses, and removal of its files."""

import json
import re
import signal
import tempfile
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from kerasgan.runs import directory
from tests.processes import finish, start
from tests.stubs import recoloured

pytestmark = [
    pytest.mark.skipif(find_spec("gradio") is None, reason="needs the extra 'demo'"),
    # Gradio's, of event loops and pandas.
    pytest.mark.filterwarnings("ignore"),
]

R3GAN, CYCLEGAN = (str(directory.SHIPPED / model) for model in ("r3gan", "cyclegan"))
TOKEN = "open-sesame"
HERE = "http://127.0.0.1:7860"
UPLOADED = "this file was not uploaded here"


@pytest.fixture(scope="module")
def folder():
    """The folder of the page's files."""
    from kerasgan.demo import server

    with server.private() as folder:
        yield folder


@pytest.fixture(scope="module")
def application(folder):
    from kerasgan.demo import page

    return page.app(None, folder, TOKEN)


@pytest.fixture(scope="module")
def browser(application):
    from starlette.testclient import TestClient

    options = {"raise_server_exceptions": False, "follow_redirects": False}
    with TestClient(application, HERE, **options) as client:
        yield client


@pytest.fixture
def stranger(browser):
    """A client without the token."""
    browser.cookies.clear()
    return browser


@pytest.fixture
def client(stranger):
    """A client that has entered with the token and chosen the shipped runs."""
    assert stranger.get(f"/?token={TOKEN}").status_code == 303
    config = stranger.get("/config").json()
    labels = {one["id"]: one["props"].get("label") for one in config["components"]}
    shipped = iter((R3GAN, CYCLEGAN))
    for event in ("load", "change"):
        for fn, one in enumerate(config["dependencies"]):
            if event not in (name for _, name in one["targets"]):
                continue
            data = [next(shipped) if labels[given] == "Run" else None for given in one["inputs"]]
            assert asked(stranger, fn, data)["success"]
    return stranger


def asked(client, fn, data, **event):
    """What the queue says at last of a function of the page."""
    content = json.dumps({"data": data, "fn_index": fn, "session_hash": "s", **event})
    joined = client.post(
        "/gradio_api/queue/join", content=content, headers={"content-type": "application/json"}
    )
    assert joined.status_code == 200, joined.text
    lines = client.get("/gradio_api/queue/data?session_hash=s").text.splitlines()
    messages = [json.loads(line.removeprefix("data:")) for line in lines if line]
    return next(one for one in messages if one["msg"] == "process_completed")


def functions(client, count, *names):
    """The page's functions with so many inputs, and outputs of these names beside unnamed ones."""
    config = client.get("/config").json()
    props = {one["id"]: one["props"] for one in config["components"]}
    known = {key: one.get("alt_text") or one.get("label") for key, one in props.items()}
    return [
        fn
        for fn, one in enumerate(config["dependencies"])
        if len(one["inputs"]) == count
        and [known[output] for output in one["outputs"] if known[output]] == [*names]
    ]


TRANSLATED = ("Original and translation", "And back")


def translated(client, file):
    (upload,) = functions(client, 1, "Image", *TRANSLATED)
    answer = asked(client, upload, [file])
    if not answer["success"]:
        return answer
    (fn, *_) = functions(client, 20, *TRANSLATED)
    return asked(client, fn, [CYCLEGAN, None, True, "b", *[None] * 16])


def as_gradio_has_it(path):
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}}


@pytest.fixture
def secrets(tmp_path):
    """Files that were not uploaded, and one that is not there."""
    Image.new("RGB", (77, 55), "red").save(tmp_path / "secret.png")
    (tmp_path / "notes.txt").write_text("secret")
    (tmp_path / "link.png").symlink_to(tmp_path / "secret.png")
    names = ("secret.png", "notes.txt", "link.png", "absent.png")
    return [*(tmp_path / name for name in names), "/proc/self/environ", "http://127.0.0.1/x.png"]


@pytest.mark.parametrize("barrier", ["all", "page", "gradio"])
def test_only_what_was_uploaded_or_drawn_is_read(
    client, folder, secrets, application, monkeypatch, barrier
):
    """The page's check and Gradio's each keep other files out alone, and no copy is made."""
    from kerasgan.demo import page

    if barrier == "gradio":
        monkeypatch.setattr(page._Page, "_check", lambda self, inputs: None)
    if barrier == "page":
        monkeypatch.setattr(application.routes[-1].app.get_blocks(), "has_launched", False)
    answers = [translated(client, as_gradio_has_it(path)) for path in secrets]
    assert not any(answer["success"] for answer in answers)
    if barrier == "all":
        assert {answer["output"]["error"] for answer in answers} == {UPLOADED}
    names = {Path(path).name for path in secrets}
    assert not [file for file in folder.rglob("*") if file.name in names]


def test_no_address_of_another_machine_is_taken_for_a_file(folder):
    from kerasgan.utils import local_pages

    # As a relative path it would lie below the folder.
    address = f"http://evil.example/q?x=/{'../' * 20}{str(folder)[1:]}/a.png"
    assert (Path.cwd() / address).resolve() == folder.resolve() / "a.png"
    assert not local_pages.is_inside(address, folder)
    assert local_pages.is_inside(str(folder / "a.png"), folder)


def test_a_file_inside_of_an_uploaded_ones_dictionary_is_refused(client, secrets):
    image = Path("mine.png")
    Image.new("RGB", (40, 50)).save(image)
    (path,) = client.post("/gradio_api/upload", files={"files": image.open("rb")}).json()
    for nested in (as_gradio_has_it(secrets[0]), [as_gradio_has_it(secrets[-1])]):
        answer = translated(client, {"path": path, "x": nested})
        assert (answer["success"], answer["output"]["error"]) == (False, UPLOADED)


def test_what_was_uploaded_is_translated_and_served(client):
    from kerasgan.demo import page

    image = Path("mine.png")
    Image.new("RGB", (40, 50)).save(image)
    (path,) = client.post("/gradio_api/upload", files={"files": image.open("rb")}).json()
    answer = translated(client, as_gradio_has_it(path))
    assert answer["success"]
    shown = list(page._paths(answer["output"]["data"]))
    assert len(shown) == 3
    for path in shown:
        assert client.get(f"/gradio_api/file={path}").status_code == 200


def test_the_file_to_translate_is_the_uploaded_one_whatever_the_browser_claims(client, secrets):
    image = Path("mine.png")
    Image.new("RGB", (40, 50)).save(image)
    (path,) = client.post("/gradio_api/upload", files={"files": image.open("rb")}).json()
    assert translated(client, as_gradio_has_it(path))["success"]
    (fn, *_) = functions(client, 20, *TRANSLATED)
    claimed = asked(client, fn, [CYCLEGAN, str(secrets[0]), True, "b", *[None] * 16])
    original = claimed["output"]["data"][0][0]["path"]
    with Image.open(original) as opened:
        assert opened.size == (40, 50)


def test_no_other_file_is_served(client, secrets, folder):
    for path in [*secrets, folder, folder / ".." / ".." / "etc" / "passwd", "a%00b"]:
        assert client.get(f"/gradio_api/file={path}").status_code in (400, 403)


def test_runs_that_are_not_offered_are_refused_whether_they_are_there_or_not(client, tmp_path):
    (fn, *_) = functions(client, 21, "Images")
    for path in (tmp_path, tmp_path / "absent"):
        answer = asked(client, fn, [str(path), "averaged", 1.0, 0, 1, "red", "red", *[None] * 14])
        assert "not in the list of choices" in answer["output"]["error"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example"])
def test_another_host_is_refused(client, host):
    assert client.get("/config", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:7860"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_origin_is_refused_and_not_allowed_to_read(client, origin, method):
    headers = {"origin": origin, "access-control-request-method": "POST"}
    for path in ("/config", "/gradio_api/upload", "/gradio_api/queue/join"):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:7860", "[::1]:7860"])
def test_the_names_of_this_machine_are_no_other_site(stranger, host):
    headers = {"host": host, "origin": f"http://{host}", "cookie": f"kerasgan-token-7860={TOKEN}"}
    assert stranger.get("/config", headers=headers).status_code == 200


def test_nothing_is_answered_without_the_token(stranger):
    for path in ("/", "/config", "/gradio_api/queue/data?session_hash=s", "/theme.css", "/x"):
        assert stranger.get(path).status_code == 403
    for path in ("/gradio_api/upload", "/gradio_api/queue/join"):
        assert stranger.post(path).status_code == 403
    for wrong in ("", "open", TOKEN + "!", "\u00e9"):
        assert stranger.get("/", params={"token": wrong}).status_code == 403
    assert "token" in stranger.get("/").text


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(stranger):
    entered = stranger.get(f"/?token={TOKEN}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert stranger.get("/").status_code == 200


def test_without_a_token_all_of_this_machine_may_enter(folder):
    from starlette.testclient import TestClient

    from kerasgan.demo import page

    with TestClient(page.app(None, folder, None), HERE) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/gradio_api/info",
        "/gradio_api/api/predict", "/gradio_api/run/faces", "/run/faces", "/api/predict",
        "/gradio_api/call/faces", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/vibe-code",
        "/monitoring", "/gradio_api/component_server",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_served(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path, json={"data": []}).status_code == 404


def test_nothing_is_loaded_from_outside(client):
    page = client.get("/")
    sources = re.findall(
        r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"'](.*?)[\"']", page.text
    )
    assert sources
    assert not [source for source in sources if "//" in source]
    assert "fonts.googleapis" not in page.text + client.get("/theme.css").text
    # Whatever scripts ask for, browsers load from here alone.
    policy = page.headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert not [part for part in policy if "http" in part or "*" in part]


def test_large_requests_are_refused_and_leave_no_file(client, folder, monkeypatch):
    from kerasgan.demo import guard

    before = set(folder.rglob("*"))
    content = b"0" * (guard.UPLOAD_LIMIT + 1)
    sent = client.post("/gradio_api/upload", files={"files": content})
    assert sent.status_code == 413
    sent = client.post("/gradio_api/queue/join", content=iter([content]))
    assert sent.status_code == 413
    assert {file for file in set(folder.rglob("*")) - before if file.is_file()} == set()


def test_a_full_queue_takes_no_more(client, application):
    assert application.routes[-1].app.get_blocks()._queue.max_size == 256


@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        (2, float("nan"), "sigma must be from 0 to 1.79"),
        (2, float("inf"), ""),
        (2, -1.0, ""),
        (2, "1", ""),
        (3, -1, ""),
        (3, 0.5, ""),
        (3, None, "a seed is missing"),
        (3, [], ""),
        (4, 3.5, "the number of images must be an integer from 1 to 64, got 3.5"),
        (4, 65, ""),
        (4, 10**30, ""),
        (4, float("nan"), "the number of images must be from 1 to 64, got nan"),
        (5, {"path": "/etc/passwd"}, UPLOADED),
        (5, "<b>" + "x" * 10**6, "Value: &lt;b&gt;xx"),
        (0, {}, UPLOADED),
        (0, [[]], UPLOADED),
    ],
)
def test_bad_values_get_a_short_error_and_no_traceback(client, capfd, at, value, message):
    (fn, *_) = functions(client, 21, "Images")
    data = [R3GAN, "averaged", 1.0, 0, 1, "red", "red", *[None] * 14]
    assert asked(client, fn, data)["success"]
    answer = asked(client, fn, [value if index == at else one for index, one in enumerate(data)])
    if not isinstance(value, float) or value != 0.5:  # the page rounds seeds
        assert not answer["success"]
        assert message in answer["output"]["error"]
        assert len(answer["output"]["error"]) < 1000
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.fixture
def shown(client):
    """Of a client to which four images are shown: the function that varies one of them."""
    (generate, *_) = functions(client, 21, "Images")
    settings = [R3GAN, "averaged", 1.0, 0, 4, "red", "red", *[None] * 14]
    assert asked(client, generate, settings)["success"]
    (vary,) = (
        fn
        for fn in functions(client, 2, "Images")
        if "select"
        in (name for _, name in client.get("/config").json()["dependencies"][fn]["targets"])
    )
    return vary


def test_a_shown_image_is_varied(client, shown):
    event = {"index": 3, "value": None}
    answer = asked(client, shown, [None, 0.3], trigger_id=1, event_data=event)
    assert answer["success"]
    _, gallery, variation = answer["output"]["data"]
    assert (len(gallery["value"]), gallery["label"]) == (9, "Variations: red, red")
    assert variation["visible"]


@pytest.mark.parametrize(
    ("index", "strength", "message"),
    [
        (-1, 0.3, "the index of the image must be from 0 to 3, got -1"),
        (4, 0.3, "the index of the image must be from 0 to 3, got 4"),
        (1e300, 0.3, "the index of the image must be from 0 to 3, got 1e+300"),
        (float("nan"), 0.3, "the index of the image must be from 0 to 3, got nan"),
        (0.5, 0.3, "the index of the image must be an integer from 0 to 3, got 0.5"),
        ("<b>" * 10**5, 0.3, "the index of the image must be from 0 to 3, got &#x27;&lt;b"),
        ([0, 0], 0.3, "the index of the image must be from 0 to 3, got [0, 0]"),
        (None, 0.3, "the index of the image must be from 0 to 3, got None"),
        (0, float("nan"), "the strength must be from 0 to 1, got nan"),
        (0, -0.5, ""),
        (0, 10**30, ""),
        (0, None, ""),
        (0, {"path": "/etc/passwd"}, UPLOADED),
    ],
)
def test_bad_variations_get_a_short_error_and_no_traceback(
    client, shown, capfd, index, strength, message
):
    event = {"index": index, "value": None}
    answer = asked(client, shown, [None, strength], trigger_id=1, event_data=event)
    assert not answer["success"]
    assert message in answer["output"]["error"]
    assert len(answer["output"]["error"]) < 1000
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "event", [None, {}, {"index": 0}, [0], {"index": 0, "value": {"path": "/etc/passwd"}}]
)
def test_bad_choices_of_images_get_a_short_error_and_no_traceback(client, shown, capfd, event):
    answer = asked(client, shown, [None, 0.3], trigger_id=1, event_data=event)
    assert len(str(answer["output"].get("error"))) < 1000
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ("1, -2", "the other seeds must be 1 to 7 integers"),
        ("<b>" + "9" * 10**6, "the other seeds must be 1 to 7 integers"),
        ([[1]], UPLOADED),
        (None, ""),
    ],
)
def test_bad_walks_get_a_short_error_and_no_traceback(client, capfd, others, message):
    (play, *_) = functions(client, 21, "Walk", "Strip of the walk")
    data = [R3GAN, "averaged", 1.0, 0, others, "red", "red", *[None] * 14]
    answer = asked(client, play, data)
    assert not answer["success"]
    assert message in answer["output"]["error"]
    assert len(answer["output"]["error"]) < 1000
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_walk_is_an_endless_animation(client):
    (play, *_) = functions(client, 21, "Walk", "Strip of the walk")
    data = [R3GAN, "averaged", 1.0, 0, "1", "red", "red", *[None] * 14]
    shown, _ = asked(client, play, data)["output"]["data"]
    with Image.open(shown["path"]) as walk:
        assert (walk.format, walk.is_animated, walk.info["loop"]) == ("GIF", True, 0)
    assert client.get(f"/gradio_api/file={shown['path']}").status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b'{"data": 1}', b'{"data": [], "fn_index": 999}',
        b'{"data": [], "fn_index": -1, "session_hash": "t"}',
        b'{"data": [], "fn_index": "x", "session_hash": "t"}',
        b'{"data": [' + b"[" * 10_000, b'{"data": [1], "fn_index": 1, "session_hash": [1]}',
        b"\xff\xfe",
    ],
)  # fmt: skip
def test_bad_requests_get_a_short_error_and_no_traceback(client, capfd, content):
    headers = {"content-type": "application/json"}
    answer = client.post("/gradio_api/queue/join", content=content, headers=headers)
    assert answer.status_code >= 400
    assert len(answer.text) < 1000
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "more",
    [
        {"trigger_id": 1, "event_data": [[[]]]},
        {"data": [None] * 99},
        pytest.param({"trigger_id": 10**9}, marks=pytest.mark.slow),
        pytest.param({"event_data": {"row_value": [1]}}, marks=pytest.mark.slow),
        pytest.param({"data": []}, marks=pytest.mark.slow),
    ],
)
def test_bad_events_get_a_short_error_and_no_traceback(client, capfd, more):
    for fn in range(len(client.get("/config").json()["dependencies"])):
        body = {"data": [None], "fn_index": fn, "session_hash": "s", **more}
        if client.post("/gradio_api/queue/join", json=body).status_code == 200:
            client.get("/gradio_api/queue/data?session_hash=s")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_folders_of_killed_pages_are_removed_and_no_others():
    from kerasgan.demo import server
    from kerasgan.runs import locks

    home = Path(tempfile.gettempdir())
    dead, alive, other = (Path(tempfile.mkdtemp(prefix="kerasgan-demo-")) for _ in range(3))
    link = home / "kerasgan-demo-link"
    link.symlink_to(other)
    (dead / ".lock").touch()
    try:
        with locks.lock(alive), server.private():
            assert not dead.exists()
            assert alive.exists()
            assert other.exists()
            assert link.is_symlink()
    finally:
        link.unlink()
        alive.rmdir() if not (alive / ".lock").exists() else [
            (alive / ".lock").unlink(),
            alive.rmdir(),
        ]
        other.rmdir()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, -9, marks=pytest.mark.slow),
    ],
)
def test_nobody_enters_without_the_token_and_uploads_go_whatever_ends_the_server(
    tmp_path, number, code
):
    files = tmp_path / "temporary"
    files.mkdir()
    process, address = served_in(files)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.partition("?")[0])
    entered = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    entered.open(address).read()
    head = b'Content-Disposition: form-data; name="files"; filename="a.png"'
    body = b"\r\n".join((b"--x", head, b"", b"1", b"--x--", b""))
    request = urllib.request.Request(
        address.partition("?")[0] + "gradio_api/upload",
        body,
        {"Content-Type": "multipart/form-data; boundary=x"},
    )
    (path,) = json.loads(entered.open(request).read())
    assert Path(path).read_bytes() == b"1"
    process.send_signal(number)
    assert "Traceback" not in finish(process, exit_code=code)
    if number == signal.SIGKILL:
        process, _ = served_in(files)
        assert not Path(path).exists()
        process.send_signal(signal.SIGTERM)
        finish(process, exit_code=143)
    assert list(files.iterdir()) == []


def served_in(files):
    """Start a page and return its process and address."""
    process = start("demo", "--port", 0, TMPDIR=str(files))
    address = re.search(r"http://\S+", process.stdout.readline())
    assert address, finish(process)
    return process, address[0]


@pytest.mark.slow
def test_an_interrupt_ends_the_server(tmp_path):
    process, _ = served_in(tmp_path)
    process.send_signal(signal.SIGINT)
    finish(process, exit_code=130)


def test_the_tab_offers_the_directions_of_a_run(tmp_path):
    from kerasgan.demo import translate_tab

    Image.new("RGB", (40, 40)).save(tmp_path / "face.png")
    for model, directions, has_back in (
        ("cyclegan", ["cartoon to animation", "animation to cartoon"], True),
        ("cut", ["cartoon to animation"], False),
    ):
        path = str(recoloured(model).path)
        _, _, direction, *_ = translate_tab._update_controls(path)
        assert [name for name, _ in direction["choices"]] == directions
        assert (direction["value"], direction["visible"]) == ("b", True)
        (_, _), back = translate_tab._translate(
            tmp_path, path, str(tmp_path / "face.png"), False, "b"
        )
        assert (back["value"] is not None, back["visible"]) == (has_back, has_back)
