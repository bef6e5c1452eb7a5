"""The second burst pipe of a building is held for the first, and is lost by nothing that becomes of that."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

import tickets.actions
from directory.models import Project, Staff
from tests.make import a_home, a_member_of_staff, a_project
from tests.tickets.test_proposals import a_call, homes, minute, proposals, waking
from tickets.actions import TicketDraft, proposing
from tickets.lifecycle import Channel, Kind, Level, Status
from tickets.models import Ticket
from tickets.proposalmodels import ProposalTicket


@pytest.fixture
def garden(session: Session) -> Project:
    return a_project(session)


@pytest.fixture
def wang(session: Session, garden: Project) -> Staff:
    return a_member_of_staff(session, "王强", "+8613900000001", project=garden)


@pytest.fixture
def two(session: Session, garden: Project) -> tuple[Ticket, Ticket]:
    """Two homes of a building call about a burst pipe, four minutes apart."""
    where = homes(session, garden)
    return a_call(session, garden, where[0], 0), a_call(session, garden, where[1], 4)


def the_clock_looks(session: Session, at: datetime) -> None:
    for id in tickets.actions.groups_due(session, at=at):
        tickets.actions.keep_group(session, id, at=at)
    session.expire_all()


def test_the_second_is_held_while_the_ladder_of_the_first_is_climbed(
    session: Session, two: tuple[Ticket, Ticket]
) -> None:
    the_clock_looks(session, minute(5))
    assert waking(session, *two) == [True, False]
    assert session.get_one(ProposalTicket, two[1].id).held_at == minute(4)


def test_it_is_held_too_where_somebody_has_taken_the_first_and_is_theirs_then(
    session: Session, garden: Project, wang: Staff
) -> None:  # fmt: skip
    where = homes(session, garden)
    first = a_call(session, garden, where[0], 0)
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(2), how="key")
    second = a_call(session, garden, where[1], 20)
    assert (waking(session, second), proposals(session)[0].tell_due_at) == ([False], minute(20))
    the_clock_looks(session, minute(20))
    assert (second.status, second.assignee_id) == (Status.ACKNOWLEDGED, wang.id)


@pytest.mark.parametrize("what", ["solved before", "too long ago", "lowered before", "danger to life"])
def test_it_wakes_somebody_by_itself_where_the_first_does_not_stand_for_it(
    session: Session, garden: Project, wang: Staff, what: str
) -> None:  # fmt: skip
    where = homes(session, garden)
    first = a_call(session, garden, where[0], 0)
    if what == "solved before":
        tickets.actions.acknowledge(session, first.id, wang.id, at=minute(1), how="key")
        tickets.actions.resolve(session, first.id, wang.id, at=minute(2), text="修好了")
    elif what == "lowered before":
        tickets.actions.amend(session, first.id, at=minute(1), level=Level.P2)
    more = {"level": Level.P0} if what == "danger to life" else {}
    second = a_call(session, garden, where[1], 31 if what == "too long ago" else 4, **more)
    assert waking(session, second) == [True]
    the_clock_looks(session, minute(32))
    assert (waking(session, second), second.status) == ([True], Status.OPEN)


Ends = Callable[[Session, Ticket, Project, Staff], object]
ENDS: dict[str, Ends] = {
    "cancelled": lambda s, first, _p, _w: tickets.actions.cancel(s, first.id, None, at=minute(5), text="误报"),
    "closed": lambda s, first, _p, wang: closes(s, first, wang),
    "another category": lambda s, first, _p, _w: tickets.actions.amend(s, first.id, at=minute(5), category="lift"),
    "lowered": lambda s, first, _p, _w: tickets.actions.amend(s, first.id, at=minute(5), level=Level.P2),
    "another building": lambda s, first, project, _w: moves(s, first, project),
    "not the same": lambda s, _f, _p, wang: proposing.refuse(
        s, proposals(s)[0].id, reason="两处漏水", by_id=wang.id, at=minute(6)
    ),
}


def closes(session: Session, first: Ticket, wang: Staff) -> None:
    """All of it before the clock looked once."""
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(5), how="click")
    tickets.actions.resolve(session, first.id, wang.id, at=minute(5), text="修好了")
    tickets.actions.close(session, first.id, wang.id, at=minute(5))


def moves(session: Session, first: Ticket, project: Project) -> None:
    home = a_home(session, project, "5-1-101")
    draft = TicketDraft(
        kind=Kind.REPAIR, category="burst_pipe", channel=Channel.CALL, project_id=project.id, home_id=home.id
    )
    tickets.actions.become(session, first.id, draft, at=minute(5))


@pytest.mark.parametrize("end", ENDS)
def test_whatever_becomes_of_the_first_the_second_climbs_at_once(
    session: Session, garden: Project, two: tuple[Ticket, Ticket], wang: Staff, end: str
) -> None:  # fmt: skip
    first, second = two
    ENDS[end](session, first, garden, wang)
    session.expire_all()
    the_clock_looks(session, minute(6))
    assert (second.status, second.page_due_at) == (Status.OPEN, minute(6))
    assert session.get_one(ProposalTicket, second.id).held_at is None
    assert tickets.actions.groups_due(session, at=minute(7)) == []


def test_given_back_the_first_climbs_at_once_for_both_and_whoever_takes_it_has_both(
    session: Session, garden: Project, two: tuple[Ticket, Ticket], wang: Staff
) -> None:  # fmt: skip
    first, second = two
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(5), how="key")
    the_clock_looks(session, minute(5))
    assert second.assignee_id == wang.id
    assert tickets.actions.release(session, first.id, wang.id, at=minute(9), text="来不了")
    session.expire_all()
    assert [(one.status, one.assignee_id, one.page_due_at) for one in two] == [
        (Status.OPEN, None, minute(9)), (Status.OPEN, None, None),
    ]  # fmt: skip
    zhao = a_member_of_staff(session, "赵刚", "+8613900000002", project=garden)
    tickets.actions.acknowledge(session, first.id, zhao.id, at=minute(10), how="key")
    the_clock_looks(session, minute(10))
    assert (second.status, second.assignee_id) == (Status.ACKNOWLEDGED, zhao.id)


def test_given_back_what_they_took_by_itself_stays_theirs(
    session: Session, two: tuple[Ticket, Ticket], wang: Staff
) -> None:  # fmt: skip
    first, second = two
    tickets.actions.acknowledge(session, second.id, wang.id, at=minute(5), how="click")
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(6), how="key")
    tickets.actions.release(session, first.id, wang.id, at=minute(9), text="来不了")
    session.expire_all()
    assert (second.status, second.assignee_id) == (Status.ACKNOWLEDGED, wang.id)


@pytest.mark.parametrize(
    "change", [{"level": Level.P0}, {"category": "lift"}, {"category": "lift_trapped", "level": Level.P0}]
)
def test_what_turns_out_to_be_worse_or_another_matter_is_held_no_more_and_not_taken_with_the_first(
    session: Session, two: tuple[Ticket, Ticket], wang: Staff, change: dict[str, object]
) -> None:
    first, second = two
    tickets.actions.amend(session, second.id, at=minute(5), **change)  # type: ignore[arg-type]
    tickets.actions.acknowledge(session, first.id, wang.id, at=minute(5), how="key")
    the_clock_looks(session, minute(5))
    assert (second.status, second.page_due_at) == (Status.OPEN, minute(5))
