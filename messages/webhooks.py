"""The carrier's doors: receipts of texts and of placed calls, and a placed notice spoken to whoever picks up."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.rows import row_of
from messages import actions
from messages.ledger import receipts
from messages.ledger.receipts import Heard
from messages.lifecycle import Way
from messages.models import Message
from messages.wording import say
from telephony.brought import keys_pressed, patience
from telephony.door import text_door, voice_door
from telephony.patience import FRESH, Patience
from telephony.speech import Ask, End, Goto, Say, Step, Tongue

SORRY = (
    Say("抱歉，系统暂时出了问题。如有需要，请拨打我们的服务热线。"),
    Say("Sorry, something went wrong here. If you need us, please dial our hotline.", language="en"),
)
door = text_door("messages", __name__)
spoken = voice_door("spoken", __name__, rings_duty=False, sorry_says=SORRY)

SILENCES, WRONGS = 2, 3
"""How often a notice is spoken, slowly, to whoever presses nothing, and to whoever presses only wrong keys."""
MOST_TIMES = 6
"""How often it is spoken at all."""
WAIT_S = 8


@door.post("/sms/status")
@guarded_by(Guard.SIGNED)
def text_receipt_arrives() -> Any:
    """A receipt for a text. One about something we do not know changes nothing."""
    _receipt_arrives(request.form.get("MessageSid", ""), request.form.get("MessageStatus", ""))


@door.post("/voice/placed")
@guarded_by(Guard.SIGNED)
def call_receipt_arrives() -> Any:
    """A receipt for a call we placed. `completed` only means that something picked up."""
    _receipt_arrives(request.form.get("CallSid", ""), request.form.get("CallStatus", ""))


def _receipt_arrives(sid: str, word: str) -> None:
    message_id = request.args.get("m", "")
    if not message_id.isdecimal() or len(message_id) > 9 or not sid:
        return
    error_code = request.form.get("ErrorCode", "")[:20]
    heard = Heard(int(message_id), request.args.get("a", "")[:32], sid[:40], word, error_code)
    with reading() as session:
        if not receipts.says_something_new(session, heard):
            return
    with transaction() as session:
        receipts.apply(session, heard, at=now())


@spoken.post("/voice/notice/<int:message_id>/<language>")
@guarded_by(Guard.SIGNED)
def notice_is_answered(message_id: int, language: str) -> Any:
    """Somebody, or something, picked up: speak the notice slowly, then wait for a key."""
    with reading() as session:
        return _speak(_notice(session, message_id), _tongue(language), 1, FRESH)


@spoken.post("/voice/notice/<int:message_id>/<language>/key/<int:times>")
@guarded_by(Guard.SIGNED)
def notice_key_is_pressed(message_id: int, language: str, times: int) -> Any:
    """`*` hears it again, 1 says it was heard, 0 wants a person; silence hears it a second time, and then ends. Other
    keys have words, a count and an end of their own.
    """
    key, tongue, met = keys_pressed(), _tongue(language), patience(MOST_TIMES)
    if not key or key == "*":
        met = FRESH if key else met.after(key)
        with reading() as session:
            return _speak(_notice(session, message_id), tongue, times + 1, met)
    with transaction() as session:
        message = _notice(session, message_id)
        if message is None:
            return _over(tongue)
        actions.heard(session, message.id, at=now())
        if key == "0":
            # a wish is a ticket, and tickets are above this room
            return Goto((), f"/voice/notice/{message.id}/{tongue}/person")
        if key == "1":
            return End((Say(say("notice_thanks", tongue), tongue),))
        return _speak(message, tongue, times + 1, met.after(key), is_wrong=True)


def _notice(session: Session, message_id: int) -> Message | None:
    message = row_of(session, Message, message_id)
    return message if message is not None and message.way is Way.CALL and message.body else None


def _speak(message: Message | None, tongue: Tongue, times: int, met: Patience, *, is_wrong: bool = False) -> Step:
    if message is None or times > MOST_TIMES or met.silences >= SILENCES or met.wrongs >= WRONGS:
        return _over(tongue, "notice_lost" if is_wrong else "notice_over")
    before = (Say(say("notice_wrong_key", tongue), tongue),) if is_wrong else ()
    words = (Say(message.body, tongue, pause_s=1, is_slow=True), Say(say("notice_keys", tongue), tongue))
    return Ask((*before, *words), f"/voice/notice/{message.id}/{tongue}/key/{times}?{met.query}", wait_s=WAIT_S)


def _over(tongue: Tongue, words: str = "notice_over") -> Step:
    return End((Say(say(words, tongue), tongue),))


def _tongue(language: str) -> Tongue:
    return "en" if language == "en" else "zh"
