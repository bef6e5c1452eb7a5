"""At the desk: merge with the original's result told to both, split, another level; and the walls."""

import pytest
from redis import Redis
from sqlalchemy import select

from base.database import reading, transaction
from base.settings import Settings
from console.words import say
from messages.models import Message
from oncall.models import Page, PageKind, PageState
from outreach.jobs import callbacks
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, Evening
from tests.console.test_handing import dialog, line, waiting_hints
from tests.console.test_ticket import ticket
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import Ticket

NEIGHBOUR = "+8613812340099"


def a_double(evening: Evening, **more: object) -> str:
    """Another call about the repair that is under way in the same home."""
    with transaction() as session:
        first = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["mine"])).one()
        draft = TicketDraft(**{
            "kind": Kind.REPAIR, "category": first.category, "channel": Channel.CALL, "caller_number": NEIGHBOUR,
            "project_id": first.project_id, "home_id": first.home_id, "summary": "还在漏", **more,
        })  # fmt: skip
        return actions.open_ticket(session, draft, at=evening.at).ref


def test_a_likely_double_is_shown_merged_and_both_owners_hear_the_result(logged_in: LogIn, evening: Evening) -> None:
    browser, original, double = logged_in("supervisor"), evening.refs["mine"], a_double(evening)
    page = browser.get(f"/tickets/{double}").text
    assert f'id="kin-same-{original}"' in page
    assert f'<option value="{original}">' in dialog(page, "merge")
    answer = browser.sends(f"/tickets/{double}/merge", into=original)
    assert (answer.status_code, ticket(double).status) == (303, Status.MERGED)
    page = browser.get(f"/tickets/{double}").text
    assert f'id="kin-into-{original}"' in page
    assert original in line(page)
    assert "还在漏" in page
    page = browser.get(f"/tickets/{original}").text
    assert f'id="kin-merged-{double}"' in page
    assert say("event.amended.merged", "zh", ref=double) in line(page)
    assert browser.sends(f"/tickets/{original}/resolve", text="换了阀门").status_code == 303
    callbacks.follow_due()
    callbacks.follow_due()
    with reading() as session:
        told = session.execute(select(Message.body, Message.number).where(Message.body.contains("换了阀门"))).all()
    assert {(ref, number) for ref in (original, double) for body, number in told if ref in body} == {
        (original, OWNER), (double, NEIGHBOUR),
    }  # fmt: skip
    assert len(told) == 2


def test_who_called_hears_that_it_goes_on_as_part_of_another_and_nobody_is_rung_for_it(
    logged_in: LogIn, evening: Evening
) -> None:
    original, double = evening.refs["mine"], a_double(evening)
    with transaction() as session:
        page = Page(
            ticket_id=ticket(double).id, staff_id=evening.staff["second"], kind=PageKind.LADDER, step=0,
            state=PageState.CALLING, paged_at=evening.at,
        )  # fmt: skip
        session.add(page)
    assert logged_in("supervisor").sends(f"/tickets/{double}/merge", into=original).status_code == 303
    with reading() as session:
        told = session.scalars(select(Message.body).where(Message.number == NEIGHBOUR)).all()
        rung = session.scalars(select(Page.state).where(Page.ticket_id == ticket(double).id)).all()
    assert any(original in body for body in told)
    assert rung == [PageState.TAKEN_BY_OTHER]


def test_whoever_the_original_needs_now_is_woken_at_once(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    """A grave one is merged into one that nobody has taken, and that is as grave from then on."""
    original, grave = evening.refs["soon"], a_double(evening, category="burst_pipe", level=Level.P1)
    browser = logged_in("supervisor")
    Redis.from_url(settings.redis_url).flushall()
    assert browser.sends(f"/tickets/{grave}/merge", into=original).status_code == 303
    assert ticket(original).level is Level.P1
    assert any(f"oncall_jobs_climb-{ticket(original).id}-" in hint for hint in waiting_hints(settings))


def test_what_it_was_merged_into_is_not_shown_to_whoever_may_not_see_that(logged_in: LogIn, evening: Evening) -> None:
    original, double, browser = evening.refs["mine"], a_double(evening), logged_in("agent")
    assert browser.sends(f"/tickets/{double}/merge", into=original).status_code == 303
    assert f'id="kin-into-{original}"' in browser.get(f"/tickets/{double}").text
    with transaction() as session:
        moved = session.scalars(select(Ticket).where(Ticket.ref == original)).one()
        moved.project_id = evening.other_project
    assert f'id="kin-into-{original}"' not in browser.get(f"/tickets/{double}").text


@pytest.mark.parametrize(
    ("number", "status"), [("elsewhere", 422), ("headquarters", 422), ("done", 409), ("self", 409)]
)
def test_what_is_not_theirs_or_cannot_be_is_refused_in_words(
    logged_in: LogIn, evening: Evening, number: str, status: int
) -> None:
    double = a_double(evening)
    given = double if number == "self" else evening.refs[number]
    answer = logged_in("supervisor").sends(f"/tickets/{double}/merge", number=given)
    assert (answer.status_code, ticket(double).status) == (status, Status.OPEN)
    if status == 422:
        assert say("fault.merge", "zh") in answer.text


def test_a_second_matter_is_split_off_by_hand(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("agent"), evening.refs["texted"]
    assert browser.sends(f"/tickets/{ref}/split", sort="repair:dragons", text="x").status_code == 422
    assert browser.sends(f"/tickets/{ref}/split", sort="repair:access", text="").status_code == 422
    assert browser.sends(f"/tickets/{ref}/split", sort="complaint:cleaning", text="走廊脏").status_code == 303
    with reading() as session:
        second = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert (second.kind, second.category, second.summary) == (Kind.COMPLAINT, "cleaning", ticket(ref).summary)
    page = browser.get(f"/tickets/{ref}").text
    assert f'id="kin-split_into-{second.ref}"' in page
    assert say("event.amended.split_into", "zh", ref=second.ref) in line(page)
    assert f'id="kin-split_from-{ref}"' in browser.get(f"/tickets/{second.ref}").text


def test_a_level_is_lowered_with_a_reason_only_and_nothing_typed_is_lost(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("agent"), evening.refs["late"]
    answer = browser.sends(f"/tickets/{ref}/level", level="P2")
    assert (answer.status_code, ticket(ref).level) == (422, Level.P1)
    assert say("fault.level", "zh") in dialog(answer.text, "level")
    assert browser.sends(f"/tickets/{ref}/level", level="P9").status_code == 422
    assert browser.sends(f"/tickets/{ref}/level", level="P2", text="已关总阀").status_code == 303
    page = browser.get(f"/tickets/{ref}?lang=en").text
    before, now = say("level.P1", "en"), say("level.P2", "en")
    assert say("event.amended.level", "en", before=before, now=now) in line(page)
    assert "已关总阀" in line(page)
    assert browser.sends(f"/tickets/{ref}/level", level="P0").status_code == 303
    assert ticket(ref).level is Level.P0
