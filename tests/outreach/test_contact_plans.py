"""Owners who are not there hear from us every so often: who is due, since when, and what counts as a word."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput
from directory.models import ContactRole, Number, Occupancy, Project
from messages.ledger.archive import archive
from messages.lifecycle import MessageClass, MessageState, Way
from messages.models import Message
from outreach.actions import campaigns, contactplans
from outreach.audience import Filter
from outreach.contactplans import USUAL, Absence, Means, Plan, due_at, plan_for
from outreach.jobs import contactplans as jobs
from outreach.models import ContactDue
from tests import make
from tests.messages.fake import AT
from tests.outreach.stage import Stage
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import Channel, IncidentKind, Kind

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("occupancy", "is_abroad", "absence"),
    [
        (("lived_in",), False, None), ((), False, None), (("vacant",), False, Absence.VACANT),
        (("lived_in", "not_handed_over"), False, Absence.NOT_HANDED_OVER), (("let",), True, Absence.ABROAD),
        (("lived_in",), True, Absence.ABROAD), (("let", "vacant"), False, Absence.VACANT),
    ],
)  # fmt: skip
def test_of_several_plans_the_one_holds_that_asks_most_often(
    occupancy: tuple[str, ...], is_abroad: bool, absence: Absence | None
) -> None:
    found = plan_for(occupancy, USUAL, is_abroad=is_abroad)
    assert (found and found.absence) == absence


def test_a_plan_that_is_off_asks_nobody() -> None:
    assert plan_for(["vacant"], [Plan(Absence.VACANT, 90, Means.CALL, is_on=False)], is_abroad=False) is None


def test_whoever_was_never_contacted_has_a_day_of_their_own_and_keeps_it() -> None:
    plan = Plan(Absence.VACANT, 90, Means.CALL)
    days = [(due_at(plan, person_id, None, AT) - AT).days for person_id in range(2000)]
    assert (min(days) >= 0, max(days) < 90) == (True, True)
    assert max(days.count(day) for day in range(90)) < 60, "an estate is spread over the whole round"
    assert days == [(due_at(plan, person_id, None, AT) - AT).days for person_id in range(2000)]
    assert due_at(plan, 7, AT, AT - 300 * DAY) == AT + 90 * DAY


@pytest.fixture
def ids(app: Flask) -> Iterator[dict[str, int]]:
    """Owners who are away, one who lives here, a tenant of a let home, and one whose telephone is abroad."""
    clock.stop_at(AT)
    with transaction() as session:
        garden = make.a_project(session)
        found = {}
        for n, (name, occupancy, role) in enumerate((
            ("vacant", Occupancy.VACANT, ContactRole.OWNER), ("away", Occupancy.NOT_HANDED_OVER, ContactRole.OWNER),
            ("landlord", Occupancy.LET, ContactRole.OWNER), ("tenant", Occupancy.LET, ContactRole.TENANT),
            ("here", Occupancy.LIVED_IN, ContactRole.OWNER), ("abroad", Occupancy.LIVED_IN, ContactRole.OWNER),
        )):  # fmt: skip
            home = make.a_home(session, garden, f"3-1-{n + 1}01", occupancy=occupancy)
            found[name] = make.an_owner(session, home, f"+861380013800{n}", name, role=role).id
        far = session.scalars(select(Number).where(Number.person_id == found["abroad"])).one()
        far.number, far.region = "+6591234567", "SG"
        make.a_member_of_staff(session, "小周")
    jobs.refresh()
    yield found
    clock.stop_at(None)


def due(person_id: int) -> ContactDue | None:
    with reading() as session:
        return session.get(ContactDue, person_id)


def test_only_owners_who_are_not_there_are_due(ids: dict[str, int]) -> None:
    found = {name: row.absence for name, id in ids.items() if (row := due(id))}
    assert found == {
        "vacant": Absence.VACANT, "away": Absence.NOT_HANDED_OVER, "landlord": Absence.LET, "abroad": Absence.ABROAD,
    }  # fmt: skip


def test_a_talk_sets_the_next_one_by_itself_and_a_try_does_not(ids: dict[str, int]) -> None:
    before = due(ids["vacant"])
    assert before is not None
    with transaction() as session:
        contactplans.record(session, ids["vacant"], staff_id=1, is_reached=False, note="没人接", at=AT)
    assert due(ids["vacant"]).due_at == before.due_at  # type: ignore[union-attr]
    with transaction() as session:
        contactplans.record(session, ids["vacant"], staff_id=1, is_reached=True, note="近况都好", at=AT)
    after = due(ids["vacant"])
    assert after is not None
    assert (after.last_at, after.due_at) == (AT, AT + 90 * DAY)
    with reading() as session:
        assert [one.note for one in contactplans.made(session, ids["vacant"])] == ["近况都好", "没人接"]


def test_whoever_calls_us_or_presses_a_key_was_in_contact(ids: dict[str, int]) -> None:
    with transaction() as session:
        draft = TicketDraft(Kind.ENQUIRY, "enquiry", Channel.CALL, person_id=ids["away"])
        tickets.open_ticket(session, draft, at=AT + DAY)
        session.add(a_message("+8613800138000", Way.CALL, MessageState.ANSWERED, heard_at=AT + 2 * DAY))
    clock.stop_at(AT + 3 * DAY)
    jobs.refresh()
    assert due(ids["away"]).last_at == AT + DAY  # type: ignore[union-attr]
    assert due(ids["vacant"]).last_at == AT + 2 * DAY  # type: ignore[union-attr]


def test_a_text_that_arrived_counts_only_where_a_text_will_do(ids: dict[str, int]) -> None:
    with transaction() as session:
        for number in ("+8613800138000", "+8613800138002"):
            session.add(a_message(number, Way.TEXT, MessageState.DELIVERED, final_at=AT))
        session.add(a_message("+6591234567", Way.TEXT, MessageState.UNDELIVERED, final_at=AT))
    jobs.refresh()
    last = {name: row.last_at for name, id in ids.items() if (row := due(id))}
    assert last == {"vacant": None, "away": None, "landlord": AT, "abroad": None}


def test_what_they_heard_counts_when_it_is_in_the_archive_too(ids: dict[str, int]) -> None:
    with transaction() as session:
        session.add_all((
            a_message("+8613800138000", Way.CALL, MessageState.ANSWERED, heard_at=AT, final_at=AT),
            a_message("+8613800138002", Way.TEXT, MessageState.DELIVERED, final_at=AT),
            a_message("+8613800138009", Way.TEXT, MessageState.DELIVERED, final_at=AT),
        ))  # fmt: skip
    with transaction() as session:
        archive(session, at=AT + 500 * DAY, keep=400 * DAY)
        assert len(session.scalars(select(Message.id)).all()) == 1, "the newest never moves"
    jobs.refresh()
    last = {name: row.last_at for name, id in ids.items() if (row := due(id))}
    assert last == {"vacant": AT, "away": None, "landlord": AT, "abroad": None}


def test_whoever_moves_in_is_due_no_more_and_a_changed_plan_holds_for_all(ids: dict[str, int]) -> None:
    with transaction() as session:
        for home in session.scalars(select(make.Home).where(make.Home.name == "101")):
            home.occupancy = Occupancy.LIVED_IN
        contactplans.record(session, ids["away"], staff_id=1, is_reached=True, note="", at=AT)
        contactplans.change(session, Plan(Absence.NOT_HANDED_OVER, 30, Means.CALL), by_id=None, at=AT)
        contactplans.change(session, Plan(Absence.LET, 30, Means.TEXT, is_on=False), by_id=None, at=AT)
    jobs.refresh()
    assert due(ids["vacant"]) is None
    assert due(ids["landlord"]) is None
    assert due(ids["away"]).due_at == AT + 30 * DAY  # type: ignore[union-attr]


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_round_of_no_days_or_of_years_is_refused(ids: dict[str, int], days: int) -> None:
    with transaction() as session, pytest.raises(BadInput, match="1 to 730 days"):
        contactplans.change(session, Plan(Absence.LET, days, Means.TEXT), by_id=None, at=AT)


@pytest.mark.parametrize(
    "audience",
    [
        {"occupancy": ("lived_in",)}, {"occupancy": ("lived_in", "vacant", "not_handed_over")},
        {"occupancy": ("vacant",), "roles": ("tenant",)}, {"occupancy": ("vacant",), "languages": ("zh",)},
        {"without": (Filter(occupancy=("vacant",)),)},
        {"without": (Filter(is_abroad=True),)}, {"languages": ("zh",)}, {"is_on_care_list": True},
        {"owes_answer": True}, {"without": (Filter(languages=("en",)),)}, {"without": (Filter(is_on_care_list=True),)},
        {"without": (Filter(owes_answer=True),)},
    ],
)  # fmt: skip
def test_an_emergency_leaves_nobody_out_who_is_not_there(stage: Stage, audience: dict[str, object]) -> None:
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=garden.id)
    chosen = Filter(stage.project_id, **audience)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="owners who are not there"):
        stage.write(message_class=MessageClass.EMERGENCY, audience=chosen, trouble=trouble)
    with transaction() as session:  # planned works may be for those who live here
        campaigns.write(session, stage.draft(audience=Filter(stage.project_id, roles=("owner",))), stage.author, at=AT)


@pytest.mark.parametrize(
    "occupancy", [("vacant",), ("vacant", "not_handed_over"), ("lived_in", "let", "vacant", "not_handed_over")]
)
def test_an_emergency_may_say_other_words_to_the_owners_of_empty_homes(
    stage: Stage, occupancy: tuple[str, ...]
) -> None:
    with transaction() as session:
        garden = session.get_one(Project, stage.project_id)
        make.an_owner(session, make.a_home(session, garden, "7-1-101", occupancy="vacant"), "+8613800000071", "远方")
        trouble = IncidentDraft(kind=IncidentKind.WATER, project_id=garden.id)
    chosen = Filter(stage.project_id, occupancy=occupancy, roles=("owner",))
    assert stage.write(message_class=MessageClass.EMERGENCY, audience=chosen, trouble=trouble)


def a_message(number: str, way: Way, state: MessageState, **more: datetime) -> Message:
    return Message(
        once_key=f"test/{number}/{way}", lane="normal", message_class=MessageClass.SERVICE, urgency=5, way=way,
        number=number, sender="+864008001234", state=state, planned_at=AT, due_at=AT, **more,
    )  # fmt: skip
