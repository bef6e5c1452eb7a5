"""Where a request comes from: this machine, or anywhere else."""

from flask import Request, has_request_context, request

from base.addresses import is_loopback

LONGEST_ADDRESS = 45
"""An IPv6 address that ends in an IPv4 one (RFC 4291 2.2)."""
PROXY_MARKS = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
)  # fmt: skip
"""How the headers begin by which a proxy says whom it brings (RFC 7239, RFC 9110 7.6.3, and what came before)."""


def is_from_here(asked: Request) -> bool:
    """True if somebody on this machine asks for themselves: a proxy on it would bring strangers in."""
    peer = asked.remote_addr or ""
    is_brought = any(name.startswith(PROXY_MARKS) for name in asked.environ)
    return not is_brought and is_loopback(f"//[{peer}]" if ":" in peer else f"//{peer}")


def asked_from() -> str:
    """The address of whoever asks for what is done now; empty for a command, a job and the clock."""
    return (request.remote_addr or "")[:LONGEST_ADDRESS] if has_request_context() else ""
