"""Calls from one building that may be one trouble: found, led by the first of them, and decided."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import tickets.actions
from base.errors import BadInput, Conflict
from directory.models import Home, Project, Staff
from tests.make import a_home, a_member_of_staff, a_project
from tests.oncall.estate import AT, later
from tickets.actions import TicketDraft, askers, incidents, proposing
from tickets.actions.incidents import IncidentDraft
from tickets.groups import ProposalState, kind_of
from tickets.lifecycle import Channel, IncidentKind, Kind, Level, Status, WaitReason
from tickets.models import EventType, Ticket
from tickets.proposalmodels import Proposal, ProposalTicket

END = AT + timedelta(hours=2)


@pytest.fixture
def garden(session: Session) -> Project:
    return a_project(session)


def a_call(
    session: Session, project: Project, home: Home | None, minutes: float, category: str = "burst_pipe", **more: object
) -> Ticket:  # fmt: skip
    """Somebody of a home calls so many minutes into the story."""
    values: dict[str, object] = {
        "kind": Kind.REPAIR, "category": category, "channel": Channel.CALL, "project_id": project.id,
        "home_id": home.id if home else None, "caller_number": f"+861370000{home.id if home else 0:04}",
    }  # fmt: skip
    return tickets.actions.open_ticket(session, TicketDraft(**values | more), at=minute(minutes))  # type: ignore[arg-type]


def minute(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def homes(session: Session, project: Project, building: int = 3, count: int = 4, floor: int = 1) -> list[Home]:
    return [a_home(session, project, f"{building}-1-{floor + n}01") for n in range(count)]


def three_calls(session: Session, project: Project, category: str = "burst_pipe", **more: object) -> list[Ticket]:
    where = homes(session, project)
    return [a_call(session, project, where[n], 4 * n, category, **more) for n in range(3)]


def proposals(session: Session) -> list[Proposal]:
    return list(session.scalars(select(Proposal).order_by(Proposal.id)))


def waking(session: Session, *those: Ticket) -> list[bool]:
    """Whether each has a ladder of its own that is climbed."""
    return [session.get_one(Ticket, one.id).page_due_at is not None for one in those]


@pytest.mark.parametrize(("category", "found_at"), [("burst_pipe", 4), ("lift", 4), ("water_power", 8)])
def test_so_many_homes_make_a_proposal_that_the_first_leads(
    session: Session, garden: Project, category: str, found_at: int
) -> None:
    first, second, third = three_calls(session, garden, category)
    (found,) = proposals(session)
    assert (found.state, found.category, found.leader_id, found.found_at) == (
        ProposalState.OPEN, category, first.id, minute(found_at),
    )  # fmt: skip
    assert [one.id for one in tickets.actions.tickets_of_group(session, found.id)] == [first.id, second.id, third.id]
    assert waking(session, first, second, third) == [True, False, False]
    assert [one.id for one in proposing.undecided(session)] == [found.id]


@pytest.mark.parametrize(("sort", "before"), [("burst_pipe", 1), ("water_power", 2)])
@pytest.mark.parametrize(
    "what",
    ["another building", "another sort", "the same home", "too late", "no home", "a rehearsal", "nothing in common"],
)
def test_these_are_no_group(session: Session, garden: Project, what: str, sort: str, before: int) -> None:
    where = homes(session, garden)
    more: dict[str, object] = {"is_drill": True} if what == "a rehearsal" else {}
    category = "other_repair" if what == "nothing in common" else sort
    for n in range(before):
        a_call(session, garden, where[n], 4 * n, category, **more)
    last: Home | None = where[2]
    if what == "another building":
        last = homes(session, garden, building=5)[0]
    elif what in {"the same home", "no home"}:
        last = where[0] if what == "the same home" else None
    third = a_call(
        session, garden, last, 31 if what == "too late" else 8, "lift" if what == "another sort" else category, **more
    )
    assert proposals(session) == []
    assert waking(session, third) == [True]


@pytest.mark.parametrize("category", ["no_water", "no_power"])
def test_whoever_calls_hours_later_about_the_same_outage_wakes_nobody_while_it_lasts(
    session: Session, garden: Project, category: str
) -> None:
    where, staff = homes(session, garden), a_member_of_staff(session, project=garden)
    first, *_ = (a_call(session, garden, where[n], 4 * n, category) for n in range(2))
    late = a_call(session, garden, where[2], 120, category)
    (found,) = proposals(session)
    assert ({one.id for one in tickets.actions.tickets_of_group(session, found.id)}, waking(session, late)) == (
        {first.id, first.id + 1, late.id}, [False],
    )  # fmt: skip
    incident = proposing.accept(
        session, found.id, kind=kind_of(category, ()), promised_end_at=minute(400), by_id=staff.id, at=minute(130)
    )
    assert a_call(session, garden, where[3], 300, category).incident_id == incident.id
    fifth = homes(session, garden, floor=7, count=1)[0]
    incidents.restore(session, incident.id, by_id=staff.id, at=minute(310))
    again = a_call(session, garden, fifth, 311, category)
    assert (again.incident_id, waking(session, again)) == (None, [True]), "that one was over"


def test_once_the_first_is_done_and_nobody_has_decided_a_later_call_is_another_outage(
    session: Session, garden: Project
) -> None:
    where, staff = homes(session, garden), a_member_of_staff(session, project=garden)
    those = [a_call(session, garden, where[n], 4 * n, "no_water") for n in range(2)]
    for one in those:
        tickets.actions.resolve(session, one.id, staff.id, at=minute(20), text="好了")
    assert waking(session, a_call(session, garden, where[2], 120, "no_water")) == [True]


@pytest.mark.parametrize(("still_joins", "waits"), [(4 * 60, False), (60, True)])
def test_an_outage_that_nobody_decides_does_not_silence_later_calls_for_ever(
    session: Session, garden: Project, still_joins: int, waits: bool
) -> None:
    where, staff = homes(session, garden), a_member_of_staff(session, project=garden)
    first, _ = (a_call(session, garden, where[n], 4 * n, "no_water") for n in range(2))
    tickets.actions.acknowledge(session, first.id, staff.id, at=minute(5), how="click")
    assert waking(session, a_call(session, garden, where[2], still_joins, "no_water")) == [False]
    if waits:
        tickets.actions.wait(session, first.id, staff.id, at=minute(still_joins + 1), reason=WaitReason.PARTS)
    assert waking(session, a_call(session, garden, where[3], still_joins + 31, "no_water")) == [True]


def test_a_pipe_that_bursts_hours_later_is_another(session: Session, garden: Project) -> None:
    where = homes(session, garden)
    for n in range(2):
        a_call(session, garden, where[n], 4 * n)
    assert waking(session, a_call(session, garden, where[2], 120)) == [True]


@pytest.mark.parametrize(("category", "kind"), [("no_power", IncidentKind.POWER), ("no_water", IncidentKind.WATER)])
def test_of_an_outage_the_second_home_makes_it_and_only_the_first_wakes_somebody(
    session: Session, garden: Project, category: str, kind: IncidentKind
) -> None:
    where = homes(session, garden)
    first, second = (a_call(session, garden, where[n], 4 * n, category) for n in range(2))
    assert (first.level, waking(session, first, second)) == (Level.P1, [True, False])
    third = a_call(session, garden, where[2], 8, category)
    (found,) = proposals(session)
    those = tickets.actions.tickets_of_group(session, found.id)
    assert ([one.id for one in those], found.leader_id) == ([first.id, second.id, third.id], first.id)
    assert waking(session, third) == [False]
    assert kind_of(found.category, (one.summary for one in those)) is kind


def test_danger_to_life_is_proposed_too_and_each_call_still_wakes_somebody(session: Session, garden: Project) -> None:
    those = three_calls(session, garden, "fire", kind=Kind.EMERGENCY)
    assert len(proposals(session)) == 1
    assert waking(session, *those) == [True, True, True]


def test_what_wakes_nobody_alone_wakes_somebody_as_a_group(session: Session, garden: Project) -> None:
    first, second, third = three_calls(session, garden, "water_power")
    assert (first.level, first.page_due_at, second.level) == (Level.P1, minute(8), Level.P2)
    assert waking(session, second, third) == [False, False]
    assert proposals(session)[0].tell_due_at is None, "the page itself says that it is several calls"


def test_later_calls_of_the_group_are_held_until_its_calls_stop(session: Session, garden: Project) -> None:
    three_calls(session, garden)
    where = homes(session, garden, floor=11)
    soon, late = (a_call(session, garden, where[n], at) for n, at in enumerate((38, 69)))
    assert waking(session, soon, late) == [False, True]
    assert session.get(ProposalTicket, late.id) is None


def test_a_call_that_names_its_home_later_counts_then(session: Session, garden: Project) -> None:
    where = homes(session, garden)
    a_call(session, garden, where[0], 0, "water_power")
    a_call(session, garden, where[1], 4, "water_power")
    third = a_call(session, garden, None, 8, "water_power")
    assert proposals(session) == []
    draft = TicketDraft(
        kind=Kind.REPAIR, category="water_power", channel=Channel.CALL, project_id=garden.id, home_id=where[2].id
    )
    tickets.actions.become(session, third.id, draft, at=minute(9))
    assert [one.found_at for one in proposals(session)] == [minute(9)]


def test_a_call_of_the_group_that_names_its_home_later_wakes_nobody_any_more(session: Session, garden: Project) -> None:
    three_calls(session, garden)
    fourth = a_call(session, garden, None, 12)
    assert waking(session, fourth) == [True]
    [home] = homes(session, garden, count=1, floor=11)
    draft = TicketDraft(
        kind=Kind.REPAIR, category="burst_pipe", channel=Channel.CALL, project_id=garden.id, home_id=home.id
    )
    tickets.actions.become(session, fourth.id, draft, at=minute(13))
    assert waking(session, fourth) == [False]


@pytest.mark.parametrize(("category", "before"), [("burst_pipe", 1), ("water_power", 2)])
def test_the_clock_finds_what_no_single_call_made_and_forgets_what_is_over(
    session: Session, garden: Project, category: str, before: int
) -> None:
    where = homes(session, garden)
    those = [a_call(session, garden, where[n], n, category) for n in range(before)]
    those.append(a_call(session, garden, None, 2, category))
    those[-1].home_id = where[3].id
    session.flush()
    tickets.actions.find_groups(session, at=minute(3))
    tickets.actions.find_groups(session, at=minute(3))
    assert [one.state for one in proposals(session)] == [ProposalState.OPEN]
    for one in those:
        tickets.actions.cancel(session, one.id, None, at=minute(5), text="误报")
    assert proposing.undecided(session) == []
    tickets.actions.find_groups(session, at=minute(6))
    assert [one.state for one in proposals(session)] == [ProposalState.LAPSED]


@pytest.mark.parametrize(("category", "found"), [("no_power", 1), ("burst_pipe", 1), ("water_power", 0)])
def test_the_clock_needs_as_many_homes_as_a_call_does(
    session: Session, garden: Project, category: str, found: int
) -> None:
    where = homes(session, garden)
    a_call(session, garden, where[0], 0, category)
    a_call(session, garden, None, 1, category).home_id = where[1].id
    session.flush()
    tickets.actions.find_groups(session, at=minute(2))
    assert len(proposals(session)) == found


def test_a_trouble_that_is_known_is_not_proposed(session: Session, garden: Project) -> None:
    where = homes(session, garden)
    draft = IncidentDraft(kind=IncidentKind.WATER, project_id=garden.id, building_ids=(where[0].building_id,))
    incidents.open_incident(session, draft, by_id=None, at=AT)
    those = [a_call(session, garden, where[n], n) for n in range(3)]
    assert proposals(session) == []
    assert waking(session, *those) == [True, True, True]


def test_whoever_takes_the_first_has_the_rest(session: Session, garden: Project) -> None:
    first, second, third = three_calls(session, garden)
    wang = a_member_of_staff(session, project=garden)
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(9), how="key")
    (id,) = tickets.actions.groups_due(session, at=minute(9))
    tickets.actions.keep_group(session, id, at=minute(9))
    for one in (second, third):
        ticket = session.get_one(Ticket, one.id)
        assert (ticket.status, ticket.assignee_id) == (Status.ACKNOWLEDGED, wang.id)
    tickets.actions.keep_group(session, id, at=minute(10))


@pytest.mark.parametrize("category", ["burst_pipe", "water_power"])
def test_where_the_first_ends_the_next_leads(session: Session, garden: Project, category: str) -> None:
    first, second, third = three_calls(session, garden, category)
    tickets.actions.cancel(session, first.id, None, at=minute(9), text="误报")
    (id,) = tickets.actions.groups_due(session, at=minute(9))
    tickets.actions.keep_group(session, id, at=minute(9))
    assert proposals(session)[0].leader_id == second.id
    assert session.get_one(Ticket, second.id).page_due_at == minute(9)
    assert waking(session, third) == [False]
    tickets.actions.cancel(session, second.id, None, at=minute(10), text="误报")
    tickets.actions.keep_group(session, id, at=minute(10))
    assert waking(session, third) == [True]


def test_one_press_makes_it_an_incident_of_its_building(session: Session, garden: Project) -> None:
    those, staff = three_calls(session, garden), a_member_of_staff(session)
    (found,) = proposals(session)
    incident = proposing.accept(
        session, found.id, kind=IncidentKind.WATER, promised_end_at=END, by_id=staff.id, at=minute(10)
    )
    assert (incident.kind, incident.building_ids, incident.promised_end_at) == (
        IncidentKind.WATER, [found.building_id], END,
    )  # fmt: skip
    assert [session.get_one(Ticket, one.id).incident_id for one in those] == [incident.id] * 3
    assert [one.number for one in askers.who_asked(session, incident.id)] == [one.caller_number for one in those]
    assert waking(session, *those) == [True, False, False], "the first goes on waking somebody"
    another = a_call(session, garden, homes(session, garden, floor=11)[0], 20)
    assert (session.get_one(Ticket, another.id).incident_id, waking(session, another)) == (incident.id, [False])
    with pytest.raises(Conflict, match="already"):
        proposing.accept(session, found.id, kind=IncidentKind.WATER, promised_end_at=END, by_id=staff.id, at=minute(21))


def test_said_to_be_none_each_has_its_own_ladder_and_level(session: Session, garden: Project) -> None:
    those, staff = three_calls(session, garden, "water_power"), a_member_of_staff(session)
    (found,) = proposals(session)
    with pytest.raises(BadInput, match="Say why"):
        refuse(session, found, staff, " ")
    refuse(session, found, staff, "三户各有各的事")
    assert waking(session, *those) == [True, True, True]
    assert [session.get_one(Ticket, one.id).level for one in those] == [Level.P2] * 3
    said = session.get_one(Ticket, those[1].id).events[-1]
    assert (said.type, said.text, said.staff_id) == (EventType.AMENDED, "三户各有各的事", staff.id)
    with pytest.raises(Conflict, match="already"):
        refuse(session, found, staff, "再说一次")


def test_after_a_no_it_takes_as_many_again(session: Session, garden: Project) -> None:
    three_calls(session, garden, "water_power")
    (found,) = proposals(session)
    refuse(session, found, a_member_of_staff(session), "不是")
    where = homes(session, garden, floor=11)
    more = [a_call(session, garden, where[n], 11 + n, "water_power") for n in range(2)]
    assert (len(proposals(session)), waking(session, *more)) == (1, [True, True])
    a_call(session, garden, where[2], 14, "water_power")
    assert [one.state for one in proposals(session)] == [ProposalState.REFUSED, ProposalState.OPEN]


def refuse(session: Session, found: Proposal, staff: Staff, reason: str) -> None:
    proposing.refuse(session, found.id, reason=reason, by_id=staff.id, at=later(600))
