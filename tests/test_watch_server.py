"""The server of `kerasgan watch`: what it serves, and to whom."""

import http.client
import json
import re
import threading

import pytest

from kerasgan.runs import sheets
from kerasgan.utils import local_pages
from kerasgan.utils.local_pages import Access
from kerasgan.watch.server import PageServer
from kerasgan.watch.watched_runs import WatchedRuns
from tests.test_watch import made, panels

TOKEN = "open-sesame"


@pytest.fixture
def run():
    return made()


class Client:
    """Requests to a page that is served in this process."""

    def __init__(self, token=TOKEN):
        self.listener = local_pages.listening(0)
        self.server = PageServer(self.listener, WatchedRuns(), Access("kerasgan watch", token))
        self.host = "{}:{}".format(*self.listener.getsockname())
        self.cookie = f"kerasgan-token-{self.listener.getsockname()[1]}={token}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def get(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Cookie": self.cookie, **named})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, answer.headers


@pytest.fixture
def client(run):
    client = Client()
    yield client
    client.server.shutdown()
    client.server.server_close()


def test_runs_and_sheets_are_served(client, run):
    status, body, headers = client.get("/runs")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    (one,) = json.loads(body)["runs"]
    status, body, headers = client.get(f"/run?id={one['id']}&first=5")
    assert status == 200
    ((_, version),) = json.loads(body)["sheets"]
    assert client.get(f"/run?id={one['id']}", If_None_Match=headers["ETag"])[:2] == (304, b"")
    status, body, headers = client.get(f"/sheet?id={one['id']}&step=4&version={version}")
    assert (status, headers["Content-Type"]) == (200, "image/png; charset=utf-8")
    assert body == sheets.file(run.samples, 4).read_bytes()


def test_all_files_of_the_page_are_served_and_load_nothing_else(client):
    status, page, headers = client.get("/")
    assert status == 200
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert not [part for part in policy if "http" in part or "*" in part or "unsafe" in part]
    named = re.findall(r'(?:src|href)="([^"]+\.\w+)"', page.decode())
    imported = set()
    for name in named:
        imported |= {*re.findall(r'from "\./([^"]+)"', client.get(f"/{name}")[1].decode())}
    for name in {*named, *imported}:
        status, _, headers = client.get(f"/{name}")
        assert status == 200, name
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"].split(";")[0] in ("text/css", "text/javascript")


@pytest.mark.parametrize(
    "path",
    [
        "/config.json", "/../config.json", "/page/../server.py", "/%2e%2e/server.py", "/runs/",
        "/favicon.ico", "/run", "/run?id=0001-gan", "/run?id=..", "/sheet", "/sheet?id={id}",
        "/sheet?id={id}&step=5", "/sheet?id={id}&step=../../config.json",
        "/sheet?id={id}&step=" + "4" * 5000,
    ],
)  # fmt: skip
def test_other_paths_and_runs_are_not_found(client, path):
    identifier = client.server.runs.listing()["chosen"][0]
    assert client.get(path.replace("{id}", identifier))[:2] == (404, b"not found\n")


@pytest.mark.parametrize("step", ["-1", "x", "1e3", "nan", "9" * 400, ""])
def test_a_view_that_is_no_number_is_ignored(client, step):
    identifier = client.server.runs.listing()["chosen"][0]
    status, body, _ = client.get(f"/run?id={identifier}&first={step}&last={step}")
    assert status == 200
    assert panels(json.loads(body))["total loss"]["d_loss"] == ([4, 8], [0.7, 0.5])


PATHS = ("/", "/runs", "/run?id=x", "/sheet?id=x&step=4", "/page.js", "/x")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_the_token(client, path):
    other = f"kerasgan-token-1={TOKEN}"
    for cookie in ("", f"{client.cookie}!", other, "; ".join(("=;=a;b", other))):
        status, body, _ = client.get(path, Cookie=cookie)
        assert (status, body) == (
            403,
            b"open the address that kerasgan watch printed, including its token\n",
        )
    assert client.get(path, Cookie=f"a=<>{{}}; {client.cookie} ;b")[0] in (200, 404)


@pytest.mark.parametrize("given", ["", "open", TOKEN + "!", "%C3%A9", "%ff"])
def test_a_wrong_token_is_refused(client, given):
    assert client.get(f"/?token={given}", Cookie="")[0] == 403
    assert client.get(f"/runs?token={TOKEN}", Cookie="")[0] == 403


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(client):
    status, _, headers = client.get(f"/?token={TOKEN}", Cookie="")
    assert (status, headers["Location"]) == (303, "/")
    assert set(headers["Set-Cookie"].split("; ")) == {
        client.cookie, "HttpOnly", "Path=/", "SameSite=strict"
    }  # fmt: skip


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:x", "localhost:1:1"]
)
def test_another_host_is_refused(client, host):
    assert client.get("/runs", Host=host)[:2] == (403, b"requests for other hosts are refused\n")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "", "https://{host}"]
)
def test_another_origin_is_refused_and_not_allowed_to_read(client, origin):
    status, body, headers = client.get("/runs", Origin=origin.replace("{host}", client.host))
    assert (status, body) == (403, b"requests from other sites are refused\n")
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client.get("/runs", Origin=f"http://{client.host}")[0] == 200


def test_nothing_can_be_sent(client):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.get("/runs", method=method)[0] == 501


def test_without_a_token_all_of_this_machine_may_enter(run):
    client = Client(token=None)
    assert client.get("/runs", Cookie="")[0] == 200
    assert client.get("/runs", Origin="http://evil.example")[0] == 403
    client.server.shutdown()
    client.server.server_close()


def test_a_failure_is_a_line_in_the_log_and_no_traceback(client, monkeypatch, caplog, capfd):
    def fail():
        raise RuntimeError("no luck")

    monkeypatch.setattr(client.server.runs, "listing", fail)
    with pytest.raises((http.client.HTTPException, OSError)):
        client.get("/runs")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "a request to the page failed: RuntimeError: no luck"
    ]
    assert "Traceback" not in "".join(capfd.readouterr())
    assert client.get("/")[0] == 200
