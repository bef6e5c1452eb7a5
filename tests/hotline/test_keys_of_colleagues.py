"""Calls to colleagues and firms: silence and wrong keys are counted apart, and each has words and an end of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from base.database import transaction
from directory.models import Language, Staff
from hotline import ringbackcalls, throughcalls
from hotline.models import RingBack, ThroughCall
from hotline.ringback import RingBackState, RingBackWhy
from hotline.through import Whom
from messages.lifecycle import Way
from oncall import dutycalls, vendorcalls
from oncall.ladder import Post
from oncall.models import Reminder, ReminderState, VendorCall
from tests import make
from tests.hotline.caller import CallInProgress
from tests.hotline.conftest import BY_DAY, OWNER
from tests.oncall.test_webhooks import Heard
from tickets.actions import TicketDraft, open_ticket
from tickets.lifecycle import Channel, Kind


@dataclass(frozen=True)
class Asked:
    """A question that is put on the line: where, how often in vain, and what ends it after silences and wrong keys."""

    path: str
    times: int
    silent: dict[str, str]
    lost: dict[str, str]


DESK = {"zh": "请在工作台写明结果", "en": "Please say on the desk's page"}
LOST = {"zh": "您按的键没有对应的选项", "en": "None of those keys was a choice"}
NO_KEY = {"zh": "没有收到按键", "en": "No key was pressed"}
WRONG = {"zh": "没有这个选项。", "en": "That is not one of the choices."}
QUESTIONS = {
    "put through": Asked(
        "/voice/through/1/key", throughcalls.TIMES, {"zh": "没有按键", "en": "No key was pressed"}, LOST
    ),
    "call back": Asked("/voice/ring-back/1/1/key", ringbackcalls.TIMES, DESK, LOST),
    "how it went": Asked("/voice/ring-back/1/1/result", ringbackcalls.TIMES, DESK, LOST),
    "duty": Asked("/voice/duty/1/key", dutycalls.TIMES, NO_KEY, LOST),
    "firm": Asked("/voice/vendor/1/key", vendorcalls.TIMES, NO_KEY, LOST),
}
EACH = [(name, language) for name in QUESTIONS for language in ("zh", "en") if (name, language) != ("firm", "en")]
"""Firms are spoken to in Chinese."""


@pytest.fixture
def calls(
    app: Flask, dials: Callable[..., CallInProgress], carrier_posts: Callable[..., TestResponse]
) -> Callable[..., Heard]:
    """`calls(path, language, key)`: the answer to a key in a call to a colleague of this language."""
    dials(OWNER)
    with transaction() as session:
        project = make.a_project(session)
        staff = make.a_member_of_staff(session, project=project)
        draft = TicketDraft(kind=Kind.REPAIR, category="lift", channel=Channel.DESK, project_id=project.id, place="3-2")
        ticket = open_ticket(session, draft, at=BY_DAY).id
        session.add_all([
            ThroughCall(ticket_id=ticket, staff_id=staff.id, whom=Whom.OWNER, number=OWNER, asked_at=BY_DAY),
            RingBack(
                number=OWNER, ticket_id=ticket, last_call_id=1, why=RingBackWhy.MISSED, state=RingBackState.TAKEN,
                owed_at=BY_DAY, due_at=BY_DAY, taken_by_id=staff.id, rings=1, rung_by_id=staff.id,
            ),
            Reminder(
                project_id=project.id, post=Post.FIRST, staff_id=staff.id, starts_at=BY_DAY,
                ends_at=BY_DAY + timedelta(hours=8), state=ReminderState.ASKED, way=Way.CALL, asked_at=BY_DAY,
                alarm_at=BY_DAY,
            ),
            VendorCall(ticket_id=ticket, vendor_id=make.a_vendor(session).id, step=1, called_at=BY_DAY),
        ])  # fmt: skip
        staff_id = staff.id

    def presses(path: str, language: str, key: str) -> Heard:
        with transaction() as session:
            session.get_one(Staff, staff_id).language = Language(language)
        return Heard(carrier_posts(path, CallSid="CA" + "c" * 32, CallStatus="in-progress", Digits=key))

    return presses


@pytest.mark.parametrize(("name", "language"), EACH)
def test_the_two_are_counted_apart_and_end_in_words_of_their_own(
    calls: Callable[..., Heard], name: str, language: str
) -> None:
    asked = QUESTIONS[name]
    path = asked.path
    for _ in range(asked.times - 1):
        silent = calls(path, language, "")
        wrong = calls(silent.next, language, "7")
        assert wrong.words == WRONG[language] + silent.words, "a wrong key is said to be one, silence is not"
        path = wrong.next
    for key, ends in (("", asked.silent), ("7", asked.lost)):
        ended = calls(path, language, key)
        assert ended.hangs_up
        assert ended.words.startswith(ends[language])
