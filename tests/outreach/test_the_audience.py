"""Whom an audience has, by place, by person and by a list; read out of a real directory."""

import json
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from base.database import reading, transaction
from base.errors import BadInput
from directory.models import ContactRole, Language, Number, Occupancy
from messages.lifecycle import MessageClass
from outreach.actions import people
from outreach.actions.listed import people_listed
from outreach.audience import Filter, Reason, gather
from outreach.listing import MOST_LISTED, read_lines
from outreach.surveymodels import Survey
from outreach.surveys import SurveyState
from tests import make
from tests.messages.fake import AT
from tickets import actions as tickets
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, TicketEvent


@dataclass
class Estate:
    """Two buildings, and who is who in them."""

    project_id: int
    other_project_id: int
    buildings: dict[str, int]
    ids: dict[str, int]

    def of(self, chosen: Filter) -> set[str]:
        """The names of whoever an audience has and does not leave out."""
        names = {id: name for name, id in self.ids.items()}
        with reading() as session:
            found = list(people.candidates(session, chosen))
        return {names[one.person_id] for one in found if not one.is_excluded}

    def here(self, **more: object) -> Filter:
        return Filter(self.project_id, **more)  # type: ignore[arg-type]


@pytest.fixture
def estate(app: Flask) -> Estate:
    with transaction() as session:
        garden, other = make.a_project(session), make.a_project(session, "清河湾")
        homes = {
            place: make.a_home(session, garden, place, occupancy=occupancy)
            for place, occupancy in {
                "3-1-0101": Occupancy.LIVED_IN, "3-1-1502": Occupancy.VACANT, "3-2-1602": Occupancy.LIVED_IN,
                "5-1-1501": Occupancy.LET, "5-1-15A": Occupancy.NOT_HANDED_OVER,
            }.items()
        }  # fmt: skip
        far = make.a_home(session, other, "3-1-1502")
        ids = {
            "李梅": make.an_owner(session, [homes["3-1-0101"], homes["5-1-1501"]], "+8613800138001", "李梅").id,
            "王芳": make.an_owner(session, homes["3-1-1502"], "+8613800138002", "王芳", language=Language.EN).id,
            "老周": make.an_owner(session, homes["3-2-1602"], "+8613800138003", "老周", special_care="独居").id,
            "租客": make.an_owner(session, homes["5-1-1501"], "+8613800138004", "租客", role=ContactRole.TENANT).id,
            "Ann": make.an_owner(session, homes["5-1-15A"], "+6591234567", "Ann").id,
            "远邻": make.an_owner(session, far, "+8613800138006", "远邻").id,
        }
        session.scalars(select(Number).where(Number.number == "+6591234567")).one().region = "SG"
        buildings = {name: homes[place].building_id for name, place in {"3": "3-1-0101", "5": "5-1-1501"}.items()}
        return Estate(garden.id, other.id, buildings, ids)


@pytest.mark.parametrize(
    ("chosen", "who"),
    [
        ({}, "李梅 王芳 老周 租客 Ann"),
        ({"units": ("2单元",)}, "老周"),
        ({"lowest_floor": 15}, "李梅 王芳 老周 租客 Ann"),
        ({"lowest_floor": 16}, "老周"),
        ({"highest_floor": 3}, "李梅"),
        ({"lowest_floor": 15, "highest_floor": 15}, "李梅 王芳 租客 Ann"),
        ({"risers": ("02",)}, "王芳 老周"),
        ({"risers": ("A",)}, "Ann"),
        ({"occupancy": ("vacant", "not_handed_over")}, "王芳 Ann"),
        ({"roles": ("tenant",)}, "租客"),
        ({"languages": ("en",)}, "王芳"),
        ({"is_on_care_list": True}, "老周"),
        ({"is_abroad": True}, "Ann"),
        ({"person_ids": ()}, ""),
        ({"without": (Filter(roles=("tenant",)),)}, "李梅 王芳 老周 Ann"),
        ({"without": (Filter(occupancy=("let",), roles=("owner",)),)}, "王芳 老周 租客 Ann"),
        ({"without": (Filter(is_abroad=True, languages=("zh",)),)}, "李梅 王芳 老周 租客"),
        ({"without": (Filter(is_abroad=True), Filter(roles=("tenant",)))}, "李梅 王芳 老周"),
    ],
)
def test_each_part_of_a_filter_narrows_it_down(estate: Estate, chosen: dict[str, object], who: str) -> None:
    assert estate.of(estate.here(**chosen)) == set(who.split())


def test_parts_go_together(estate: Estate) -> None:
    riser_in_one_building = estate.here(building_ids=(estate.buildings["3"],), risers=("02",), lowest_floor=16)
    assert estate.of(riser_in_one_building) == {"老周"}


def test_who_is_taken_out_again_is_meant_in_the_same_places(estate: Estate) -> None:
    """李梅 owns a let home in building 5: that says nothing about building 3."""
    without_let = (Filter(occupancy=("let",)),)
    three = estate.here(building_ids=(estate.buildings["3"],), without=without_let)
    assert estate.of(three) == {"李梅", "王芳", "老周"}
    assert estate.of(estate.here(without=without_let)) == {"王芳", "老周", "Ann"}


def test_whoever_is_taken_out_has_that_as_their_reason(estate: Estate) -> None:
    with reading() as session:
        everybody = list(people.candidates(session, estate.here(without=(Filter(roles=("tenant",)),))))
    found = gather(everybody, MessageClass.SERVICE, {}, frozenset())
    assert (estate.ids["租客"], "", Reason.EXCLUDED) in found.left_out
    assert found.people + len(found.left_out) == 5, "everybody of the audience has a message or a reason"


@pytest.mark.parametrize("state", [SurveyState.OPEN, SurveyState.UNANSWERED])
def test_who_owes_an_answer_was_asked_about_what_is_finished_and_has_not_said(
    estate: Estate, state: SurveyState
) -> None:
    owing = estate.here(owes_answer=True)
    assert estate.of(owing) == set()
    with transaction() as session:
        survey_id = _asked(session, estate, "+8613800138002", state)
    assert estate.of(owing) == {"王芳"}
    with transaction() as session:
        session.get_one(Survey, survey_id).state = SurveyState.ANSWERED
    assert estate.of(owing) == set()


def test_a_filter_comes_back_as_it_was_written_down(estate: Estate) -> None:
    whole = Filter(
        1, (2, 3), ("vacant",), ("owner",), ("1单元",), 3, 8, ("02",), ("en",), True, True, True, (7, 9),
        (Filter(roles=("tenant",), person_ids=(8,)), Filter(is_abroad=True)),
    )  # fmt: skip
    for one in (Filter(), Filter(1), whole, Filter(1, person_ids=())):
        assert Filter.of(json.loads(json.dumps(one.kept()))) == one
    assert Filter.of({"project_id": 1, "again_of": 5}) == Filter(1)


def test_a_list_means_people_by_number_and_by_room(estate: Estate) -> None:
    rows = [
        ["业主", "房号"], ["李梅", "138 0013 8001"], ["3号楼1单元1502室"], ["5", "1", "15A"], [], ["03-2-1602"],
        ["3-1-9999"], ["赵六"], ["+8613800138006"],
    ]  # fmt: skip
    with reading() as session:
        found = people_listed(session, enumerate(rows, 1), {estate.project_id})
    names = {id: name for name, id in estate.ids.items()}
    assert {names[id] for id in found.person_ids} == {"李梅", "王芳", "Ann", "老周"}
    assert [(line.row, line.text) for line in found.strange] == [
        (7, "3-1-9999"), (8, "赵六"), (9, "+8613800138006"),
    ], "a neighbour of another estate is nobody here"  # fmt: skip
    assert estate.of(estate.here(person_ids=found.person_ids)) == {"李梅", "王芳", "Ann", "老周"}


def test_a_room_without_its_unit_means_all_that_answer_to_it(estate: Estate) -> None:
    with reading() as session:
        found = people_listed(session, [(1, ["3-1602"]), (2, ["3号楼1502"])], {estate.project_id})
    assert set(found.person_ids) == {estate.ids["老周"], estate.ids["王芳"]}


def test_a_room_that_two_estates_have_means_nobody_until_somebody_says_which(estate: Estate) -> None:
    both = {estate.project_id, estate.other_project_id}
    with reading() as session:
        found = people_listed(session, [(1, ["3-1-1502"]), (2, ["3-2-1602"])], both)
    assert found.person_ids == (estate.ids["老周"],)
    assert [line.text for line in found.strange] == ["3-1-1502"]


def test_a_list_of_a_whole_town_is_refused_with_what_to_do(estate: Estate) -> None:
    with reading() as session, pytest.raises(BadInput, match="choose more people by project or building"):
        people_listed(session, ((row, [f"3-1-{row}"]) for row in range(1, MOST_LISTED + 2)), {estate.project_id})


def test_only_the_first_line_can_be_a_heading() -> None:
    lines = read_lines([(1, ["姓名"]), (2, ["3-1-101"]), (3, ["李梅"])], region="CN")
    assert [line.row for line in lines] == [2, 3]
    assert replace(lines[1], row=0).place is None


def _asked(session: Session, estate: Estate, number: str, state: SurveyState) -> int:
    draft = TicketDraft(Kind.REPAIR, "leak", Channel.DESK, project_id=estate.project_id, caller_number=number)
    ticket = tickets.open_ticket(session, draft, at=AT)
    staff = make.a_member_of_staff(session)
    tickets.acknowledge(session, ticket.id, staff_id=staff.id, at=AT, how="desk")
    tickets.resolve(session, ticket.id, staff_id=staff.id, text="修好了", at=AT)
    of_ticket = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.RESOLVED)
    result = session.scalars(of_ticket).one()
    survey = Survey(ticket_id=ticket.id, result_id=result.id, state=state, number=number, asked_at=AT)
    session.add(survey)
    session.flush()
    return survey.id
