"""Which part of a ticket's timeline an entry belongs to, and that its page offers the parts in words."""

import re

import pytest

from base.database import transaction
from console.timeline import Told, timeline
from console.words import say
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening
from tests.console.test_ticket import ticket
from tickets import actions
from tickets.lifecycle import WaitReason
from tickets.models import EventType


@pytest.mark.parametrize(
    ("what", "text", "of"),
    [(EventType.NOTED, "看过了", ("written",)), (EventType.PHOTO, "", ("written",)),
     (EventType.RESOLVED, "换了皮带", ("written",)), (EventType.RESOLVED, "", ()), (EventType.ASSIGNED, "", ()),
     (EventType.OPENED, "来电人的原话", ("contact",)), (EventType.MESSAGE, "【回音物业】今晚到", ("contact",)),
     (EventType.CALLED_OUT, "", ("contact",)), (EventType.SCORED, "师傅很好", ("written", "contact")),
     (EventType.PAGED, "呼叫周建国", ("clock",)), (EventType.OVERRUN, "", ("clock",)),
     (EventType.WAITING, "等配件", ("written", "clock"))],
)  # fmt: skip
def test_an_entry_belongs_to_what_it_is(what: EventType, text: str, of: tuple[str, ...]) -> None:
    (entry,) = timeline([Told(1, what, EVENING, "周建国", text, {})], opened_at=EVENING, language="zh")
    assert entry.of == of


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_offers_the_parts_and_marks_every_entry(logged_in: LogIn, evening: Evening, lang: str) -> None:
    ref, id = evening.refs["waits"], ticket(evening.refs["waits"]).id
    with transaction() as session:
        actions.resume(session, id, evening.staff["second"], at=EVENING)
        actions.wait(session, id, evening.staff["second"], at=EVENING, reason=WaitReason.PARTS, text="明天到货")
    line = logged_in("agent").get(f"/tickets/{ref}?lang={lang}").text.split('id="line"')[1].split("</section>")[0]
    parts = re.findall(r'name="tl-show" value="(\w+)"[^>]*?( checked)?><span>([^<]+)<', line)
    assert parts == [
        (name, " checked" if name == "all" else "", say(f"timeline.show.{name}", lang))
        for name in ("all", "written", "contact", "clock")
    ]
    marks = dict(re.findall(r'id="ev-(\d+)" data-of="([^"]*)"', line))
    assert len(marks) == line.count('id="ev-') > 3
    (newest, *_) = marks.values()
    assert newest == "written clock"
