"""Tickets on a real database."""

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.access import Role
from base.errors import Conflict
from directory.models import Staff
from tests.make import a_home, a_project
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import EventType, Ticket

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # 02:30 next day in Shanghai
OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 of that day
DAY = timedelta(days=1)


def a_staff(session: Session, name: str = "王强") -> Staff:
    staff = Staff(name=name, login=name, number="+8613900001111", role=Role.TECHNICIAN)
    session.add(staff)
    session.flush()
    return staff


def a_ticket(session: Session, kind: Kind = Kind.EMERGENCY, category: str = "lift_trapped", **more: object) -> Ticket:
    draft = TicketDraft(kind, category, Channel.CALL, caller_number="+8613800138000", **more)  # type: ignore[arg-type]
    return actions.open_ticket(session, draft, at=AT)


def types(ticket: Ticket, session: Session) -> list[str]:
    session.expire(ticket)
    return [event.type.value for event in ticket.events]


def test_the_number_is_the_local_day_and_a_count(session: Session) -> None:
    assert [a_ticket(session).ref for _ in range(3)] == ["261123-0001", "261123-0002", "261123-0003"]


def test_the_same_key_opens_it_once(session: Session) -> None:
    draft = TicketDraft(Kind.REPAIR, "water_power", Channel.CALL)
    first = actions.open_ticket(session, draft, at=AT, once_key="call/1")
    again = actions.open_ticket(session, draft, at=AT, once_key="call/1")
    assert first.id == again.id
    assert session.scalars(select(Ticket)).all() == [first]
    assert types(first, session) == ["opened"]


def test_danger_to_life_is_due_to_wake_somebody_at_once_and_a_tap_when_the_desk_opens(session: Session) -> None:
    emergency, tap = a_ticket(session), a_ticket(session, Kind.REPAIR, "water_power")
    assert (emergency.level, emergency.page_due_at) == (Level.P0, AT)
    assert (tap.level, tap.page_due_at) == (Level.P2, OPENS)
    assert actions.pages_due(session, at=AT) == [emergency.id]


@pytest.mark.parametrize(
    ("kind", "category", "opened_at", "told_at"),
    [
        (Kind.REPAIR, "water_power", OPENS + timedelta(hours=1), OPENS + timedelta(hours=1)),
        (Kind.REPAIR, "water_power", OPENS + timedelta(hours=9, minutes=20), OPENS + timedelta(hours=9, minutes=20)),
        (Kind.REPAIR, "water_power", OPENS + timedelta(hours=12), OPENS + DAY),
        (Kind.ENQUIRY, "enquiry", OPENS, OPENS + timedelta(hours=3, minutes=30)),
        (Kind.ENQUIRY, "enquiry", AT, OPENS + timedelta(hours=3, minutes=30)),
        (Kind.ENQUIRY, "enquiry", OPENS + timedelta(hours=8), OPENS + DAY + timedelta(hours=2)),
        (Kind.COMPLAINT, "noise", OPENS + timedelta(hours=3), OPENS + DAY + timedelta(hours=1, minutes=30)),
        (Kind.COMPLAINT, "noise", OPENS + timedelta(hours=13), OPENS + DAY + timedelta(hours=8)),
    ],
)
def test_what_wakes_nobody_is_told_in_the_desks_hours_and_before_it_is_late(
    session: Session, kind: Kind, category: str, opened_at: datetime, told_at: datetime
) -> None:
    ticket = actions.open_ticket(session, TicketDraft(kind, category, Channel.CALL), at=opened_at)
    assert ticket.page_due_at == told_at


def test_the_projects_own_hours_count(session: Session) -> None:
    project = a_project(session, day_starts=time(7), day_ends=time(23))
    ticket = a_ticket(session, Kind.REPAIR, "water_power", project_id=project.id)
    assert ticket.page_due_at == OPENS - timedelta(hours=1, minutes=30)


def test_where_clocks_always_run_a_tap_is_told_at_night_too(session: Session, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"clocks_run": "always"})
    ticket = a_ticket(session, Kind.REPAIR, "water_power")
    assert ticket.page_due_at == AT
    assert actions.promise_of(session, ticket, at=AT).due_at == AT + timedelta(minutes=30)


def test_a_first_reply_stops_telling_and_a_note_on_a_repair_does_not(session: Session) -> None:
    wang = a_staff(session)
    enquiry, tap = a_ticket(session, Kind.ENQUIRY, "enquiry"), a_ticket(session, Kind.REPAIR, "water_power")
    for ticket in (enquiry, tap):
        actions.note(session, ticket.id, wang.id, at=AT, text="已答复")
    assert (enquiry.status, enquiry.page_due_at) == (Status.OPEN, None)
    assert actions.promise_of(session, enquiry, at=AT).is_met
    assert (tap.page_due_at, actions.promise_of(session, tap, at=AT).is_met) == (OPENS, False)


def test_a_promise_begins_again_when_it_was_not_done_after_all(session: Session) -> None:
    ticket, wang = a_ticket(session, Kind.REPAIR, "water_power"), a_staff(session)
    actions.resolve(session, ticket.id, wang.id, at=AT, text="好了")
    later = OPENS + timedelta(hours=2)
    actions.reopen(session, ticket.id, wang.id, at=later, text="又漏")
    assert actions.promise_of(session, ticket, at=later).due_at == later + timedelta(minutes=30)
    assert ticket.page_due_at == later


def test_only_the_first_who_takes_it_has_it(session: Session) -> None:
    ticket, wang, li = a_ticket(session), a_staff(session), a_staff(session, "李明")
    assert actions.acknowledge(session, ticket.id, wang.id, at=AT, how="key") is True
    assert actions.acknowledge(session, ticket.id, li.id, at=AT, how="key") is False
    session.refresh(ticket)
    assert (ticket.assignee_id, ticket.status, ticket.page_due_at) == (wang.id, Status.ACKNOWLEDGED, None)
    assert types(ticket, session) == ["opened", "acknowledged"]


def test_a_rung_is_claimed_once(session: Session) -> None:
    ticket = a_ticket(session)
    later = AT + timedelta(minutes=2)
    assert actions.claim_page_step(session, ticket.id, step=0, next_due_at=later, at=AT) is True
    assert actions.claim_page_step(session, ticket.id, step=0, next_due_at=later, at=AT) is False
    assert actions.claim_page_step(session, ticket.id, step=1, next_due_at=later, at=AT) is False
    assert actions.pages_due(session, at=later) == [ticket.id]


def test_an_event_with_a_key_is_told_once(session: Session) -> None:
    ticket = a_ticket(session)
    told = [
        actions.add_event(session, ticket.id, EventType.PAGED, at=AT, once_key="page/1"),
        actions.add_event(session, ticket.id, EventType.PAGED, at=AT, once_key="page/1"),
    ]
    assert told == [True, False]
    assert types(ticket, session) == ["opened", "paged"]


def test_resolving_keeps_the_result_and_stops_the_ladder(session: Session) -> None:
    ticket, wang = a_ticket(session), a_staff(session)
    actions.resolve(session, ticket.id, wang.id, at=AT, text="两人已救出")
    session.refresh(ticket)
    assert (ticket.status, ticket.resolved_at, ticket.page_due_at) == (Status.RESOLVED, AT, None)
    assert ticket.events[-1].text == "两人已救出"


def test_what_is_closed_cannot_be_resolved(session: Session) -> None:
    ticket, wang = a_ticket(session), a_staff(session)
    actions.resolve(session, ticket.id, wang.id, at=AT, text="好了")
    actions.close(session, ticket.id, wang.id, at=AT)
    with pytest.raises(Conflict, match="closed"):
        actions.resolve(session, ticket.id, wang.id, at=AT, text="再好一次")


def test_reopening_begins_the_ladder_again(session: Session) -> None:
    ticket, wang = a_ticket(session), a_staff(session)
    actions.claim_page_step(session, ticket.id, step=0, next_due_at=None, at=AT)
    actions.resolve(session, ticket.id, wang.id, at=AT, text="好了")
    actions.reopen(session, ticket.id, wang.id, at=AT, text="又困住了")
    session.refresh(ticket)
    assert (ticket.status, ticket.page_step, ticket.page_due_at) == (Status.OPEN, 0, AT)


@pytest.mark.parametrize(
    ("kind", "category", "later", "found"),
    [
        (Kind.REPAIR, "water_power", timedelta(hours=1), True),
        (Kind.REPAIR, "blockage", timedelta(hours=1), False),
        (Kind.REPAIR, "water_power", timedelta(hours=73), False),
        (Kind.COMPLAINT, "complaint", timedelta(hours=1), False),
    ],
)
def test_the_same_matter_is_the_same_caller_and_category(
    session: Session, kind: Kind, category: str, later: timedelta, found: bool
) -> None:
    ticket = a_ticket(session, Kind.REPAIR, "water_power")
    same = actions.open_matter(
        session, caller_number="+8613800138000", home_id=None, category=category, kind=kind, at=AT + later
    )
    assert (same == ticket) is found


OWNER, NEIGHBOUR = "+8613800138000", "+8613800138111"


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        # (home, caller) of the ticket and of the new call
        (("a", OWNER), ("a", OWNER), True),
        (("a", OWNER), ("b", OWNER), False),
        (("a", OWNER), ("a", NEIGHBOUR), True),
        (("a", OWNER), ("a", None), True),
        (("a", OWNER), (None, OWNER), True),
        ((None, OWNER), ("b", OWNER), True),
        ((None, OWNER), (None, OWNER), True),
        ((None, OWNER), (None, NEIGHBOUR), False),
        ((None, OWNER), ("a", NEIGHBOUR), False),
        ((None, None), (None, OWNER), False),
        ((None, None), ("a", None), False),
    ],
)
def test_the_same_matter_is_the_same_home_and_where_none_is_known_the_same_caller(
    session: Session, before: tuple[str | None, str | None], now: tuple[str | None, str | None], found: bool
) -> None:
    project = a_project(session)
    homes = {"a": a_home(session, project).id, "b": a_home(session, project, "5-1-201").id, None: None}
    draft = TicketDraft(
        Kind.REPAIR, "blockage", Channel.CALL, home_id=homes[before[0]], caller_number=before[1], project_id=project.id
    )
    ticket = actions.open_ticket(session, draft, at=AT)
    same = actions.open_matter(
        session, caller_number=now[1], home_id=homes[now[0]], project_id=project.id, category="blockage",
        kind=Kind.REPAIR, at=AT,
    )  # fmt: skip
    assert (same == ticket) is found


@pytest.mark.parametrize(
    ("home", "estate", "caller", "found"),
    [
        ("a", "first", OWNER, True),
        (None, "first", OWNER, True),
        (None, None, OWNER, True),
        ("b", "first", OWNER, False),
        (None, "second", OWNER, False),
        # two people of one home may be in danger at two places
        ("a", "first", NEIGHBOUR, False),
    ],
)
def test_danger_is_the_same_only_for_the_same_caller_about_no_other_place(
    session: Session, home: str | None, estate: str | None, caller: str, found: bool
) -> None:
    first, second = a_project(session), a_project(session, "阳光花园")
    homes = {"a": a_home(session, first).id, "b": a_home(session, first, "5-1-201").id, None: None}
    estates = {"first": first.id, "second": second.id, None: None}
    ticket = a_ticket(session, home_id=homes["a"], project_id=first.id)
    same = actions.open_matter(
        session, caller_number=caller, home_id=homes[home], project_id=estates[estate], category="",
        kind=Kind.EMERGENCY, at=AT,
    )  # fmt: skip
    assert (same == ticket) is found


def test_a_withheld_caller_has_no_earlier_matter(session: Session) -> None:
    actions.open_ticket(session, TicketDraft(Kind.REPAIR, "water_power", Channel.CALL), at=AT)
    assert (
        actions.open_matter(session, caller_number=None, home_id=None, category="water_power", kind=Kind.REPAIR, at=AT)
        is None
    )


def test_learning_that_it_is_grave_starts_the_ladder(session: Session) -> None:
    ticket = a_ticket(session, Kind.REPAIR, "water_power")
    actions.claim_page_step(session, ticket.id, step=0, next_due_at=OPENS + DAY, at=OPENS)
    actions.amend(session, ticket.id, at=AT, category="burst_pipe", level=Level.P1)
    session.refresh(ticket)
    assert (ticket.page_step, ticket.page_due_at) == (0, AT)


def test_learning_that_it_is_not_grave_lets_people_sleep(session: Session) -> None:
    ticket = a_ticket(session)
    actions.claim_page_step(session, ticket.id, step=0, next_due_at=AT, at=AT)
    actions.raise_alarm(session, ticket.id, at=AT)
    actions.amend(session, ticket.id, at=AT, category="water_power", level=Level.P2)
    session.refresh(ticket)
    assert (ticket.page_step, ticket.page_due_at, ticket.is_alarming) == (0, OPENS, False)


def test_danger_that_turns_out_greater_goes_on_from_where_its_ladder_is(session: Session) -> None:
    ticket = a_ticket(session, Kind.REPAIR, "burst_pipe")
    actions.claim_page_step(session, ticket.id, step=0, next_due_at=AT + timedelta(minutes=5), at=AT)
    actions.amend(session, ticket.id, at=AT, category="lift_trapped", level=Level.P0)
    session.refresh(ticket)
    assert (ticket.page_step, ticket.page_due_at) == (1, AT)


def test_a_ticket_becomes_another_matter_with_the_ladder_of_that(session: Session) -> None:
    ticket = a_ticket(session, Kind.HELP, "missed_call")
    draft = TicketDraft(Kind.EMERGENCY, "fire", Channel.CALL, caller_number="+8613800138000", told={"before": "x"})
    actions.become(session, ticket.id, draft, at=AT)
    assert (ticket.kind, ticket.level, ticket.page_due_at) == (Kind.EMERGENCY, Level.P0, AT)
    assert ticket.caller_number == "+8613800138000"
    session.expire(ticket)
    told = ticket.events[-1]
    assert told.type is EventType.AMENDED
    assert told.data == {"kind": "emergency", "category": "fire", "level": "P0", "reason": "", "before": "x"}
    actions.become(session, ticket.id, draft, at=AT)
    assert types(ticket, session) == ["opened", "amended"]


def test_a_merged_ticket_ends_and_names_the_one_that_goes_on(session: Session) -> None:
    ticket, other = a_ticket(session), a_ticket(session)
    actions.merge(session, ticket.id, into=other, at=AT)
    assert (ticket.status, ticket.page_due_at, other.status) == (Status.MERGED, None, Status.OPEN)
    session.expire(ticket)
    assert (ticket.events[-1].type, ticket.events[-1].text) == (EventType.MERGED, other.ref)
    assert ticket.merged_into_id == other.id


@pytest.mark.parametrize("typed", ["261123-0001", "2611230001", "2611230001#"])
def test_a_ticket_is_found_by_its_digits(session: Session, typed: str) -> None:
    ticket = a_ticket(session)
    assert actions.find_by_ref(session, typed) == ticket


def test_an_alarm_is_raised_once(session: Session) -> None:
    ticket = a_ticket(session)
    assert [actions.raise_alarm(session, ticket.id, at=AT) for _ in range(2)] == [True, False]


def test_danger_to_life_is_looked_at_before_a_grave_complaint(session: Session) -> None:
    grave = a_ticket(session, Kind.COMPLAINT, "grave_complaint")
    burst = a_ticket(session, Kind.REPAIR, "burst_pipe")
    trapped = a_ticket(session)
    assert actions.pages_due(session, at=AT) == [trapped.id, grave.id, burst.id]
