"""The stub's receipts: signed, posted to the address that came with the text, in order for each text."""

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

from base.settings import SANDBOX_ACCOUNT_SID
from bench.signed import request

WORDS = ("queued", "sent", "delivered")
AT_ONCE = 8


class Receipts:
    """Receipts that wait, and how many were taken (2xx) and not."""

    def __init__(self, token: str) -> None:
        self.told = self.refused = 0
        self._token = token
        self._waiting: asyncio.Queue[tuple[str, bytes, int]] = asyncio.Queue()

    def put(self, sid: str, form: bytes, count: int) -> None:
        """Post the first `count` receipts of this text soon."""
        self._waiting.put_nowait((sid, form, count))

    async def post_all(self) -> None:
        """Post for ever, several texts at the same time."""
        await asyncio.gather(*(self._post_each() for _ in range(AT_ONCE)))

    async def _post_each(self) -> None:
        while True:
            sid, form, count = await self._waiting.get()
            values = {name: found[0] for name, found in parse_qs(form.decode()).items()}
            for word in WORDS[:count]:
                status = await _post(values["StatusCallback"], _form(sid, word, values), self._token)
                if 200 <= status < 300:
                    self.told += 1
                else:
                    self.refused += 1


def _form(sid: str, word: str, text: dict[str, str]) -> dict[str, str]:
    return {
        "AccountSid": SANDBOX_ACCOUNT_SID, "ApiVersion": "2010-04-01", "From": text.get("From", ""), "MessageSid": sid,
        "MessageStatus": word, "SmsSid": sid, "SmsStatus": word, "To": text["To"],
    }  # fmt: skip


async def _post(callback: str, form: dict[str, str], token: str) -> int:
    address = urlsplit(callback)
    base = f"{address.scheme}://{address.netloc}"
    target = address.path + (f"?{address.query}" if address.query else "")
    try:
        reading, writing = await asyncio.open_connection(address.hostname, address.port)
        writing.write(request(base, target, form, urlencode(form).encode(), token))
        head = await reading.readline()
        writing.close()
        return int(head.split(b" ", 2)[1])
    except (OSError, IndexError, ValueError):
        return 0
