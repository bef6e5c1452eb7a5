"""Let in only what the carrier signed, and only for our account."""

import re
from collections.abc import Iterable

from flask import Request
from twilio.request_validator import RequestValidator

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
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def raw_target(request: Request) -> str:
    """The request target exactly as it stood on the wire: path and query, still encoded."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    if raw.startswith("/") and not _SPACE.search(raw):
        return str(raw)
    return request.full_path.rstrip("?") if request.query_string else request.path
