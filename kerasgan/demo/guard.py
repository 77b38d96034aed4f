"""Refuse all requests except those that the page makes in its user's browser."""

import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kerasgan.utils import local_pages
from kerasgan.utils.local_pages import Access, is_inside

# Bytes of a request, which also limits uploaded files.
UPLOAD_LIMIT = 64 * 2**20

_FILE = "/gradio_api/file="
# Gradio has more paths: an API for programs, its documentation, a proxy, an editor.
_PATHS = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/(assets|static)/.+"
    rf"|/gradio_api/(queue/(join|data)|upload|upload_progress|heartbeat/\w+|cancel|reset)|{_FILE}.+",
    re.DOTALL,
)
_HEADERS = local_pages.HEADERS | {
    # Browsers load nothing from other hosts, whatever Gradio's scripts request.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}


def middleware(token: str | None, folder: Path) -> list[Middleware]:
    """Middleware for the page's application, the outermost first.

    Args:
        token: required of every request. None: all users of this machine have access.
        folder: no other files are served.
    """
    return [
        Middleware(Guard, access=Access("kerasgan demo", token), folder=folder),
        Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT),
    ]


class Guard:
    """Middleware that refuses requests from other sites, without the token, or for other paths.

    Args:
        app: the application behind it.
        access: who may use it.
        folder: as in `middleware`.
    """

    def __init__(self, app: ASGIApp, access: Access, folder: Path):
        self._app = app
        self._access = access
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        else:
            app = self._check(Request(scope)) or self._app
            await app(scope, receive, _with_headers(send))

    def _check(self, request: Request) -> Response | None:
        """The response if the request is refused or has the token; else None."""
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        if answer := self._access.answer(path, query, request.headers):
            return PlainTextResponse(answer.text, answer.status, answer.headers)
        if not _PATHS.fullmatch(path):
            return PlainTextResponse("not found\n", 404)
        if path.startswith(_FILE) and not is_inside(path.removeprefix(_FILE), self._folder):
            return PlainTextResponse("this file does not belong to the page\n", 403)
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
