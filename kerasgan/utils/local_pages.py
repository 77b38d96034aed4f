"""Serve pages to this machine only: their address and token, and the files that they may have."""

import os
import re
import secrets
import socket
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from kerasgan.utils.errors import InvalidInput

HOST = "127.0.0.1"
# The header Host with a name of this machine, and the port.
_OWN_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?")
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def listening(port: int) -> socket.socket:
    """Open a socket that only this machine can reach.

    Args:
        port: 0 for any free port.

    Raises:
        InvalidInput: if the port is in use or not permitted.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise InvalidInput(
            f"port {port} cannot be used: {reason}; allowed: another --port"
        ) from error


def address(listener: socket.socket, token: str | None) -> str:
    """The address of a page, to open in a browser."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}/" + (f"?token={token}" if token else "")


def is_inside(path: object, folder: Path) -> bool:
    """Whether a path is absolute and, with links resolved, inside a folder."""
    # A relative path may be a URL, which Gradio would fetch.
    if not isinstance(path, str | Path) or not Path(path).is_absolute():
        return False
    try:
        resolved = Path(path).resolve()
        return folder.resolve() in resolved.parents
    except (TypeError, ValueError, OSError, RuntimeError):
        return False


class Answer(NamedTuple):
    """An HTTP response with a text."""

    status: int
    text: str
    headers: Mapping[str, str]


class Access(NamedTuple):
    """Restricts a page to its user's browser, by the headers Host and Origin and a token.

    command: that printed the address, for messages.
    token: of the address, which becomes a cookie. None: all users of this machine have access.
    """

    command: str
    token: str | None

    def answer(self, path: str, query: str, headers: Mapping[str, str] | Message) -> Answer | None:
        """The answer to a request that is refused or has the token; None to others.

        Args:
            headers: of the request, whose names match in any case.
        """
        host = _OWN_HOST.fullmatch(headers.get("host", ""))
        if host is None:
            return _refusal("requests for other hosts are refused")
        own = f"http://{host[0]}"
        if headers.get("origin", own) != own:
            return _refusal("requests from other sites are refused")
        if self.token is None:
            return None
        token = self.token.encode()
        # Browsers send a cookie to all ports of a host.
        cookie = f"kerasgan-token-{host[1] or 80}"
        if path == "/" and _is_equal(parse_qs(query).get("token", [""])[0], token):
            value = f"{cookie}={self.token}; HttpOnly; Path=/; SameSite=strict"
            return Answer(303, "", {"Location": "/", "Set-Cookie": value})
        if not _is_equal(_cookies(headers.get("cookie", "")).get(cookie, ""), token):
            return _refusal(f"open the address that {self.command} printed, including its token")
        return None


def _is_equal(given: str, token: bytes) -> bool:
    return secrets.compare_digest(given.encode(errors="replace"), token)


def _refusal(message: str) -> Answer:
    return Answer(403, f"{message}\n", {})


def _cookies(header: str) -> dict[str, str]:
    """The cookies of a request; other programs of this machine may set unusual ones."""
    parts = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in parts}
