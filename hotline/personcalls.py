"""The carrier's door: whoever we had called wanted a person; they have spoken, or leave word on their ticket.

What a step needs stands in its address, but who picked up: that the ticket's timeline keeps, so that the same webhook
twice gets the same answer.
"""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from base.access import Guard, guarded_by
from base.clock import now
from base.database import transaction
from base.rows import row_of
from base.wiring import settings
from hotline.actions import endings
from hotline.menu import ZERO
from hotline.menubook import book
from hotline.webhooks import heard
from messages import actions as messages
from oncall import actions as oncall
from oncall.transfer import is_over
from outreach.actions import entering
from outreach.actions.puttingthrough import DUTY_PHONE, put_through
from telephony.brought import keys_pressed, moment_of, recording
from telephony.dark import END_KEYS
from telephony.door import text_door, voice_door
from telephony.speech import End, Record, Say, Step, Tongue, spoken_digits
from tickets.models import Ticket

door = voice_door("person", __name__, rings_duty=False)
recorded_door = text_door("person_recordings", __name__)

ANSWERED = frozenset({"completed", "answered"})
"""What the carrier says of a ring that was picked up; of a voicemail, too."""


@door.post("/voice/person/<int:ticket_id>/<language>")
@guarded_by(Guard.SIGNED)
def duty_has_been_rung(ticket_id: int, language: str) -> Any:
    """After a talk nothing more; where somebody picked up and took nothing (a voicemail), which silences the others,
    those ring again, for as long as callers of the hotline are rung for; where nobody came it stands on the ticket, and
    they may leave word.
    """
    was_bridged, at = heard().was_bridged, now()
    since = moment_of("since", at=at)
    with transaction() as session:
        ticket = row_of(session, Ticket, ticket_id)
        if was_bridged:
            if ticket is not None:
                entering.person_came(session, ticket)
            return End()
        if ticket is None:
            return End(_says(language, "main.nobody_free", "main.goodbye"))
        if (but := _picked_up_in_vain(session)) and not is_over(since, None, at=at):
            says = _says(language, "main.next_person")
            return put_through(session, ticket.id, _number(), says, at=at, since=since, but=but)
        entering.person_did_not_come(session, ticket, at=at)
        days = settings().recordings_kept_days
        says = _says(language, "main.nobody_free", "main.keep_message", "person.leave_word", days=days)
        return _record(ticket, language, says, hears_keys=True)


@door.post("/voice/person/<int:ticket_id>/<language>/left")
@guarded_by(Guard.SIGNED)
def word_is_left(ticket_id: int, language: str) -> Any:
    """The message is over, or nothing was said: they hear their number. 0 rings again, another key before the tone
    starts the message.
    """
    key, spoken = keys_pressed(), recording()
    with transaction() as session:
        ticket = row_of(session, Ticket, ticket_id)
        if ticket is None:
            return End(_says(language, "main.goodbye"))
        endings.ticket_recorded(
            session, ticket, spoken.sid, spoken.seconds, speaker=_whom_we_called(session), at=now()
        )  # fmt: skip
        if key == ZERO:
            says = _says(language, "main.to_a_person")
            return put_through(session, ticket.id, _number(), says, at=now())
        if key and not spoken.is_there:
            return _record(ticket, language, _says(language, "main.speak_now"))
        return End(_says(language, "person.word_noted", ref=spoken_digits(ticket.ref)))


@recorded_door.post("/voice/person/<int:ticket_id>/recorded")
@guarded_by(Guard.SIGNED)
def word_is_recorded(ticket_id: int) -> Any:
    """The carrier has the audio, or says that it never will."""
    spoken = recording()
    if request.form.get("RecordingStatus", "completed") != "completed":
        return
    with transaction() as session:
        ticket = row_of(session, Ticket, ticket_id)
        if ticket is not None:
            endings.ticket_recorded(
                session, ticket, spoken.sid, spoken.seconds, speaker=_whom_we_called(session), at=now()
            )  # fmt: skip


def _picked_up_in_vain(session: Session) -> tuple[int, ...]:
    """Everybody who has picked up so far, if that ended the ring that is over; each makes one less to ring, so it ends.

    Empty: nobody did, or whoever wanted them is gone. DUTY_PHONE's whisper needs no database and so keeps nothing.
    """
    form, before = request.form, [int(id) for id in request.args.get("but", "").split(".") if id.isdecimal()]
    who = oncall.who_picked_up(session, form.get("DialCallSid", ""))
    if who is None and form.get("DialCallStatus") in ANSWERED:
        who = DUTY_PHONE
    is_gone = form.get("CallStatus") == "completed"
    return () if who is None or who in before or is_gone else (*before, who)


def _number() -> str:
    return request.form.get("To", "")


def _whom_we_called(session: Session) -> str:
    return messages.number_called(session, request.form.get("CallSid", ""))


def _record(ticket: Ticket, language: str, says: tuple[Say, ...], *, hears_keys: bool = False) -> Step:
    path = f"/voice/person/{ticket.id}"
    left = f"{path}/{language}/left"
    return Record(says, left, f"{path}/recorded", end_keys=END_KEYS, key_path=left if hears_keys else "")


def _says(language: str, *names: str, **values: object) -> tuple[Say, ...]:
    tongue: Tongue = "en" if language == "en" else "zh"
    return tuple(Say(book().words(name).spoken(tongue, **values), tongue) for name in names)
