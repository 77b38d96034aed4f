"""Answer the browser: the page, and the runs that it shows."""

import json
import logging
import math
import re
import shutil
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kerasgan.utils import local_pages
from kerasgan.utils.local_pages import Access
from kerasgan.watch.watched_runs import WatchedRuns

_PAGE = resources.files("kerasgan.watch").joinpath("page")
_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS = local_pages.HEADERS | {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; "
        "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
# The address of a sheet changes with its file.
_CONSTANT = {"Cache-Control": "private, max-age=86400, immutable"}
# Until a browser that sends nothing is disconnected.
_SECONDS = 60

log = logging.getLogger(__name__)


class PageServer(ThreadingHTTPServer):
    """A server of the page, with a thread for each request.

    Args:
        listener: see `local_pages.listening`.
        runs: no files of others are served.
        access: who may open the page.
    """

    def __init__(self, listener: socket.socket, runs: WatchedRuns, access: Access):
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.runs, self.access = runs, access
        names = [file.name for file in _PAGE.iterdir()]
        self.files = {"/": "index.html", **{f"/{name}": name for name in names}}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log, rather than print, why a browser got no answer."""
        error = sys.exception()
        # Browsers close connections when a page is left.
        level = logging.DEBUG if isinstance(error, ConnectionError) else logging.WARNING
        log.log(level, "a request to the page failed: %s: %s", type(error).__name__, error)


class _Handler(BaseHTTPRequestHandler):
    """Answers a request."""

    server: PageServer
    timeout = _SECONDS

    def do_GET(self) -> None:
        """Answer a request, also one that is refused."""
        url = urlsplit(self.path)
        refused = self.server.access.answer(url.path, url.query, self.headers)
        if refused is not None:
            self._send(refused.status, "text/plain", refused.text.encode(), **refused.headers)
            return
        answers = {"/runs": self._send_runs, "/run": self._send_run, "/sheet": self._send_sheet}
        try:
            answers.get(url.path, self._send_file)(url.path, dict(parse_qsl(url.query)))
        except KeyError:
            self._send(404, "text/plain", b"not found\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Log requests with --verbose only."""
        log.debug(format, *args)

    def _send_file(self, path: str, query: dict[str, str]) -> None:
        name = self.server.files[path]
        self._send(200, _KINDS[name.rpartition(".")[2]], _PAGE.joinpath(name).read_bytes())

    def _send_runs(self, path: str, query: dict[str, str]) -> None:
        self._send_json(self.server.runs.listing())

    def _send_run(self, path: str, query: dict[str, str]) -> None:
        """The content of a run, unless it is as when the browser last asked."""
        runs, run = self.server.runs, query["id"]
        tag = f'"{runs.version(run)}"'
        if self.headers.get("If-None-Match") == tag:
            self._send(304, "text/plain", b"")
            return
        first, last = _step(query.get("first"), 0), _step(query.get("last"), math.inf)
        self._send_json(runs.content(run, first, last), ETag=tag)

    def _send_sheet(self, path: str, query: dict[str, str]) -> None:
        sheet = self.server.runs.sheet(query["id"], int(_step(query["step"], 0)))
        with sheet.open("rb") as file:
            self._send_head(200, "image/png", sheet.stat().st_size, **_CONSTANT)
            shutil.copyfileobj(file, self.wfile)

    def _send_json(self, content: Any, **headers: str) -> None:
        self._send(200, "application/json", json.dumps(content).encode(), **headers)

    def _send(self, status: int, kind: str, content: bytes, **headers: str) -> None:
        self._send_head(status, kind, len(content), **headers)
        self.wfile.write(content)

    def _send_head(self, status: int, kind: str, size: int, **headers: str) -> None:
        self.send_response(status)
        own = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(size)}
        for name, value in {**own, **_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def _step(text: str | None, default: float) -> float:
    """A step in a request; the default for anything else."""
    return int(text) if text and re.fullmatch(r"\d{1,15}", text, re.ASCII) else default
