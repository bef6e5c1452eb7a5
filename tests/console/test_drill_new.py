"""A rehearsal is begun from the page of who is on duty, by whoever leads, and only where nothing is real."""

import re

from sqlalchemy import select, update

from base.database import reading, transaction
from console.words import say
from oncall.actions import climb
from oncall.models import Drill, DrillOutcome, Page
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket, TicketEvent


def form_of(page: str, project: int) -> str:
    return page.split(f'id="drill-{project}"')[1].split("</form>", maxsplit=1)[0]


def key_of(page: str, project: int) -> str:
    found = re.search(r'name="key" value="([0-9a-f]+)"', form_of(page, project))
    assert found
    return found.group(1)


def begun() -> list[Drill]:
    with reading() as session:
        return list(session.scalars(select(Drill)))


def nothing_is_real() -> None:
    with transaction() as session:
        session.execute(update(Ticket).values(status=Status.CANCELLED, page_due_at=None))


def test_the_form_names_everybody_it_will_wake_and_when(logged_in: LogIn, evening: Evening) -> None:
    form = form_of(logged_in("supervisor").get("/oncall").text, evening.home_project)
    lines = re.findall(r"<li>(.*?)</li>", form, re.DOTALL)
    named = [re.findall(r"<b>(.*?)</b>", line)[0] for line in lines]
    assert named[:4] == ["周建国、何磊", "周建国、何磊", "刘洋", "孙倩"]
    assert {"张敏", "周建国", "何磊", "刘洋", "孙倩", "高远"} <= set(named[4].split("、"))
    assert say("drill.after", "zh", n=10) in lines[4]
    assert f'id="drill-{evening.home_project}"' not in logged_in("technician").get("/oncall").text


def test_pressed_twice_it_is_one_rehearsal_and_its_ticket_says_who_wanted_it(
    logged_in: LogIn, evening: Evening
) -> None:
    nothing_is_real()
    leader = logged_in("supervisor")
    key = key_of(leader.get("/oncall").text, evening.home_project)
    ways = [leader.sends("/oncall/drills", project=evening.home_project, key=key, sure="yes") for _ in range(2)]
    [drill] = begun()
    with reading() as session:
        ticket = session.get_one(Ticket, drill.ticket_id)
        opened = session.scalars(
            select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.type == EventType.OPENED)
        ).one()
        assert (ticket.is_drill, ticket.project_id, opened.staff_id) == (
            True, evening.home_project, evening.staff["supervisor"],
        )  # fmt: skip
        assert [(way.status_code, way.location) for way in ways] == [(303, f"/tickets/{ticket.ref}")] * 2
    with transaction() as session:
        climb(session, ticket.id, at=EVENING)
    with reading() as session:
        paged = set(session.scalars(select(Page.staff_id).where(Page.ticket_id == ticket.id)))
    assert paged == {evening.staff["technician"], evening.staff["second"]}


def test_not_while_something_is_real_nor_during_another(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    form = {"project": evening.home_project, "sure": "yes"}

    def told(key: str) -> str:
        way = leader.sends("/oncall/drills", key=key * 32, **form)
        assert way.status_code == 303
        return leader.get(way.location).text

    assert say("drill.is_real", "zh") in told("a")
    assert begun() == []
    nothing_is_real()
    assert say("drill.begun", "zh") in told("b")
    assert say("drill.is_running", "zh") in told("c")
    assert [drill.outcome for drill in begun()] == [DrillOutcome.RUNNING]


def test_nobody_is_woken_unasked_nor_in_anothers_project(logged_in: LogIn, evening: Evening) -> None:
    nothing_is_real()
    leader = logged_in("supervisor")
    here = {"project": evening.home_project, "key": "a" * 32, "sure": "yes"}
    answers = [
        leader.sends("/oncall/drills", **here | changed).status_code
        for changed in ({"sure": ""}, {"key": "short"}, {"key": "/" * 32}, {"project": evening.other_project},
                        {"project": "here"}, {"project": "99999999999"})
    ]  # fmt: skip
    assert answers == [422, 422, 422, 404, 404, 404]
    assert begun() == []
