"""A text comes with a suggestion of what it is about; whoever reads it says yes or no."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from base.database import reading, transaction
from console.words import say
from directory.models import Project
from oncall import jobs
from oncall.models import Page
from tests import make
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tickets import actions
from tickets.lifecycle import Kind, Level
from tickets.models import EventType, Ticket

HOTLINE = "+864008001234"
QUIET = "+8613712345678"


@pytest.fixture
def texted(evening: Evening, carrier_posts: Callable[..., TestResponse]) -> Callable[..., str]:
    """A text comes in; the number of its ticket."""
    sids = iter(range(1000))

    def texts(body: str, sender: str = QUIET) -> str:
        answer = carrier_posts(
            "/sms/incoming", MessageSid=f"SM{next(sids):032x}", From=sender, To=HOTLINE, Body=body, NumMedia="0"
        )
        assert answer.status_code == 204
        with reading() as session:
            return session.scalars(select(Ticket.ref).order_by(Ticket.id.desc()).limit(1)).one()

    return texts


def ticket(ref: str) -> Ticket:
    with reading() as session:
        found = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        _ = found.events
        session.expunge_all()
        return found


def test_the_page_says_what_it_may_be_and_by_which_word(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("楼上漏水，天花板都湿了")
    assert (ticket(ref).kind, ticket(ref).category, ticket(ref).level) == (Kind.ENQUIRY, "text", Level.P3)
    for lang, what in (("zh", "报修 · 漏水爆管"), ("en", "Repair · burst pipe")):
        page = logged_in("agent").get(f"/tickets/{ref}?lang={lang}").text
        assert what in page.split('id="guess"')[1]
        assert say("suggestion.word", lang, word="漏水") in page


def test_a_yes_makes_it_that_with_its_level_its_history_and_its_ladder(
    logged_in: LogIn, app: Flask, evening: Evening, texted: Callable[..., str]
) -> None:
    with transaction() as session:
        make.an_owner(session, make.a_home(session, session.get_one(Project, evening.home_project), "6-1-0101"), QUIET)
    ref = texted("楼上漏水，天花板都湿了")
    client = logged_in("agent")
    assert client.sends(f"/tickets/{ref}/suggestion", answer="yes").status_code == 303
    after = ticket(ref)
    assert (after.kind, after.category, after.level) == (Kind.REPAIR, "burst_pipe", Level.P1)
    changed = after.events[-1]
    assert (changed.type, changed.data["suggestion"], changed.staff_id is not None) == (
        EventType.AMENDED, "accepted", True,
    )  # fmt: skip
    assert after.page_due_at is not None
    later(seconds=1)
    jobs.climb_due()
    with reading() as session:
        assert session.scalars(select(Page).where(Page.ticket_id == after.id)).all()
    page = client.get(f"/tickets/{ref}").text
    assert 'id="guess"' not in page
    assert say("event.amended.accepted", "zh") in page


def test_a_no_ends_the_suggestion_and_changes_nothing_else(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("电梯广告什么价格")
    client = logged_in("agent")
    assert client.sends(f"/tickets/{ref}/suggestion", answer="no").status_code == 303
    assert (ticket(ref).kind, ticket(ref).category, ticket(ref).level) == (Kind.ENQUIRY, "text", Level.P3)
    page = client.get(f"/tickets/{ref}").text
    assert 'id="guess"' not in page
    assert say("event.amended.refused", "zh") in page


def test_the_second_answer_comes_too_late_and_is_told_so(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("马桶堵了")
    client = logged_in("agent")
    client.sends(f"/tickets/{ref}/suggestion", answer="yes")
    events = len(ticket(ref).events)
    for answer in ("yes", "no"):
        refused = client.sends(f"/tickets/{ref}/suggestion", answer=answer)
        assert (refused.status_code, say("suggestion.gone", "zh") in refused.text) == (409, True)
    assert len(ticket(ref).events) == events


def test_danger_is_an_emergency_at_once_and_nobody_is_asked(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("电梯困人了，快来")
    assert (ticket(ref).kind, ticket(ref).level) == (Kind.EMERGENCY, Level.P0)
    client = logged_in("agent")
    assert 'id="guess"' not in client.get(f"/tickets/{ref}").text
    assert client.sends(f"/tickets/{ref}/suggestion", answer="yes").status_code == 409
    assert ticket(ref).level is Level.P0


def test_what_a_second_text_says_is_suggested_too(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("你好")
    client = logged_in("agent")
    assert 'id="guess"' not in client.get(f"/tickets/{ref}").text
    assert texted("家里停电了") == ref
    assert say("suggestion.word", "zh", word="停电") in client.get(f"/tickets/{ref}").text
    client.sends(f"/tickets/{ref}/suggestion", answer="yes")
    assert (ticket(ref).category, ticket(ref).level) == ("no_power", Level.P1)


def test_whoever_only_works_on_it_does_not_sort_it(logged_in: LogIn, texted: Callable[..., str]) -> None:
    ref = texted("马桶堵了")
    for login in ("technician", "quality"):
        client = logged_in(login)
        assert 'id="guess"' not in client.get(f"/tickets/{ref}").text
        assert client.sends(f"/tickets/{ref}/suggestion", answer="yes").status_code == 403


def test_a_ticket_that_is_over_is_not_sorted_any_more(
    logged_in: LogIn, evening: Evening, texted: Callable[..., str]
) -> None:
    ref = texted("马桶堵了")
    with transaction() as session:
        actions.cancel(session, ticket(ref).id, evening.staff["agent"], at=later(seconds=1), text="打错了")
    client = logged_in("agent")
    assert 'id="guess"' not in client.get(f"/tickets/{ref}").text
    assert client.sends(f"/tickets/{ref}/suggestion", answer="yes").status_code == 409
