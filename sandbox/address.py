"""Addresses of webhooks: overrides in the fragment, joining, encoding. Pure."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

_KEEP = "/?#[]@!$&'()*+,;=:%~-._"


@dataclass(frozen=True)
class Overrides:
    """How patient the network is (Twilio, "Connection overrides"): seconds, tries, policy.

    Policy `ct` is a failed connection, `rt` a slow answer, 4xx, 5xx what they say, `all` everything.
    """

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def again_after(self, failure: str) -> bool:
        """Tell whether this failure (ct, rt, 4xx, 5xx) is tried again."""
        return failure in self.policy or "all" in self.policy


def overrides(url: str) -> Overrides:
    """Read the overrides in the fragment of an address; what cannot be read is as by default."""
    given = dict(parse_qsl(urlsplit(url).fragment))

    def number(name: str, low: int, high: int, default: float, scale: int = 1) -> float:
        text = given.get(name, "")
        return max(low, min(high, int(text))) / scale if text.isdecimal() else default

    policy = frozenset(p for p in given.get("rp", "ct").split(",") if p)
    return Overrides(
        connect_s=number("ct", 100, 10000, 5.0, 1000),
        read_s=number("rt", 100, 15000, 15.0, 1000),
        total_s=number("tt", 100, 15000, 15.0, 1000),
        retries=int(number("rc", 0, 5, 1)),
        policy=policy,
    )


def without_fragment(url: str) -> str:
    """Return the address as it is requested and signed."""
    parts = urlsplit(quote(url, safe=_KEEP))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))


def join(base: str, url: str) -> str:
    """Return `url`, which may be relative or empty, as seen from the document at `base`."""
    if not url:
        return base
    return urljoin(base, url) if base else url


def is_http(url: str) -> bool:
    """Tell whether this is an absolute web address."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
