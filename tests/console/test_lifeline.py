"""Everything with one owner in one line: calls, texts, tickets, answers and visits, newest first, a page at a time."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base.database import transaction
from console import lifeline
from console.words import say
from directory.models import Contact, Person, Project
from outreach.models import ContactMade, Reply
from outreach.surveymodels import Answer, Survey
from outreach.surveys import SurveyState, Via
from tests import make
from tests.console.conftest import Browser, LogIn
from tests.console.evening import OWNER, Evening, a_message
from tests.console.neighbours import a_wave, neighbours
from tickets import actions
from tickets.models import EventType, Ticket, TicketEvent


def lines(page: str) -> list[str]:
    """What stands in the line, from above."""
    return re.findall(r'id="line-([a-z]+-\d+)"', page)


def of(browser: Browser, person: int, path: str = "") -> list[str]:
    return lines(browser.get(path or f"/people/{person}").text)


def entry(page: str, kind: str) -> str:
    return page.split(f'id="line-{kind}-')[1].split("</li>", maxsplit=1)[0]


@pytest.fixture
def much(evening: Evening) -> dict[str, int]:
    """What happened with the owner of the evening besides calls, tickets and texts; the ids by kind."""
    with transaction() as session:
        lift = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["lift"])).one()
        man = evening.staff["technician"]
        actions.acknowledge(session, lift.id, man, at=evening.at, how="key")
        actions.arrive(session, lift.id, man, at=evening.at, how="called_in")
        actions.resolve(session, lift.id, man, at=evening.at, text="已修好")
        result = session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id == lift.id, TicketEvent.type == EventType.RESOLVED)
        ).one()
        survey = Survey(ticket_id=lift.id, result_id=result.id, state=SurveyState.ANSWERED, number=OWNER)
        session.add(survey)
        session.flush()
        answer = Answer(
            survey_id=survey.id,
            key="2",
            mapping="five",
            score=2,
            via=Via.TEXT,
            answered_at=evening.at,
            comment="太慢了",
        )
        spoken = ContactMade(
            person_id=evening.owner, staff_id=evening.staff["agent"], at=evening.at, is_reached=False, note="关机"
        )
        reply = Reply(
            sid="SM-line", number=OWNER, to_number="+864008001234", body="谢谢师傅", received_at=evening.at,
            ticket_id=lift.id,
        )  # fmt: skip
        session.add_all([answer, spoken, reply])
        session.flush()
        visit = session.scalars(
            select(TicketEvent.id).where(TicketEvent.type == EventType.ARRIVED, TicketEvent.ticket_id == lift.id)
        ).one()
        return {"answer": answer.id, "spoken": spoken.id, "reply": reply.id, "visit": visit, "ticket": lift.id}


def test_whatever_happened_stands_in_one_line(logged_in: LogIn, evening: Evening, much: dict[str, int]) -> None:
    browser = logged_in("agent")
    page = browser.get(f"/people/{evening.owner}").text
    assert {f"{kind}-{id}" for kind, id in much.items()} <= set(lines(page))
    assert {line.split("-")[0] for line in lines(page)} == {"call", "sent", *much}
    assert say("line.visit", "zh", what="周建国") in entry(page, "visit")
    assert evening.refs["lift"] in entry(page, "visit")
    assert say("line.spoken.not", "zh", what="张敏") in entry(page, "spoken")
    assert "关机" in entry(page, "spoken")
    assert "太慢了" in entry(page, "answer")
    assert "谢谢师傅" in entry(page, "reply")
    assert say("line.sent.text", "zh") in entry(page, "sent")
    assert not re.search(r"1[3-9]\d{9}", page)
    assert say("line.call", "en") in browser.get(f"/people/{evening.owner}?lang=en").text


def test_it_is_read_a_page_at_a_time_and_every_line_once(
    logged_in: LogIn, evening: Evening, much: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = logged_in("admin")
    whole = of(browser, evening.owner)
    assert len(whole) > 15
    assert len({line.split("-")[0] for line in whole[:8]}) > 3, "many at one moment"
    for most in (1, 4, 7):
        monkeypatch.setattr(lifeline, "PAGE", most)
        path, seen = f"/people/{evening.owner}", []
        while path:
            page = browser.get(path).text
            assert len(lines(page)) <= most
            seen += lines(page)
            older = re.search(r'id="line-older" href="([^"#]+)', page)
            path = older[1].replace("&amp;", "&") if older else ""
        assert seen == whole, most
    assert of(browser, 0, f"/people/{evening.owner}?before=nonsense") == seen[:7]


def test_a_long_line_of_messages_goes_on_to_its_end_past_what_somebody_may_not_read(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifeline, "PAGE", 3)
    with transaction() as session:
        hidden = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["headquarters"])).one()
        last = a_message(session, OWNER, evening.at - timedelta(days=9)).id
        for n in range(20):
            a_message(session, OWNER, evening.at - timedelta(days=1, minutes=n), about=f"ticket:{hidden}")
    browser, seen, path = logged_in("agent"), [], f"/people/{evening.owner}"
    while path:
        page = browser.get(path).text
        seen += lines(page)
        older = re.search(r'id="line-older" href="([^"#]+)', page)
        path = older[1] if older else ""
    assert f"sent-{last}" in seen
    assert len([line for line in seen if line.startswith("sent-")]) == 3 + 1


def test_a_long_line_of_replies_goes_on_past_what_somebody_may_not_read(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifeline, "PAGE", 3)

    def a_reply(n: int, ticket_id: int | None) -> Reply:
        at = evening.at - timedelta(minutes=n)
        return Reply(
            sid=f"SM-{n}", number=OWNER, to_number="+864008001234", body="好", received_at=at, ticket_id=ticket_id
        )

    with transaction() as session:
        hidden = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["headquarters"])).one()
        theirs = a_reply(20, None)
        session.add_all([theirs, *(a_reply(n, hidden) for n in range(10))])
        session.flush()
        last = theirs.id
    browser, seen, path = logged_in("agent"), [], f"/people/{evening.owner}"
    while path:
        page = browser.get(path).text
        seen += lines(page)
        older = re.search(r'id="line-older" href="([^"#]+)', page)
        path = older[1] if older else ""
    assert [line for line in seen if line.startswith("reply-")] == [f"reply-{last}"]


def test_of_another_project_nothing_is_told(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        river = session.get(Project, evening.other_project)
        session.add(Contact(person_id=evening.owner, home_id=make.a_home(session, river, "9--0101").id))
    here, there, above = (set(of(logged_in(who), evening.owner)) for who in ("agent", "abroad", "centre"))
    kinds = {name: {line for line in found if line.startswith(("call-", "ticket-"))} for name, found in
             {"here": here, "there": there, "above": above}.items()}  # fmt: skip
    assert kinds["here"] & kinds["there"] == set()
    assert kinds["here"] | kinds["there"] < kinds["above"], "what was said to headquarters"


def test_a_wave_they_answered_is_one_line(app: Flask, logged_in: LogIn, evening: Evening) -> None:
    with app.app_context(), transaction() as session:
        neighbours(session, evening)
    a_wave(app, evening)
    with app.app_context(), transaction() as session:
        people = session.scalars(select(Person.id).where(Person.name.like("业主%"))).all()
    browser = logged_in("agent")
    pages = [browser.get(f"/people/{id}").text for id in people]
    told = [page for page in pages if 'id="line-wave-' in page]
    assert told
    assert "年度满意度调查" in entry(told[0], "wave")
