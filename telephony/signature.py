"""Let in only what the carrier signed, and only for our account."""

import base64
import hmac
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Request
from werkzeug.datastructures import MultiDict

_SPACE = re.compile(r"[\r\n\0]")


def is_signed(request: Request, *, public_url: str, account_sid: str, tokens: Iterable[str]) -> bool:
    """Whether this form-encoded webhook was signed by our carrier for our account.

    The address is rebuilt from PUBLIC_URL and the raw request target, because proxies change the Host header
    and Flask decodes the path. Without any token nothing is let in.
    """
    signature = request.headers.get("X-Twilio-Signature", "")
    form = request.form
    if not signature or form.get("AccountSid", "") != account_sid:
        return False
    url = public_url + raw_target(request)
    said = _said(form)
    # the carrier is not of one mind whether the port belongs to the address it signs
    return _is_by(tokens, url + said, signature) or _is_by(tokens, _other_port(url) + said, signature)


def raw_target(request: Request) -> str:
    """The request target exactly as it stood on the wire: path and query, still encoded."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    if raw.startswith("/") and not _SPACE.search(raw):
        return str(raw)
    return request.full_path.rstrip("?") if request.query_string else request.path


def _said(form: MultiDict[str, str]) -> str:
    """Every name with its value, in the order of the names; of several values each once, in their order."""
    return "".join(name + value for name, values in sorted(form.lists()) for value in sorted(set(values)))


def _is_by(tokens: Iterable[str], words: str, signature: str) -> bool:
    """Whether one of the tokens signed these words."""
    return any(
        hmac.compare_digest(base64.b64encode(hmac.digest(token.encode(), words.encode(), "sha1")), signature.encode())
        for token in tokens
    )


def _other_port(url: str) -> str:
    """The same address without its port, or with the usual one if it has none."""
    parts = urlsplit(url)
    if parts.port:
        return parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()
    return parts._replace(netloc=f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}").geturl()
