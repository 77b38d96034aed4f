"""Refuse all requests except those that the page makes in its user's browser."""

import re
import secrets
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kerasgan.demo.server import HOST

# Bytes of a request, which also limits uploaded files.
UPLOAD_LIMIT = 64 * 2**20

_HOSTS = [HOST, "localhost", "[::1]"]
_FILE = "/gradio_api/file="
# Gradio has more paths: an API for programs, its documentation, a proxy, an editor.
_PATHS = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/(assets|static)/.+"
    rf"|/gradio_api/(queue/(join|data)|upload|upload_progress|heartbeat/\w+|cancel|reset)|{_FILE}.+",
    re.DOTALL,
)
_HEADERS = {
    # Browsers load nothing from other hosts, whatever Gradio's scripts request.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def middleware(token: str | None, folder: Path) -> list[Middleware]:
    """Middleware for the page's application, the outermost first.

    Args:
        token: required of every request. None: all users of this machine have access.
        folder: no other files are served.
    """
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS, www_redirect=False),
        Middleware(Guard, token=token, folder=folder),
        Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT),
    ]


def is_inside(path: object, folder: Path) -> bool:
    """Whether a path is absolute and, with links resolved, inside a folder."""
    # A relative path is not from Gradio, and may be a URL, which Gradio would fetch.
    if not isinstance(path, str | Path) or not Path(path).is_absolute():
        return False
    try:
        resolved = Path(path).resolve()
        return folder.resolve() in resolved.parents
    except (TypeError, ValueError, OSError, RuntimeError):
        return False


class Guard:
    """Middleware that refuses requests from other sites, without the token, or for other paths.

    `/?token=...` sets the token as a cookie and redirects to `/`.

    Args:
        app: the application behind it.
        token, folder: as in `middleware`.
    """

    def __init__(self, app: ASGIApp, token: str | None, folder: Path):
        self._app = app
        self._token = token
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
        origin, path = request.headers.get("origin"), request.scope["path"]
        if origin not in (None, f"{request.url.scheme}://{request.headers['host']}"):
            return PlainTextResponse("requests from other sites are refused\n", 403)
        cookie = f"kerasgan-token-{request.url.port or 80}"
        if self._is_token(request.query_params.get("token")) and path == "/":
            response = RedirectResponse("/", 303)
            response.set_cookie(cookie, self._token, httponly=True, samesite="strict")
            return response
        if self._token is not None and not self._is_token(request.cookies.get(cookie)):
            message = "open the address that kerasgan demo printed, including its token\n"
            return PlainTextResponse(message, 403)
        if not _PATHS.fullmatch(path):
            return PlainTextResponse("not found\n", 404)
        if path.startswith(_FILE) and not is_inside(path.removeprefix(_FILE), self._folder):
            return PlainTextResponse("this file does not belong to the page\n", 403)
        return None

    def _is_token(self, given: str | None) -> bool:
        if self._token is None or given is None:
            return False
        return secrets.compare_digest(given.encode(errors="replace"), self._token.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
