"""What an address among the settings may look like, and which of them is this machine's own."""

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from base.watchers import SCHEME, watchers

DATABASES = ("sqlite", "postgresql+psycopg")
QUEUES = ("redis", "rediss", "unix", SCHEME)
RECORDINGS = r"file://.+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^?#]*)?(\?endpoint=https?://[^&#]+)?"
"""A folder as an address, or a bucket, with the address of a store that is not Amazon's."""
ORIGIN = r"https?://(\[[0-9a-fA-F:.]+\]|[a-z0-9.-]+)(:\d{1,5})?"
"""Where a house of one's own may be told: a scheme, a host and a port."""
_HEARTBEAT = "请填 https 地址 / set an https address"


@lru_cache
def is_loopback(address: str) -> bool:
    """True if the host of `address` (a URL, or `//host`) is this machine and only this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _database(value: str) -> str:
    try:
        is_known = make_url(value).drivername in DATABASES
    except (ArgumentError, ValueError):
        is_known = False
    if not is_known:  # what was written may hold a password: it is not repeated
        raise ValueError(
            "请写成 / write it as sqlite:////whole/path.db or postgresql+psycopg://user:password@host/name"
        )
    return value


def _queue(value: str) -> str:
    try:
        scheme = urlsplit(value).scheme
        _known = watchers(value) if scheme == SCHEME else urlsplit(value).port
    except ValueError:
        scheme = ""
    if scheme not in QUEUES:
        raise ValueError(
            "请写成 / write it as redis://host:6379, rediss://…, unix:///whole/path or "
            "redis+sentinel://:password@host:26379,host:26379,host:26379/group"
        )
    if scheme == "unix" and not value.startswith("unix:///"):
        raise ValueError(
            f"{value} 不是完整的套接字路径 / does not name a socket: "
            "write its whole path after unix://, like unix:///run/v.sock"
        )
    return value


def _store(value: str) -> str:
    if "://" in value and not re.fullmatch(RECORDINGS, value):
        raise ValueError(
            "请写文件夹路径，或 / write the path of a folder, or s3://bucket/prefix?endpoint=https://store"
        )
    return value


def _safe_to_ask(value: SecretStr | None) -> SecretStr | None:
    address = value.get_secret_value() if value else ""
    try:
        parts = urlsplit(address)
        is_here = parts.scheme == "http" and is_loopback(address)
    except ValueError:
        raise ValueError(_HEARTBEAT) from None
    if address and not (parts.hostname and (parts.scheme == "https" or is_here)):
        raise ValueError(_HEARTBEAT)  # its path is a secret: it is not repeated
    return value


def _origins(value: str) -> str:
    if not all(map(_is_origin, filter(None, map(str.strip, value.split(","))))):
        raise ValueError("请写成 / write it as http://127.0.0.1:9000,https://erp.intranet (scheme, host and port)")
    return value


def _is_origin(place: str) -> bool:
    try:
        return bool(re.fullmatch(ORIGIN, place)) and urlsplit(place).port != 0
    except ValueError:  # a port beyond the last one
        return False


def _unslashed(value: str) -> str:
    return value.rstrip("/")


DatabaseUrl = Annotated[str, AfterValidator(_database)]
QueueUrl = Annotated[str, AfterValidator(_queue)]
Store = Annotated[str, AfterValidator(_store)]
"""Where recordings and photographs are: a folder or a bucket."""
SafeToAsk = Annotated[SecretStr | None, AfterValidator(_safe_to_ask)]
"""https, or this machine. Its path may be a secret."""
Origins = Annotated[str, AfterValidator(_origins)]
"""Places, with commas between."""
Unslashed = Annotated[str, AfterValidator(_unslashed)]
"""Without a slash at the end."""
