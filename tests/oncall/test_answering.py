"""A page is answered: once, by a person, and everybody who was woken hears of it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import tickets.actions
from messages.lifecycle import MessageState
from oncall import actions
from oncall.actions import Gone, PassedOn, Taken, TakenBefore, paging
from oncall.ladder import Post
from oncall.models import Page, PageKind, PageState, Shift
from tests.make import a_project, a_shift
from tests.oncall.estate import (
    AT,
    Estate,
    a_stuck_lift,
    an_estate,
    call_ended,
    calls_to,
    has_left,
    later,
    page_of,
    pages,
    texts_to,
    timeline,
)
from tickets.lifecycle import ReferTo, Status
from tickets.models import EventType, Ticket


@pytest.fixture
def estate(session: Session) -> Estate:
    return an_estate(session)


@pytest.fixture
def ticket(session: Session, estate: Estate) -> Ticket:
    """A stuck lift whose first two have been paged, by messages that have left."""
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    for staff in (estate.first, estate.second):
        has_left(session, staff)
    return ticket


def test_who_takes_it_has_it_and_the_ladder_stops(session: Session, estate: Estate, ticket: Ticket) -> None:
    taken = actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(20))
    assert isinstance(taken, Taken)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id, ticket.page_due_at) == (Status.ACKNOWLEDGED, estate.first.id, None)
    page = page_of(session, ticket, estate.first)
    assert (page.state, page.how, page.answered_at) == (PageState.ACKNOWLEDGED, "key", later(20))
    for minutes in range(1, 30):
        actions.climb(session, ticket.id, at=later(60 * minutes))
    assert len(pages(session, ticket)) == 2


def test_those_already_woken_are_told_and_whoever_took_it_is_not(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(20))
    assert "已由王强接单" in texts_to(session, estate.second)[-1]
    assert len(texts_to(session, estate.second)) == 2
    assert len(texts_to(session, estate.first)) == 1
    assert page_of(session, ticket, estate.second).state is PageState.TAKEN_BY_OTHER


def test_whoever_was_not_woken_yet_is_not_woken_any_more(session: Session, estate: Estate) -> None:
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="reply", at=later(1))
    assert calls_to(session, estate.second) == ["cancelled"]
    assert texts_to(session, estate.second) == []
    assert calls_to(session, estate.first) == ["cancelled"]


def test_a_later_presser_hears_who_has_it(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(20))
    second = actions.acknowledge(session, page_of(session, ticket, estate.second).id, how="key", at=later(21))
    assert isinstance(second, TakenBefore)
    assert second.by is not None
    assert second.by.name == "王强"
    session.expire_all()
    assert ticket.assignee_id == estate.first.id


def test_pressing_twice_is_pressing_once(session: Session, estate: Estate, ticket: Ticket) -> None:
    page = page_of(session, ticket, estate.first)
    for seconds in (20, 21):
        assert isinstance(actions.acknowledge(session, page.id, how="key", at=later(seconds)), Taken)
    assert len(timeline(session, ticket, EventType.ACKNOWLEDGED)) == 1
    assert len(texts_to(session, estate.second)) == 2


def test_a_click_takes_it_as_well_and_stops_the_pages(session: Session, estate: Estate, ticket: Ticket) -> None:
    taken = actions.take_ticket(session, ticket.id, estate.manager.id, how="click", at=later(20))
    assert isinstance(taken, Taken)
    assert "已由钱伟接单" in texts_to(session, estate.first)[-1]
    assert texts_to(session, estate.manager) == []


def test_a_page_nobody_knows_is_gone(session: Session) -> None:
    assert isinstance(actions.acknowledge(session, 4711, how="key", at=AT), Gone)
    assert isinstance(actions.pass_on(session, 4711, at=AT), Gone)
    assert isinstance(actions.need_help(session, 4711, at=AT), Gone)


def test_a_page_about_a_closed_ticket_is_gone(session: Session, estate: Estate, ticket: Ticket) -> None:
    tickets.actions.cancel(session, ticket.id, estate.manager.id, at=later(5), text="误报")
    page = page_of(session, ticket, estate.first)
    assert isinstance(actions.acknowledge(session, page.id, how="key", at=later(9)), Gone)


def test_passing_on_makes_the_next_rung_due_now_and_spares_the_passer(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    passed = actions.pass_on(session, page_of(session, ticket, estate.first).id, at=later(50))
    assert isinstance(passed, PassedOn)
    session.expire_all()
    assert ticket.page_due_at == later(50)
    actions.climb(session, ticket.id, at=later(50))
    assert [(step, name) for step, name, _ in pages(session, ticket)][2:] == [(1, "赵刚")]
    assert ticket.status is Status.OPEN


def test_both_pass_and_the_supervisor_is_woken_at_once(session: Session, estate: Estate, ticket: Ticket) -> None:
    for staff in (estate.first, estate.second):
        actions.pass_on(session, page_of(session, ticket, staff).id, at=later(20))
        actions.climb(session, ticket.id, at=later(20))
    assert (2, "孙丽", "calling") in pages(session, ticket)
    assert len(texts_to(session, estate.first)) == 1


def test_whoever_passed_is_rung_again_only_when_everybody_is(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.pass_on(session, page_of(session, ticket, estate.first).id, at=later(20))
    for seconds in range(20, 900, 10):
        actions.climb(session, ticket.id, at=later(seconds))
    steps = [step for step, name, _ in pages(session, ticket) if name == "王强"]
    assert steps[0] == 0
    assert min(steps[1:]) == 4


def test_passing_twice_climbs_once(session: Session, estate: Estate, ticket: Ticket) -> None:
    page = page_of(session, ticket, estate.first)
    for seconds in (50, 51):
        assert isinstance(actions.pass_on(session, page.id, at=later(seconds)), PassedOn)
        actions.climb(session, ticket.id, at=later(seconds))
    session.expire_all()
    assert ticket.page_step == 2


def test_after_somebody_took_it_passing_says_who(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.acknowledge(session, page_of(session, ticket, estate.first).id, how="key", at=later(20))
    answered = actions.pass_on(session, page_of(session, ticket, estate.second).id, at=later(21))
    assert isinstance(answered, TakenBefore)


def test_who_passed_may_still_take_it(session: Session, estate: Estate, ticket: Ticket) -> None:
    page = page_of(session, ticket, estate.first)
    actions.pass_on(session, page.id, at=later(20))
    assert isinstance(actions.acknowledge(session, page.id, how="reply", at=later(30)), Taken)


def test_help_is_the_supervisor_and_the_ladder_stops(session: Session, estate: Estate, ticket: Ticket) -> None:
    taken = actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    assert isinstance(taken, Taken)
    session.expire_all()
    assert (ticket.status, ticket.assignee_id) == (Status.ACKNOWLEDGED, estate.first.id)
    page = page_of(session, ticket, estate.supervisor)
    assert page.kind is PageKind.HELP
    assert "王强需要支援" in texts_to(session, estate.supervisor)[0]
    assert calls_to(session, estate.supervisor) == ["planned"]


def test_asking_for_help_twice_pages_once(session: Session, estate: Estate, ticket: Ticket) -> None:
    for seconds in (20, 21):
        actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(seconds))
    assert len(texts_to(session, estate.supervisor)) == 1


def test_who_asked_hears_that_help_is_coming(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    helped = actions.acknowledge(session, page_of(session, ticket, estate.supervisor).id, how="key", at=later(40))
    assert isinstance(helped, Taken)
    assert "孙丽前往支援" in texts_to(session, estate.first)[-1]
    session.expire_all()
    assert ticket.assignee_id == estate.first.id


def test_help_that_passes_is_asked_of_the_manager_then_the_director_then_everybody(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    for place, staff in enumerate((estate.supervisor, estate.manager, estate.director)):
        assert len(texts_to(session, staff)) == 1, place
        actions.pass_on(session, page_of(session, ticket, staff).id, at=later(30 + place))
    asked = {name for step, name, _ in pages(session, ticket) if step == 3}
    assert asked == {"赵刚", "孙丽", "钱伟", "周敏"}


def test_help_of_somebody_who_holds_two_posts_is_asked_for_once(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    a_shift(session, estate.project, estate.supervisor, Post.MANAGER, AT - timedelta(hours=1), hours=9)
    session.execute(delete(Shift).where(Shift.staff_id == estate.manager.id))
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    has_left(session, estate.supervisor)
    actions.pass_on(session, page_of(session, ticket, estate.supervisor).id, at=later(30))
    assert len(texts_to(session, estate.supervisor)) == 1
    assert "王强需要支援" in texts_to(session, estate.director)[0]


def test_help_that_sleeps_is_asked_of_the_manager(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    call_ended(session, estate.supervisor, MessageState.ANSWERED, later(70))
    actions.follow(session, page_of(session, ticket, estate.supervisor).id, at=later(71))
    assert page_of(session, ticket, estate.supervisor).state is PageState.MISSED
    assert "王强需要支援" in texts_to(session, estate.manager)[0]


def test_calling_in_finds_the_gravest_open_page(session: Session, estate: Estate, ticket: Ticket) -> None:
    pipe = a_stuck_lift(session, estate, category="burst_pipe", kind="repair")
    actions.climb(session, pipe.id, at=later(5))
    page = actions.open_page_of(session, estate.first.id, at=later(10))
    assert page is not None
    assert page.ticket_id == ticket.id
    actions.acknowledge(session, page.id, how="called_in", at=later(11))
    page = actions.open_page_of(session, estate.first.id, at=later(12))
    assert page is not None
    assert page.ticket_id == pipe.id
    actions.pass_on(session, page.id, at=later(13))
    assert actions.open_page_of(session, estate.first.id, at=later(14)) is None


def test_who_passed_on_hears_the_next_gravest_though_an_earlier_rung_was_never_answered(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    pipe = a_stuck_lift(session, estate, category="burst_pipe", kind="repair")
    actions.climb(session, pipe.id, at=later(5))
    for seconds in range(5, 900, 10):
        actions.climb(session, ticket.id, at=later(seconds))
    own = [p for p in session.scalars(select(Page).where(Page.ticket_id == ticket.id)) if p.staff == estate.first]
    assert len(own) > 1, "several rungs reached them"
    actions.pass_on(session, own[-1].id, at=later(900))
    page = actions.open_page_of(session, estate.first.id, at=later(901))
    assert page is not None
    assert page.ticket_id == pipe.id


def test_what_was_passed_on_is_offered_again_only_when_they_are_paged_again(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.pass_on(session, page_of(session, ticket, estate.first).id, at=later(20))
    assert actions.open_page_of(session, estate.first.id, at=later(21)) is None
    for seconds in range(20, 900, 10):
        actions.climb(session, ticket.id, at=later(seconds))
    page = actions.open_page_of(session, estate.first.id, at=later(900))
    assert page is not None
    assert (page.ticket_id, page.step) == (ticket.id, page_of(session, ticket, estate.first).step)
    assert actions.open_page_of(session, estate.first.id, at=later(900), but=(ticket.id,)) is None


def test_a_reopened_ticket_is_offered_to_who_had_passed_it_on(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.pass_on(session, page_of(session, ticket, estate.first).id, at=later(20))
    tickets.actions.resolve(session, ticket.id, estate.second.id, at=later(60), text="好了")
    tickets.actions.reopen(session, ticket.id, estate.second.id, at=later(90), text="又困住了")
    actions.climb(session, ticket.id, at=later(90))
    page = actions.open_page_of(session, estate.first.id, at=later(91))
    assert page is not None
    assert (page.ticket_id, page.step) == (ticket.id, 1000)


def test_help_that_a_colleague_gives_is_not_offered_any_more(session: Session, estate: Estate, ticket: Ticket) -> None:
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    call_ended(session, estate.supervisor, MessageState.NO_ANSWER, later(70))
    actions.follow(session, page_of(session, ticket, estate.supervisor).id, at=later(71))
    assert actions.open_page_of(session, estate.supervisor.id, at=later(72)) is not None
    actions.acknowledge(session, page_of(session, ticket, estate.manager).id, how="key", at=later(80))
    assert actions.open_page_of(session, estate.supervisor.id, at=later(81)) is None


def test_a_missed_page_is_still_open_to_whoever_calls_back(session: Session, estate: Estate, ticket: Ticket) -> None:
    call_ended(session, estate.first, MessageState.NO_ANSWER, later(30))
    actions.follow(session, page_of(session, ticket, estate.first).id, at=later(31))
    page = actions.open_page_of(session, estate.first.id, at=later(60))
    assert page is not None
    assert isinstance(actions.acknowledge(session, page.id, how="called_in", at=later(61)), Taken)


def test_a_code_counts_only_from_the_paged_number(session: Session, estate: Estate, ticket: Ticket) -> None:
    page = page_of(session, ticket, estate.first)
    found = actions.page_by_code(session, estate.first.id, page.code, at=later(20))
    assert found is not None
    assert found.id == page.id
    assert actions.page_by_code(session, estate.manager.id, page.code, at=later(20)) is None
    assert actions.page_by_code(session, estate.first.id, "", at=later(20)) is None
    tickets.actions.cancel(session, ticket.id, estate.manager.id, at=later(30), text="误报")
    assert actions.page_by_code(session, estate.first.id, page.code, at=later(7 * 24 * 3600 - 1)) is not None
    assert actions.page_by_code(session, estate.first.id, page.code, at=later(8 * 24 * 3600)) is None


def test_passing_an_old_page_on_skips_nobody_whom_the_ladder_calls_now(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    old = page_of(session, ticket, estate.first)
    actions.climb(session, ticket.id, at=later(120))
    actions.climb(session, ticket.id, at=later(240))
    due_at, step = ticket.page_due_at, ticket.page_step
    answered = actions.pass_on(session, old.id, at=later(250))
    assert answered == PassedOn(ticket, is_late=True)
    session.refresh(ticket)
    assert (ticket.page_due_at, ticket.page_step) == (due_at, step)
    actions.climb(session, ticket.id, at=later(250))
    assert ticket.page_step == step, "the supervisor keeps their time"
    assert actions.pass_on(session, old.id, at=later(900)) == answered, "the same key again, the same answer"


def test_the_same_key_again_is_answered_as_before_although_the_ladder_went_on(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    page = page_of(session, ticket, estate.first)
    first = actions.pass_on(session, page.id, at=later(20))
    actions.climb(session, ticket.id, at=later(20))
    assert first == PassedOn(ticket)
    assert actions.pass_on(session, page.id, at=later(30)) == first


def test_taking_it_by_an_old_page_counts_while_nobody_has_it(session: Session, estate: Estate, ticket: Ticket) -> None:
    old = page_of(session, ticket, estate.first)
    actions.climb(session, ticket.id, at=later(120))
    actions.climb(session, ticket.id, at=later(240))
    assert isinstance(actions.acknowledge(session, old.id, how="key", at=later(250)), Taken)
    assert ticket.page_due_at is None


def test_whoever_says_that_they_are_there_has_it_and_is_there(session: Session, estate: Estate, ticket: Ticket) -> None:
    page = page_of(session, ticket, estate.first)
    assert isinstance(actions.arrive(session, page.id, how="reply", at=later(60)), Taken)
    assert (ticket.status, ticket.assignee_id) == (Status.IN_PROGRESS, estate.first.id)
    assert isinstance(actions.arrive(session, page.id, how="reply", at=later(70)), Taken)
    assert len(timeline(session, ticket, EventType.ARRIVED)) == 1
    other = actions.arrive(session, page_of(session, ticket, estate.second).id, how="reply", at=later(80))
    assert isinstance(other, TakenBefore)
    assert isinstance(actions.arrive(session, 4711, how="reply", at=AT), Gone)


def test_a_code_means_its_ticket_until_that_is_closed_and_is_nobody_elses_before(
    session: Session, estate: Estate, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, much_later = page_of(session, ticket, estate.first).code, later(30 * 24 * 3600)
    drawn = iter([int(code) - 1000, 4321])
    monkeypatch.setattr("oncall.actions.paging.secrets.randbelow", lambda _: next(drawn))
    found = actions.page_by_code(session, estate.first.id, code, at=much_later)
    assert found is not None
    assert found.ticket_id == ticket.id
    second = a_stuck_lift(session, None, at=much_later, project_id=estate.project.id, caller_number="+8613800138999")
    paging.page_somebody(session, second, estate.first, kind=PageKind.LADDER, step=0, at=much_later)
    assert page_of(session, second, estate.first).code == "5321"
    tickets.actions.cancel(session, ticket.id, estate.first.id, at=much_later, text="误报")
    assert actions.page_by_code(session, estate.first.id, code, at=much_later) is None


def test_help_that_passes_after_its_ticket_went_to_another_desk_asks_nobody(
    session: Session, estate: Estate, ticket: Ticket
) -> None:
    actions.need_help(session, page_of(session, ticket, estate.first).id, at=later(20))
    page = page_of(session, ticket, estate.supervisor)
    to = tickets.actions.Referral(ReferTo.PROJECT, project_id=a_project(session, "江湾一号").id)
    tickets.actions.refer(session, ticket.id, estate.first.id, to=to, at=later(30), text="x")
    before = len(pages(session, ticket))
    actions.pass_on(session, page.id, at=later(40))
    assert page.state is PageState.PASSED
    assert len(pages(session, ticket)) == before


def test_a_code_stays_while_a_solved_ticket_may_come_back(session: Session, estate: Estate, ticket: Ticket) -> None:
    page, much_later = page_of(session, ticket, estate.first), later(30 * 24 * 3600)
    actions.acknowledge(session, page.id, how="key", at=later(60))
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(600), text="已救出")
    found = actions.page_by_code(session, estate.first.id, page.code, at=much_later)
    assert found is not None
    assert found.ticket_id == ticket.id


def test_a_closed_ticket_that_comes_back_takes_a_new_code_where_its_own_means_another(
    session: Session, estate: Estate, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, month, later_on = page_of(session, ticket, estate.first), later(30 * 24 * 3600), later(60 * 24 * 3600)
    code, drawn = page.code, iter([int(page.code) - 1000, int(page.code) - 1000, 4321])
    actions.acknowledge(session, page.id, how="key", at=later(60))
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(600), text="已救出")
    tickets.actions.close(session, ticket.id, estate.manager.id, at=later(700), text="已确认")
    monkeypatch.setattr("oncall.actions.paging.secrets.randbelow", lambda _: next(drawn))
    second = a_stuck_lift(session, None, at=month, project_id=estate.project.id, caller_number="+8613800138999")
    paging.page_somebody(session, second, estate.first, kind=PageKind.LADDER, step=0, at=month)
    assert page_of(session, second, estate.first).code == code, "it was free"
    tickets.actions.reopen(session, ticket.id, estate.manager.id, at=later_on, text="又困人")
    again = paging.page_somebody(session, ticket, estate.first, kind=PageKind.LADDER, step=1000, at=later_on)
    more = paging.page_somebody(session, ticket, estate.first, kind=PageKind.LADDER, step=1001, at=later_on)
    assert (again and again.code, more and more.code) == ("5321", "5321")
    for said, meant in ((code, second), ("5321", ticket)):
        found = actions.page_by_code(session, estate.first.id, said, at=later_on)
        assert found is not None
        assert found.ticket_id == meant.id
