"""Two tickets are one matter, one is two, it is graver than it seemed; and nothing that was said is changed."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from base.database import Database
from base.errors import BadInput, Conflict
from tests.make import a_member_of_staff, a_project
from tests.tickets.test_actions import AT, a_staff, a_ticket, types
from tickets import actions
from tickets.lifecycle import GRAVITY, HEADQUARTERS, Kind, Level, Status, is_lower
from tickets.models import EventType, Ticket, TicketEvent


def a_tap(session: Session, **more: object) -> Ticket:
    return a_ticket(session, Kind.REPAIR, "water_power", **more)


@pytest.mark.parametrize("change", [
    update(TicketEvent).values(text="好"), update(TicketEvent).values(data={}), delete(TicketEvent),
    update(Ticket).values(summary="好"), update(Ticket).values(ref="1"), update(Ticket).values(opened_at=AT),
])  # fmt: skip
def test_what_happened_and_what_was_said_is_refused_by_the_database_itself(session: Session, change: object) -> None:
    ticket = a_tap(session, summary="水龙头漏水")
    session.execute(update(Ticket).values(category="lift", summary="水龙头漏水"))  # nothing is changed of the words
    if change.is_update and "opened_at" in str(change):
        change = update(Ticket).values(opened_at=AT + timedelta(seconds=1))
    session.flush()
    with pytest.raises(DatabaseError, match="never changed"), session.begin_nested():
        session.execute(change)
    session.expire_all()
    assert (ticket.summary, ticket.events[0].text) == ("水龙头漏水", "水龙头漏水")


def test_the_original_names_what_was_merged_and_is_as_grave_as_the_gravest(session: Session) -> None:
    staff, tap, burst = a_staff(session), a_tap(session), a_ticket(session, Kind.REPAIR, "burst_pipe")
    actions.merge(session, burst.id, into=tap, at=AT, staff_id=staff.id)
    assert (burst.status, burst.merged_into_id, burst.page_due_at) == (Status.MERGED, tap.id, None)
    assert (tap.level, tap.page_due_at) == (Level.P1, AT), "it wakes people now"
    assert types(burst, session) == ["opened", "merged"]
    assert [event.data for event in tap.events][1:] == [{"merged": burst.ref}, {"level": "P1", "from": "P2"}]
    assert actions.parts_of(session, tap.id) == [burst]


def test_a_graver_original_stays_as_it_is(session: Session) -> None:
    tap, burst = a_tap(session), a_ticket(session, Kind.REPAIR, "burst_pipe")
    actions.merge(session, tap.id, into=burst, at=AT)
    assert burst.level is Level.P1
    assert types(burst, session) == ["opened", "amended"]


def test_what_was_merged_before_follows_so_that_no_original_is_merged(session: Session) -> None:
    first, second, third = (a_tap(session) for _ in range(3))
    actions.merge(session, third.id, into=second, at=AT)
    actions.merge(session, second.id, into=first, at=AT)
    session.refresh(third)
    assert third.merged_into_id == first.id
    assert actions.parts_of(session, first.id) == [second, third]


@pytest.mark.parametrize(("why", "says"), [
    ("itself", "into itself"), ("merged", "merge into its original"), ("over", "is over"), ("cancelled", "is over"),
    ("circle", "cannot be merged"), ("twice", "cannot be merged"), ("headquarters", "different desks"),
    ("project", "different desks"),
])  # fmt: skip
def test_what_cannot_be_one_matter_is_refused_with_the_reason(session: Session, why: str, says: str) -> None:
    staff, tap = a_staff(session), a_tap(session, project_id=a_project(session).id)
    more = {
        "headquarters": {"owner_desk": HEADQUARTERS},
        "project": {"project_id": a_project(session, "滨江一号", name_en="Riverside One").id},
    }.get(why, {})
    other, third = a_tap(session, **more), a_tap(session)
    if why in {"merged", "circle"}:
        actions.merge(session, other.id, into=third if why == "merged" else tap, at=AT)
    if why == "circle":
        tap, other = other, tap
    if why == "twice":
        actions.merge(session, tap.id, into=third, at=AT)
    if why == "over":
        actions.resolve(session, other.id, staff.id, at=AT, text="好了")
    if why == "cancelled":
        actions.cancel(session, other.id, staff.id, at=AT, text="重复")
    before = tap.status
    with pytest.raises(Conflict, match=says):
        actions.merge(session, tap.id, into=tap if why == "itself" else other, at=AT)
    assert tap.status is before


def test_of_two_who_merge_each_into_the_other_at_once_one_does(app: Flask) -> None:
    database: Database = app.extensions["database"]
    with database.transaction() as session:
        ids = [a_tap(session).id for _ in range(2)]
    starts, outcomes = threading.Barrier(2), []

    def join(one: int, other: int) -> None:
        with app.app_context():
            starts.wait()
            try:
                with database.transaction() as session:
                    actions.merge(session, one, into=session.get_one(Ticket, other), at=AT)
                outcomes.append("merged")
            except (Conflict, StaleDataError):  # the desk and the API answer 409 to either
                outcomes.append("refused")

    threads = [threading.Thread(target=join, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["merged", "refused"]
    with database.reading() as session:
        found = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert sorted(one.status for one in found) == [Status.MERGED, Status.OPEN]
        assert [one.merged_into_id is None for one in found].count(True) == 1


def test_a_second_matter_has_the_same_words_and_both_name_each_other(session: Session) -> None:
    staff, first = a_staff(session), a_tap(session, summary="水龙头漏水，门禁也坏了", place="3-2-1502")
    second = actions.split(session, first.id, staff.id, kind=Kind.REPAIR, category="access", at=AT, text="门禁也坏了")
    assert (second.ref, second.status, second.category) != (first.ref, first.status, first.category)
    for name in ("summary", "channel", "place", "caller_number", "language", "project_id", "home_id"):
        assert getattr(second, name) == getattr(first, name), name
    session.expire_all()
    assert (first.events[-1].data, first.events[-1].text) == ({"split_into": second.ref}, "门禁也坏了")
    assert second.events[0].data["split_from"] == first.ref
    assert (second.events[-1].data, second.events[-1].text) == ({"split_from": first.ref}, "门禁也坏了")
    actions.cancel(session, first.id, staff.id, at=AT, text="x")
    with pytest.raises(Conflict):
        actions.split(session, first.id, staff.id, kind=Kind.REPAIR, category="lift", at=AT, text="x")


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("to", list(Level))
def test_a_level_is_raised_freely_and_lowered_for_a_reason(session: Session, level: Level, to: Level) -> None:
    staff, ticket = a_staff(session), a_tap(session, level=level)
    if level is to:
        with pytest.raises(Conflict):
            actions.set_level(session, ticket.id, staff.id, to, at=AT, text="x")
        return
    lower = GRAVITY.index(to) > GRAVITY.index(level)
    assert is_lower(to, than=level) is lower
    if lower:
        with pytest.raises(BadInput, match="reason"):
            actions.set_level(session, ticket.id, staff.id, to, at=AT, text="")
        assert ticket.level is level
    actions.set_level(session, ticket.id, staff.id, to, at=AT, text="已断水" if lower else "")
    session.expire_all()
    told = ticket.events[-1]
    assert (ticket.level, told.type, told.staff_id) == (to, EventType.AMENDED, staff.id)
    assert told.data == {"level": to.value, "from": level.value}
    assert told.text == ("已断水" if lower else "")


def test_doubles_are_of_the_same_home_or_number_and_sort_and_not_far_apart(session: Session) -> None:
    first, other = a_tap(session), a_ticket(session, Kind.REPAIR, "access")
    twin, over = a_tap(session), a_tap(session)
    actions.cancel(session, over.id, a_staff(session).id, at=AT, text="x")
    assert actions.same_matter(session, first) == [twin]
    assert actions.same_matter(session, other) == []
    assert actions.same_matter(session, over) == []


def put(session: Session, ticket: Ticket, how: str, staff_id: int) -> None:
    """Bring it to where the table has it."""
    if how != "open":
        actions.acknowledge(session, ticket.id, staff_id, at=AT, how="click")
    if how == "refused":
        actions.resolve(session, ticket.id, staff_id, at=AT, text="好了")
        actions.reopen(session, ticket.id, None, at=AT, text="没好", refused={"key": "5"})


@pytest.mark.parametrize(("level", "how", "into", "is_one"), [
    (Level.P1, "open", "taken", False), (Level.P2, "open", "taken", True), (Level.P1, "taken", "taken", True),
    (Level.P1, "open", "open", True), (Level.P2, "refused", "taken", False), (Level.P2, "refused", "open", False),
    (Level.P2, "refused", "refused", True),
])  # fmt: skip
def test_what_somebody_is_woken_for_is_never_merged_into_silence(
    session: Session, level: Level, how: str, into: str, is_one: bool
) -> None:
    tap, original = a_tap(session, level=level), a_tap(session)
    staff_id = a_staff(session).id
    put(session, tap, how, staff_id)
    put(session, original, into, staff_id)
    due_at = tap.page_due_at
    if is_one:
        assert actions.merge(session, tap.id, into=original, at=AT).status is Status.MERGED
        return
    with pytest.raises(Conflict, match="take it first"):
        actions.merge(session, tap.id, into=original, at=AT)
    assert (tap.status, tap.page_due_at) == (Status.OPEN, due_at)


def test_what_headquarters_took_in_stays_followed_where_it_is_merged_and_where_it_is_split(session: Session) -> None:
    staff = a_member_of_staff(session, "王强", "+8613900000001", project=a_project(session))
    theirs, ours = a_tap(session, followed_by=HEADQUARTERS), a_tap(session)
    assert (theirs.followed_by, ours.followed_by) == (HEADQUARTERS, "")
    actions.merge(session, theirs.id, into=ours, at=AT, staff_id=staff.id)
    assert ours.followed_by == HEADQUARTERS
    second = actions.split(session, ours.id, staff.id, kind=Kind.REPAIR, category="access", at=AT, text="门禁")
    assert second.followed_by == HEADQUARTERS
