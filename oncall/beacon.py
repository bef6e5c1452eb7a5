"""The heartbeat to the outside: one small request that says nothing but that all is well."""

import asyncio

import aiohttp
import structlog

log = structlog.get_logger(__name__)

ANSWER_S = 5
"""How long the other side may take; whoever is slower counts as not reached."""


def beat_outside(url: str) -> bool:
    """Show a sign of life at `url`, without data and without following where it points; whether it was taken.

    The address is a secret of the installation: it is not logged.
    """
    try:
        status = asyncio.run(_get(url))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("heartbeat_not_taken", error=type(error).__name__)
        return False
    if not 200 <= status < 300:
        log.warning("heartbeat_not_taken", status=status)
    return 200 <= status < 300


async def _get(url: str) -> int:
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    async with (
        aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "huiyin"}) as http,
        http.get(url, allow_redirects=False) as answer,
    ):
        return answer.status
