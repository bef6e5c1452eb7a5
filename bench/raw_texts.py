"""The limit: the raw asynchronous HTTP client, which posts ready-made bodies and forgets the answers.

`python -m bench.raw_texts ADDRESS AT_ONCE` reads bodies from stdin, one a line; prints the seconds it took, from
before the connections are opened to the last answer.
"""

import asyncio
import sys
import time

import aiohttp

from base.settings import SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN
from bench.shapes import BASE

HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


async def post_all(address: str, at_once: int, bodies: list[bytes]) -> float:
    """Seconds to post them all, `at_once` at the same time. Raises if one is not taken."""
    waiting = iter(bodies)
    url = address + BASE + "/Messages.json"
    began_s = time.perf_counter()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=at_once),
        auth=aiohttp.BasicAuth(SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN),
        headers=HEADERS,
    ) as session:

        async def post_some() -> None:
            for body in waiting:
                async with session.post(url, data=body) as answer:
                    await answer.read()
                    assert answer.status == 201, answer.status

        await asyncio.gather(*(post_some() for _ in range(at_once)))
    return time.perf_counter() - began_s


if __name__ == "__main__":
    lines = sys.stdin.buffer.read().split()
    print(asyncio.run(post_all(sys.argv[1], int(sys.argv[2]), lines)))
