"""Which tickets a trouble that is over has answered."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from tests.make import a_project
from tests.oncall.estate import AT
from tickets.actions import TicketDraft, incidents
from tickets.actions.incidents import IncidentDraft
from tickets.children import EXPLAINS, RESULT, is_answered
from tickets.clocks import clocks
from tickets.hours import ROUND_THE_CLOCK
from tickets.lifecycle import Channel, IncidentKind, Kind, Level, Status
from tickets.models import EventType, Ticket
from tickets.running import ClockName, Fact

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("trouble", "category", "summary", "answered"),
    [
        ("power", "water_power", "", True),
        ("power", "water_power", "家里停电了", True),
        ("power", "water_power", "停电了，水也没了", False),
        ("power", "water_power", "停电了，另外楼道没人打扫垃圾", False),
        ("power", "lift", "电梯不动", True),
        ("power", "burst_pipe", "", False),
        ("water", "burst_pipe", "", True),
        ("water", "water_power", "停水停电", False),
        ("power", "no_power", "家里停电了", True),
        ("power", "no_power", "no power since noon", True),
        ("power", "no_water", "", False),
        ("power", "gate", "单元门打不开", True),
        ("water", "no_water", "没水了", True),
        ("water", "no_water", "没水了，地漏返水", False),
        ("other", "sewage", "污水外溢", True),
        ("storm", "fallen_tree", "树倒了", False),
        ("gas", "gas_leak", "", True),
        ("evacuation", "fire", "", False),
    ],
)
def test_it_is_answered_where_it_is_about_that_and_names_nothing_else(
    trouble: str, category: str, summary: str, answered: bool
) -> None:
    assert is_answered(IncidentKind(trouble), Kind.REPAIR, category, Level.P1, summary) is answered


def test_a_person_answers_complaints_and_whatever_may_endanger_life() -> None:
    assert not is_answered(IncidentKind.POWER, Kind.COMPLAINT, "water_power", Level.P2, "")
    assert not is_answered(IncidentKind.FIRE, Kind.EMERGENCY, "fire", Level.P0, "")
    assert EXPLAINS.keys() == RESULT.keys() == set(IncidentKind)


def under(minutes: float, until: float | None) -> Fact:
    return Fact("under", AT + timedelta(minutes=minutes), until_at=None if until is None else AT + until * HOUR)


@pytest.mark.parametrize(
    ("told", "left_h", "resumes_h"),
    [
        ([], 22, None),
        ([under(0, 4)], 24, 4),
        ([under(60, 4)], 23, 4),
        ([under(0, 1)], 23, None),
        ([under(0, None)], 22, None),
        ([under(0, 4), under(60, 6)], 24, 6),
        ([under(0, 4), Fact("free", AT + HOUR)], 23, None),
        ([under(0, 4), Fact("arrived", AT + HOUR)], 24, 4),
    ],
)
def test_what_is_to_be_finished_waits_for_the_promised_end(
    told: list[Fact], left_h: float, resumes_h: float | None
) -> None:
    found = {
        one.name: one for one in clocks(Level.P2, [Fact("opened", AT), *told], at=AT + 2 * HOUR, hours=ROUND_THE_CLOCK)
    }
    finish = found[ClockName.FINISH]
    assert (finish.left_s, finish.is_paused) == (left_h * 3600, resumes_h is not None)
    assert finish.resumes_at == (None if resumes_h is None else AT + resumes_h * HOUR)
    assert not found[ClockName.ACK].is_paused


def test_the_end_of_a_trouble_resolves_what_was_only_about_it(session: Session) -> None:
    garden = a_project(session)
    draft = IncidentDraft(kind=IncidentKind.POWER, project_id=garden.id, promised_end_at=AT + 4 * HOUR)
    trouble = incidents.open_incident(session, draft, by_id=None, at=AT)
    ids = []
    for category, summary, language in (
        ("water_power", "停电", "zh"), ("water_power", "no power", "en"), ("water_power", "停电，水管也漏水", "zh"),
    ):  # fmt: skip
        one = TicketDraft(Kind.REPAIR, category, Channel.CALL, project_id=garden.id, summary=summary, language=language)
        ids.append(tickets.actions.open_ticket(session, one, at=AT).id)
        incidents.attach(session, trouble.id, ids[-1], by_id=None, at=AT)
    incidents.delay(session, trouble.id, promised_end_at=AT + 6 * HOUR, at=AT + HOUR)
    incidents.restore(session, trouble.id, at=AT + 2 * HOUR)
    zh, en, other = (session.get_one(Ticket, id, populate_existing=True) for id in ids)
    assert [one.status for one in (zh, en, other)] == [Status.RESOLVED, Status.RESOLVED, Status.OPEN]
    results = [tickets.actions.resolution_of(session, one.id) for one in (zh, en)]
    assert [one.text if one else "" for one in results] == ["已恢复供电", "The power is back"]
    session.expire(other, ["events"])
    last = other.events[-1]
    assert (last.type, last.data) == (EventType.AMENDED, {"incident_over": trouble.id})
