"""Where a delivery may go: https, and to the outside only, unless the installation names the place. Pure."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from base.errors import BadInput

LONGEST_URL = 500
_NAT64 = IPv6Network("64:ff9b::/96")
_OUTSIDE = IPv6Network("2000::/3")
"""All that is given out of the new network (RFC 4291); what is not, a house may use for itself (`fec0::1`)."""
Address = IPv4Address | IPv6Address


def checked_url(url: str, allowed: Collection[str]) -> str:
    """An address somebody wants to be told at. Raises `BadInput` for one to which nothing is ever sent.

    `allowed`: origins of one's own house, `http://127.0.0.1:9000`, which need be neither https nor public.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_of_house = is_allowed(parts, allowed)
    except ValueError:
        raise BadInput("这个网址读不懂。This address cannot be read.") from None
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise BadInput(
            f"网址最多 {LONGEST_URL} 个字符，不含空格和汉字。"
            f"An address has at most {LONGEST_URL} characters, without blanks, in ASCII."
        )
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadInput(
            "网址里不要写账号、密码或 # 号，收到的请求有签名。"
            "Leave out user, password and fragment: what arrives is signed."
        )
    if is_of_house:
        return url
    if parts.scheme != "https" or not parts.hostname:
        raise BadInput("请填 https 开头的网址。Give an address that begins with https.")
    literal = _literal(parts.hostname)
    if parts.hostname.rstrip(".") == "localhost" or (literal is not None and not is_public(literal)):
        raise BadInput("这是内网地址，不能发送。That is a private address; nothing is sent there.")
    return url


def origin_of(parts: SplitResult) -> str:
    """Scheme, host and port as the allow-list writes them. Raises `ValueError` for a port that is none."""
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}"


def is_allowed(parts: SplitResult, allowed: Collection[str]) -> bool:
    """Whether a place is one of `allowed`, with or without the port that goes without saying.

    Raises `ValueError` for a port that is none.
    """
    return origin_of(parts) in {origin_of(urlsplit(one)) for one in allowed}


def is_public(address: Address) -> bool:
    """Whether an address is of the public network, also where it wraps another one."""
    return all(
        one.is_global and not one.is_multicast and (isinstance(one, IPv4Address) or one in _OUTSIDE)
        for one in _meant(address)
    )


def _meant(address: Address) -> list[Address]:
    """An address, and those of the old network that it leads to."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inner: list[Address] = [address]
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner.extend(address.teredo)
    return inner


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
