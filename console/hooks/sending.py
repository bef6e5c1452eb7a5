"""One request to a receiver: to the very address that was looked at, not where it points, and not for long."""

import asyncio
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohappyeyeballs import AddrInfoType

from base.clock import ticks_s
from base.errors import BadInput
from base.log import mask_text
from console.hooks.addresses import checked_url, is_allowed, is_public

log = structlog.get_logger(__name__)

FAULTS = ("refused", "private", "slow", "unknown_host", "untrusted", "unreachable", "broken")
ANSWER_S = 5.0
"""How long a receiver may take, from the look at its name to the end of its answer."""
LONGEST_ANSWER = 64 * 1024
KEPT_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent where."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one request: a status, or why there is none; and the beginning of what was answered."""

    took_s: float
    status: int | None = None
    fault: str = ""
    answer: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it now; one that points elsewhere has not."""
        return self.status is not None and 200 <= self.status < 300


def send_all(parcels: Sequence[Parcel], allowed: Collection[str]) -> list[Reply]:
    """Send these at once; answers, within about five seconds, what became of each, in their order."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_send_all(parcels, allowed))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        # asyncio.run would wait here for a thread that still looks a name up, for as long as the name server likes
        loop.close()


async def _send_all(parcels: Sequence[Parcel], allowed: Collection[str]) -> list[Reply]:
    return list(await asyncio.gather(*(_send(parcel, allowed) for parcel in parcels)))


async def _send(parcel: Parcel, allowed: Collection[str]) -> Reply:
    began_s, talk, fault = ticks_s(), _Talk(), ""
    try:
        async with asyncio.timeout(ANSWER_S):
            await _post(parcel, allowed, talk)
    except BadInput:
        fault = "refused"  # it was allowed once, and is not any more
    except TimeoutError:
        fault = "slow"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        fault = "private" if talk.has_refused else _fault(error)
    except Exception:  # what one receiver does must not leave the others' answers unwritten
        log.exception("webhook_broken")
        fault = "broken"
    if talk.status is None:
        return Reply(ticks_s() - began_s, fault=fault)
    # it said whether it took it: however its answer went on
    words = talk.said.decode("utf-8", "replace").replace("\x00", "")
    return Reply(ticks_s() - began_s, talk.status, answer=mask_text(words)[:KEPT_ANSWER])


def _fault(error: Exception) -> str:
    faults: tuple[tuple[type[Exception], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "unknown_host"),
        (aiohttp.ClientConnectorCertificateError, "untrusted"),
        (aiohttp.ClientConnectorSSLError, "untrusted"),
        (aiohttp.ClientConnectorError, "unreachable"),
    )
    return next((fault for kind, fault in faults if isinstance(error, kind)), "broken")


async def _post(parcel: Parcel, allowed: Collection[str], talk: "_Talk") -> None:
    url = checked_url(parcel.url, allowed)
    talk.is_ours = is_allowed(urlsplit(url), allowed)
    connector = aiohttp.TCPConnector(socket_factory=talk.socket, use_dns_cache=False, force_close=True)
    # what is packed is not unpacked: a small answer can be a large one
    async with (
        aiohttp.ClientSession(connector=connector, auto_decompress=False, trust_env=False) as http,
        http.post(url, data=parcel.body, headers=parcel.headers, allow_redirects=False) as answer,
    ):
        talk.status = answer.status
        while (left := LONGEST_ANSWER - len(talk.said)) > 0 and (more := await answer.content.read(left)):
            talk.said += more


@dataclass(slots=True)
class _Talk:
    """One request and what was said to it. Its sockets are each made for the very address that they connect to."""

    is_ours: bool = False
    has_refused: bool = False
    status: int | None = None
    said: bytes = b""

    def socket(self, to: AddrInfoType) -> socket.socket:
        """A socket to this address. Raises `OSError` for one that leads into a house that is not named as ours."""
        family, kind, protocol, _, place = to
        if not self.is_ours and not is_public(ip_address(str(place[0]).partition("%")[0])):
            self.has_refused = True
            raise OSError("a private address")
        return socket.socket(family, kind, protocol)
