"""A whole call before anybody calls: whatever the first caller of a process would wait for is made ready here."""

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from base.clock import now
from base.database import transaction
from base.trail import about
from directory.models import Building, Contact, Home, Number, Person, Project
from hotline.actions import conversation, endings
from hotline.actions.calls import call_by_sid
from hotline.actions.greeting import line_of
from hotline.actions.turn import Heard
from hotline.models import RecordingState
from telephony.door import voices
from telephony.speech import Step, speak

log = structlog.get_logger(__name__)

OWNER = "+8619900000000"
"""A mobile that is hardly anybody's; if it is, that does no harm."""
KEYS = ("1", "3")
MESSAGE_S = 5


class _EndsHereError(Exception):
    """Nothing of this may stay."""


def rehearse(app: Flask) -> None:
    """Go through a repair call from its arrival to its end, in a transaction that is rolled back; nothing is hinted at.

    What is put together for it stays: statements with the engine, words, addresses and routes with the process. Leaves
    no connection open, so that the process may fork. Whatever goes wrong (a database that is away, or not migrated yet)
    is no reason not to start: then the first caller waits a little.
    """
    try:
        app.test_client().post("/voice/incoming")  # unsigned, and refused: but the way to the door is found
        with app.app_context(), about(call="rehearsal"), suppress(_EndsHereError), transaction() as session:
            _call(session, at=now())
            raise _EndsHereError
    except SQLAlchemyError as error:
        log.warning("not_rehearsed", error=type(error).__name__)
    except Exception:  # whoever calls now would hear an apology; a web process that did not start says nothing at all
        log.exception("rehearsal_failed")
    finally:
        app.extensions["database"].close()


def _call(session: Session, *, at: datetime) -> None:
    _an_owner(session)
    sid, line = uuid4().hex, line_of(OWNER, "")
    conversation.begin(session, sid, line, at=at, speak=_twiml)
    call_id = call_by_sid(session, sid).id
    spoken = Heard(keys="#", recording_sid=uuid4().hex, recording_s=MESSAGE_S)
    step = 0
    for step, heard in enumerate((*(Heard(keys=key) for key in KEYS), spoken), start=1):
        _forget(session)  # each webhook begins with an empty session
        conversation.go_on(session, call_id, sid, step, heard, at=at, speak=_twiml)
    _forget(session)
    endings.message_recorded(
        session, call_id, step, spoken.recording_sid, RecordingState.AT_CARRIER, MESSAGE_S, at=at
    )  # fmt: skip
    _forget(session)
    endings.call_ends(session, sid, "completed", line, is_inbound=True, at=at)


def _an_owner(session: Session) -> None:
    project = Project(name=uuid4().hex)
    building = Building(project=project, name="1", keys="1")
    home, person = Home(building=building, name="101"), Person(name="")
    session.add_all((project, building, home, person))
    session.add(Contact(person=person, home=home))
    session.add(Number(person=person, number=OWNER, region="CN"))
    _forget(session)


def _forget(session: Session) -> None:
    session.flush()
    session.expunge_all()


def _twiml(step: Step) -> str:
    return speak(step, voices())
