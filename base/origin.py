"""Where a request comes from: this machine, or anywhere else."""

from flask import Request

from base.settings import is_loopback

PROXY_MARKS = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
)  # fmt: skip
"""How the headers begin by which a proxy says whom it brings (RFC 7239, RFC 9110 7.6.3, and what came before)."""


def is_from_here(request: Request) -> bool:
    """True if somebody on this machine asks for themselves: a proxy on it would bring strangers in."""
    peer = request.remote_addr or ""
    is_brought = any(name.startswith(PROXY_MARKS) for name in request.environ)
    return not is_brought and is_loopback(f"//[{peer}]" if ":" in peer else f"//{peer}")
