"""The carrier on Twilio's API, and on any carrier that speaks it."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog
from twilio.rest import Client

from base.accounts import Account
from base.addresses import is_loopback
from base.errors import NotFound, Unavailable
from base.settings import Settings
from telephony import overrides
from telephony.carrier import (
    Accepted,
    OutgoingCall,
    OutgoingText,
    RecordingSighting,
    Rejected,
    SendOutcome,
    Sighting,
    Unknown,
    Way,
)
from telephony.post import NoAnswer, NotSent
from telephony.refusals import Fact, meaning
from telephony.twilio_http import Refused, Wire

log = structlog.get_logger(__name__)

CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
OUTBOUND = "outbound-api"
RETRY_CONNECTION_S = 2.0
PAGE_ROWS, MOST_ROWS = 50, 1000
"""Rows a page of a list: of one person's, and the most the carrier gives."""

T = TypeVar("T")


class TwilioCarrier:
    """Twilio's network, or one that speaks its API, at the address in the settings or of another `account`."""

    def __init__(self, settings: Settings, account: Account | None = None) -> None:
        self._settings, self._account = settings, account or settings.first_account

    def line(self) -> "TwilioLine":
        """An open line: one connection pool for the requests of one job."""
        return TwilioLine(self._settings, self._account)


class TwilioLine:
    """The requests of one job, each answered within `carrier_answer_s` (8 s)."""

    def __init__(self, settings: Settings, account: Account) -> None:
        self._address = settings.address
        self._path = f"/2010-04-01/Accounts/{account.sid}"
        self._reaches_demo = is_loopback(account.api_base)
        token = account.tokens[0] if account.tokens else ""
        self._wire = Wire(account.api_base, account.sid, token, answer_s=settings.carrier_answer_s)
        self._api: Any = Client(account.sid, token or "none", http_client=self._wire).api.v2010.account

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self._wire.__aexit__(kind, error, trace)

    async def send_text(self, text: OutgoingText) -> SendOutcome:
        """Ask the carrier to send one text."""
        if text.is_demo and not self._reaches_demo:
            return Rejected("demo_person", is_permanent=True)
        fields = {
            "To": text.number,
            "Body": text.body,
            "MessagingServiceSid" if text.sender.startswith("MG") else "From": text.sender,
            "StatusCallback": self._address + text.receipt_path + overrides.RECEIPTS,
        }
        if text.valid_s:
            fields["ValidityPeriod"] = str(text.valid_s)
        return await _outcome(self._new_sid(fields))

    async def _new_sid(self, fields: dict[str, str]) -> str:
        # without the library: its objects take a third of the time, and of the answer only the sid is read
        created = await self._wire.create(f"{self._path}/Messages.json", fields)
        return str(created.get("sid") or "")

    async def place_call(self, call: OutgoingCall) -> SendOutcome:
        """Ask the carrier to place one call."""
        if call.is_demo and not self._reaches_demo:
            return Rejected("demo_person", is_permanent=True)
        return await _outcome(self._new_call(call))

    async def _new_call(self, call: OutgoingCall) -> str:
        created = await self._api.calls.create_async(
            to=call.number,
            from_=call.sender,
            url=self._address + call.answer_path + overrides.VOICE,
            status_callback=self._address + call.receipt_path + overrides.RECEIPTS,
            status_callback_event=CALL_EVENTS,
            timeout=call.ring_s,
        )
        return created.sid or ""

    async def cancel_call(self, sid: str) -> None:
        """End a placed call that has not been picked up; one that has been goes on, one that is over stays so."""
        try:
            await self._api.calls(sid).update_async(status="canceled")
        except Refused as refused:
            if refused.status >= 500:
                raise Unavailable(f"运营商没有挂断这通电话 / the carrier does not end the call: {refused}") from refused
        except (NotSent, NoAnswer) as silence:
            raise Unavailable(f"运营商没有应答 / the carrier does not answer: {silence}") from silence

    async def look_up(self, way: Way, sid: str) -> Sighting | None:
        """One message or call by its sid; None if the carrier does not know it."""
        things = self._api.messages if way == "text" else self._api.calls
        try:
            return _sighting(way, await _asked(things(sid).fetch_async()))
        except NotFound:
            return None

    async def sent_to(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        """What the carrier lists as created by us to this number since then, oldest first.

        Filtered by number alone: what still waits in the carrier's queue has no date of sending yet.
        """
        things = self._api.messages if way == "text" else self._api.calls
        newest_first = await _asked(things.stream_async(to=number, page_size=PAGE_ROWS))
        found = []
        async for thing in _until(newest_first, since_at):
            seen = _sighting(way, thing)
            if seen.direction == OUTBOUND or (way == "text" and seen.direction.startswith("outbound")):
                found.append(seen)
        return found[::-1]

    async def received(self, way: Way, number: str, since_at: datetime) -> Sequence[Sighting]:
        """What came in to this number of ours since then, oldest first."""
        if way == "text":
            listed = self._api.messages.stream_async(to=number, date_sent_after=since_at, page_size=MOST_ROWS)
        else:
            listed = self._api.calls.stream_async(to=number, start_time_after=since_at, page_size=MOST_ROWS)
        found = [_sighting(way, thing) async for thing in _until(await _asked(listed), since_at)]
        return [seen for seen in reversed(found) if seen.direction == "inbound"]

    async def recordings(self, since_at: datetime) -> Sequence[RecordingSighting]:
        """Recordings made since then, oldest first."""
        listed = self._api.recordings.stream_async(date_created_after=since_at, page_size=MOST_ROWS)
        found = [
            RecordingSighting(r.sid, r.call_sid, str(r.status), _aware(r.date_created), int(r.duration or 0))
            async for r in _until(await _asked(listed), since_at)
        ]
        return found[::-1]

    async def fetch_recording(self, sid: str) -> bytes:
        """The audio (WAV), by sid from the configured base only. Raises `NotFound` while it does not exist."""
        return await _asked(self._wire.fetch(f"{self._path}/Recordings/{_recording_sid(sid)}.wav"))

    async def delete_recording(self, sid: str) -> None:
        """Delete it at the carrier, where it would stay for ever; one that is gone already is fine."""
        try:
            await _asked(self._api.recordings(_recording_sid(sid)).delete_async())
        except NotFound:
            log.info("recording_already_deleted", sid=sid)

    async def connect_number(self, number: str, addresses: dict[str, str], *, may_buy: bool) -> str:
        """Set the webhook addresses (`voice_url`, `sms_url`, …) of one of our numbers.

        Answers `unchanged`, `connected`, `bought` or `missing`. Numbers are bought on a loopback base only.
        """
        numbers = self._api.incoming_phone_numbers
        ours = await _asked(numbers.list_async(phone_number=number, limit=1))
        if ours:
            if _goes_to(ours[0], addresses):
                return "unchanged"
            await _asked(numbers(ours[0].sid).update_async(**addresses))
            return "connected"
        if not may_buy or not self._reaches_demo:
            return "missing"
        await _asked(numbers.create_async(phone_number=number, **addresses))
        return "bought"

    async def is_connected(self, number: str, addresses: dict[str, str]) -> bool:
        """Whether the webhook addresses of one of our numbers are these."""
        ours = await _asked(self._api.incoming_phone_numbers.list_async(phone_number=number, limit=1))
        return bool(ours) and _goes_to(ours[0], addresses)

    async def check_account(self) -> str:
        """The account's status word, for `doctor`."""
        return str((await _asked(self._api.fetch_async())).status)


def _goes_to(number: Any, addresses: dict[str, str]) -> bool:
    return all(getattr(number, name) == address for name, address in addresses.items())


async def _outcome(request: Awaitable[str]) -> SendOutcome:
    """What a request for a new sid came to. Only an answer that says so means that nothing exists."""
    try:
        sid = await request
    except NotSent:
        return Rejected("no_connection", is_permanent=False, retry_after_s=RETRY_CONNECTION_S, counts=False)
    except NoAnswer as silence:
        return Unknown(str(silence))
    except Refused as refused:
        return _rejected(refused)
    except (ValueError, TypeError, AttributeError) as unreadable:
        return Unknown(f"answer not understood: {type(unreadable).__name__}")
    return Accepted(sid) if sid else Unknown("answer without a sid")


def _rejected(refused: Refused) -> SendOutcome:
    if refused.status >= 500 or refused.status < 400:
        return Unknown(f"answer {refused.status}")
    means = meaning(refused.code, refused.status)
    if means.fact is Fact.OUR_SETTINGS:
        log.error("carrier_refuses_our_settings", code=refused.code, status=refused.status)
    return Rejected(
        refused.code, means.is_permanent, max(means.retry_after_s, refused.retry_after_s), counts=means.counts
    )


async def _asked(question: Awaitable[T]) -> T:
    """The answer. Raises `NotFound` for what the carrier does not know, otherwise `Unavailable`."""
    try:
        return await question
    except Refused as refused:
        if refused.status == 404:
            raise NotFound("运营商没有这一条 / the carrier does not know it") from refused
        raise Unavailable(f"运营商拒绝了请求 / the carrier refuses to answer: {refused}") from refused
    except (NotSent, NoAnswer) as silence:
        raise Unavailable(f"运营商没有应答 / the carrier does not answer: {silence}") from silence


async def _until(newest_first: AsyncIterator[Any], since_at: datetime) -> AsyncIterator[Any]:
    """Things of a list, newest first, back to a moment, however many. Raises `Unavailable`."""
    pages = aiter(newest_first)
    while True:
        try:
            thing = await _asked(anext(pages))
        except StopAsyncIteration:
            return
        if _aware(thing.date_created) < since_at:
            return
        yield thing


def _sighting(way: Way, thing: Any) -> Sighting:
    is_text = way == "text"
    return Sighting(
        sid=thing.sid,
        number=thing.to or "",
        status=str(thing.status or ""),
        created_at=_aware(thing.date_created),
        body=(thing.body or "") if is_text else "",
        error_code=str(thing.error_code or "") if is_text else "",
        sender=(thing.from_ if is_text else thing._from) or "",
        direction=str(thing.direction or ""),
    )


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _recording_sid(sid: str) -> str:
    """A recording's sid and nothing else: it becomes part of an address. Raises `NotFound`."""
    if len(sid) != 34 or not sid.startswith("RE") or not sid[2:].isalnum():
        raise NotFound("这不是录音编号 / that is not a recording's sid")
    return sid
