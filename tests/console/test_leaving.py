"""Somebody leaves the house: what they had in hand goes to others, and nothing opens for them any more."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from base.database import reading, transaction
from console.words import say
from directory import tokens
from directory.auditmodels import Audit, AuditWhat
from directory.models import Project, Staff
from messages.models import Message
from oncall.actions.calendars import make_link
from oncall.actions.duty import coming_gaps, who_is_on_duty
from oncall.ladder import Post
from oncall.models import Shift, Swap, SwapState
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_ticket import events, ticket
from tickets import actions
from tickets.lifecycle import Status, WaitReason
from tickets.models import EventType, Ticket


def is_in(client: Browser) -> bool:
    return client.get("/oncall").status_code == 200


def staff(evening: Evening, login: str) -> Staff:
    with reading() as session:
        return session.get_one(Staff, evening.staff[login])


def in_hand(evening: Evening, login: str) -> list[str]:
    with reading() as session:
        theirs = select(Ticket.ref).where(Ticket.assignee_id == evening.staff[login])
        return sorted(session.scalars(theirs.where(Ticket.status.not_in((Status.RESOLVED, Status.CLOSED)))))


def test_an_administrator_sees_what_it_ends_and_then_it_has_ended(logged_in: LogIn, evening: Evening) -> None:
    admin, client, id = logged_in("admin"), logged_in("technician"), evening.staff["technician"]
    had = in_hand(evening, "technician")
    assert evening.refs["mine"] in had
    with transaction() as session:
        one = session.get_one(Staff, id)
        secret = tokens.make_token(session, name="夜班平板", staff=one, at=EVENING)
        actions.wait(session, ticket(evening.refs["mine"]).id, id, at=EVENING, reason=WaitReason.PARTS)
    page = admin.get(f"/staff/{id}/leave").text
    for key, count in (("tickets", len(had)), ("tokens", 1), ("browsers", 1)):
        assert f'id="leaving-{key}"><b class="num">{count}</b> {say(f"leaving.{key}", "zh")}' in page
    assert 'id="leaving-turns"' in page
    assert admin.sends(f"/staff/{id}/leave").status_code in {400, 422}, "nobody has confirmed it"
    assert staff(evening, "technician").is_active
    assert admin.sends(f"/staff/{id}/leave", sure="yes").location == "/staff"
    assert f'id="a-{id}"' not in admin.get("/staff").text
    assert not is_in(client)
    assert client.logs_in("technician").status_code == 401
    with reading() as session:
        assert tokens.token_of(session, secret, at=EVENING) is None
        audits = session.execute(select(Audit.what, Audit.about, Audit.staff_id).where(Audit.what == AuditWhat.LEFT))
        assert audits.all() == [(AuditWhat.LEFT, f"staff:{id}", evening.staff["admin"])]
    assert in_hand(evening, "technician") == []
    given_back = ticket(evening.refs["mine"])
    assert (given_back.status, given_back.page_step) == (Status.OPEN, 0)
    assert given_back.page_due_at is not None
    assert events(evening.refs["mine"])[-1].type == EventType.RELEASED
    assert say("event.released.left", "zh") in admin.get(f"/tickets/{evening.refs['mine']}").text
    assert admin.get(f"/staff/{id}/leave").status_code == 404, "nobody leaves twice"


def test_what_they_had_done_with_is_left_alone(logged_in: LogIn, evening: Evening) -> None:
    before = ticket(evening.refs["done"])
    logged_in("admin").sends(f"/staff/{evening.staff['technician']}/leave", sure="yes")
    after = ticket(evening.refs["done"])
    assert (after.status, after.assignee_id, after.version) == (before.status, before.assignee_id, before.version)


def test_their_turns_become_gaps_and_their_swaps_are_off(logged_in: LogIn, evening: Evening) -> None:
    id, taker = evening.staff["technician"], evening.staff["second"]
    tomorrow = EVENING + timedelta(days=1)
    with transaction() as session:
        for shift in session.scalars(select(Shift)):
            session.delete(shift)
        session.flush()
        garden = session.get_one(Project, evening.home_project)
        make.a_shift(session, garden, session.get_one(Staff, id), Post.FIRST, EVENING, hours=24 * 40)
        swap = Swap(
            project_id=garden.id, post=Post.FIRST, starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=12),
            asker_id=id, taker_id=taker, reason="", code="12345", asked_at=EVENING, state=SwapState.ASKED,
        )  # fmt: skip
        session.add(swap)
        session.flush()
        swap_id = swap.id
        assert coming_gaps(session, garden.id, from_at=EVENING, until_at=tomorrow) == []
    logged_in("admin").sends(f"/staff/{id}/leave", sure="yes")
    with reading() as session:
        [gap] = coming_gaps(session, evening.home_project, from_at=EVENING, until_at=tomorrow)
        assert (gap.starts_at, gap.ends_at) == (EVENING, tomorrow)
        assert id not in [one.id for one in who_is_on_duty(session, evening.home_project, at=EVENING).first]
        assert session.get_one(Swap, swap_id).state is SwapState.WITHDRAWN
        told = session.scalars(select(Message.number).where(Message.once_key == f"swap/{swap_id}/swap_off/{taker}"))
        assert told.all() == [session.get_one(Staff, taker).number]
        assert session.scalar(select(func.count(Shift.id)).where(Shift.staff_id == id)) == 1, "nothing is deleted"


@pytest.mark.parametrize("how", ["page", "command"])
def test_either_way_every_door_is_shut_and_whoever_was_asked_by_them_hears(
    app: Flask, logged_in: LogIn, evening: Evening, runner: FlaskCliRunner, how: str
) -> None:
    id, asker, client = evening.staff["technician"], evening.staff["second"], logged_in("technician")
    tomorrow = EVENING + timedelta(days=1)
    with transaction() as session:
        secret = tokens.make_token(session, name="夜班平板", staff=session.get_one(Staff, id), at=EVENING)
        feed = f"/shifts/{make_link(session, id, at=EVENING)}.ics"
        swap = Swap(
            project_id=evening.home_project, post=Post.FIRST, starts_at=tomorrow,
            ends_at=tomorrow + timedelta(hours=12), asker_id=asker,
            taker_id=id, reason="", code="12345", asked_at=EVENING, state=SwapState.ASKED,
        )  # fmt: skip
        session.add(swap)
        session.flush()
        swap_id = swap.id
    assert app.test_client().get(feed).status_code == 200
    if how == "page":
        assert logged_in("admin").sends(f"/staff/{id}/leave", sure="yes").status_code == 303
    else:
        said = runner.invoke(args=["staff", "leave", "technician"]).output
        assert "tokens revoked 1" in said
        assert "rota gaps" in said, "their turns are to be held by somebody"
    assert (is_in(client), client.logs_in("technician").status_code) == (False, 401)
    assert app.test_client().get(feed).status_code == 404
    assert in_hand(evening, "technician") == []
    with reading() as session:
        assert tokens.token_of(session, secret, at=EVENING) is None
        assert session.get_one(Swap, swap_id).state is SwapState.WITHDRAWN
        told = session.scalars(select(Message.number).where(Message.once_key == f"swap/{swap_id}/swap_off/{asker}"))
        assert told.all() == [session.get_one(Staff, asker).number]
        left = select(Audit.staff_id).where(Audit.what == AuditWhat.LEFT)
        assert session.scalars(left).all() == [evening.staff["admin"] if how == "page" else None]


def test_whoever_comes_back_has_to_be_let_in_anew(
    app: Flask, logged_in: LogIn, evening: Evening, runner: FlaskCliRunner
) -> None:
    id, client = evening.staff["technician"], logged_in("technician")
    with transaction() as session:
        secret = tokens.make_token(session, name="夜班平板", staff=session.get_one(Staff, id), at=EVENING)
    runner.invoke(args=["staff", "leave", "technician"])
    runner.invoke(args=["staff", "return", "technician"])
    assert not is_in(client), "a log-in of before"
    with reading() as session:
        assert tokens.token_of(session, secret, at=EVENING) is None
    assert is_in(logged_in("technician"))


def test_nobody_marks_themselves(logged_in: LogIn, evening: Evening) -> None:
    admin = logged_in("admin")
    assert admin.sends(f"/staff/{evening.staff['admin']}/leave", sure="yes").status_code == 409
    assert is_in(admin)


@pytest.mark.parametrize("by", ["login", "name", "number"])
def test_an_operator_says_so_by_any_name_of_theirs_and_takes_it_back(
    runner: FlaskCliRunner, logged_in: LogIn, evening: Evening, by: str
) -> None:
    one = staff(evening, "technician")
    given, count = runner.invoke(args=["staff", "leave", getattr(one, by)]), len(in_hand(evening, "technician"))
    assert (given.exit_code, count) == (0, 0)
    assert one.name in given.output
    assert not staff(evening, "technician").is_active
    again = runner.invoke(args=["staff", "leave", one.login])
    assert (again.exit_code, one.login in again.output) == (1, True)
    back = runner.invoke(args=["staff", "return", one.login])
    assert (back.exit_code, one.name in back.output) == (0, True)
    assert is_in(logged_in("technician"))
    assert in_hand(evening, "technician") == [], "what others have now stays theirs"
    assert runner.invoke(args=["staff", "return", one.login]).exit_code == 1
