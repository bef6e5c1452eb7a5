"""An owner is told what becomes of their ticket while it goes on, several changes as one, and nobody is flooded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import console.words
import tickets.actions
from base.access import Role
from base.errors import SettingsError
from directory.models import Department, Staff
from messages.lifecycle import MessageClass
from messages.models import Message
from messages.wording import say
from outreach.actions.callbacks import follow_up
from outreach.actions.changes import changes_due, tell_change, tell_merged, tell_referred
from outreach.changewords import Change, Happened, read_rules, rule_for, to_tell, told_from
from tests.make import a_home, a_member_of_staff, a_project, an_owner
from tests.oncall.estate import Estate, a_stuck_lift, an_estate
from tickets.actions import Referral, groups_due, keep_group
from tickets.complaints import HopAnswer
from tickets.lifecycle import Kind, Level, ReferTo, Status, WaitReason
from tickets.models import Ticket, TicketWatch, Watcher

OWNER, NEIGHBOUR = "+8613800138000", "+8613800138001"
TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, of a Monday."""
MINUTE = timedelta(minutes=1)
BOTH = frozenset(Change)


@pytest.mark.parametrize(("status", "types", "expected"), [
    (Status.ACKNOWLEDGED, ["acknowledged"], Change.TAKEN),
    (Status.ACKNOWLEDGED, ["acknowledged", "assigned", "assigned"], Change.TAKEN),
    (Status.OPEN, ["assigned"], Change.TAKEN),
    (Status.IN_PROGRESS, ["acknowledged", "arrived"], None),
    (Status.IN_PROGRESS, ["arrived", "assigned"], Change.TAKEN),
    (Status.WAITING, ["acknowledged", "waiting"], Change.WAITS),
    (Status.WAITING, ["waiting", "assigned"], Change.WAITS),
    (Status.WAITING, ["assigned"], None),
    (Status.IN_PROGRESS, ["waiting"], None),
    (Status.OPEN, ["acknowledged", "reopened"], Change.REOPENED),
    (Status.OPEN, ["acknowledged", "refused"], None),
    (Status.OPEN, ["reopened", "moved"], Change.MOVED),
    (Status.ACKNOWLEDGED, ["moved", "acknowledged"], Change.TAKEN),
    (Status.IN_PROGRESS, ["moved", "arrived"], None),
    (Status.OPEN, ["referred"], None),
    (Status.ACKNOWLEDGED, ["department", "acknowledged"], Change.DEPARTMENT),
    (Status.ACKNOWLEDGED, ["acknowledged", "department"], Change.DEPARTMENT),
    (Status.OPEN, ["department", "assigned"], Change.DEPARTMENT),
    (Status.IN_PROGRESS, ["department", "acknowledged", "arrived"], None),
    (Status.WAITING, ["department", "waiting"], Change.WAITS),
    (Status.ACKNOWLEDGED, ["answered"], None),
])  # fmt: skip
def test_what_there_is_to_tell(status: Status, types: list[str], expected: Change | None) -> None:
    happened = [Happened(n, word, TEN + n * MINUTE) for n, word in enumerate(types)]
    assert to_tell(status, happened, BOTH) is expected
    assert to_tell(status, happened, frozenset()) is None


@pytest.mark.parametrize(("minutes", "told_after"), [([0], 2), ([0, 1], 2), ([0, 2], 2), ([0, 3], 5), ([0, 60], 62)])
def test_what_happens_within_two_minutes_is_told_as_one(minutes: list[int], told_after: int) -> None:
    news = [Happened(n, "assigned", TEN + minute * MINUTE) for n, minute in enumerate(minutes)]
    assert told_from(news, 120) == TEN + told_after * MINUTE


def test_the_rules_of_the_house_flood_nobody() -> None:
    assert rule_for(Kind.PRAISE, Level.P3).tell == frozenset()
    assert rule_for(Kind.ENQUIRY, Level.P3).tell == set(Change) - {Change.TAKEN}
    assert (rule_for(Kind.REPAIR, Level.P2).tell, rule_for(Kind.REPAIR, Level.P2).gather_s) == (BOTH, 120)


@pytest.mark.parametrize(("text", "line", "words"), [
    ("- tell: [taken, arrived]", 1, "no 'arrived'"),
    ("- kind: repair\n  gathers: 5\n- tell: []", 2, "no 'gathers'"),
    ("- tell: []\n  gather: soon", 2, "must be a number"),
    ("- kind: repair", 1, "fit every ticket"),
])  # fmt: skip
def test_rules_that_are_wrong_say_where(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_rules(text)
    assert str(refused.value).startswith(f"changes.yaml:{line}: ")
    assert words in str(refused.value)


@pytest.fixture
def estate(session: Session) -> Estate:
    found = an_estate(session)
    an_owner(session, a_home(session, found.project), OWNER)
    return found


def a_tap(session: Session, estate: Estate, at: datetime = TEN, **more: object) -> Ticket:
    values: dict[str, object] = {"kind": Kind.REPAIR, "category": "water_power", "caller_number": OWNER, "at": at}
    return a_stuck_lift(session, estate, **values | more)


def looks(session: Session, at: datetime) -> None:
    """As the clock does, twice: the second time changes nothing."""
    for _ in range(2):
        for id in changes_due(session, at=at):
            tell_change(session, id, at=at)


def texts(session: Session, number: str = OWNER) -> list[str]:
    found = select(Message.body).where(Message.number == number, Message.message_class == MessageClass.SERVICE)
    return list(session.scalars(found.order_by(Message.id)))


def takes(session: Session, estate: Estate, ticket: Ticket, at: datetime) -> None:
    tickets.actions.acknowledge(session, ticket.id, estate.first.id, at=at, how="key")


def test_an_owner_is_told_who_has_it_and_by_when_once(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    looks(session, TEN)
    takes(session, estate, tap, TEN + MINUTE)
    looks(session, TEN + 2 * MINUTE)
    assert texts(session) == [], "something more may happen"
    for minute in range(3, 90, 9):
        looks(session, TEN + minute * MINUTE)
    [text] = texts(session)
    assert tap.ref in text
    assert "由维修人员王强处理，次日十点前办完" in text


def test_who_comes_to_danger_and_when(session: Session, estate: Estate) -> None:
    at = TEN + timedelta(hours=17)  # three at night: whoever waits for help is told at any hour
    leak = a_tap(session, estate, at, category="burst_pipe", language="en")
    takes(session, estate, leak, at + MINUTE)
    looks(session, at + 3 * MINUTE)
    [text] = texts(session)
    assert "technician 王强 has it and will be there by 3:30 this morning" in text


def test_several_changes_within_two_minutes_are_one_text(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    takes(session, estate, tap, TEN + MINUTE)
    looks(session, TEN + MINUTE)
    tickets.actions.assign(session, tap.id, estate.first.id, to_staff_id=estate.second.id, at=TEN + 2 * MINUTE)
    session.expire(tap, ["assignee"])
    looks(session, TEN + 2 * MINUTE)
    looks(session, TEN + 3 * MINUTE)
    [text] = texts(session)
    assert estate.second.name in text
    tickets.actions.wait(
        session, tap.id, estate.second.id, at=TEN + 60 * MINUTE, reason=WaitReason.PARTS,
        until_at=TEN + timedelta(hours=23),
    )  # fmt: skip
    looks(session, TEN + 62 * MINUTE)
    assert "暂停：等待配件到货，次日九点前继续" in texts(session)[1]


def test_a_pause_without_an_end_promises_a_word(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    takes(session, estate, tap, TEN + MINUTE)
    tickets.actions.wait(session, tap.id, estate.first.id, at=TEN + 2 * MINUTE, reason=WaitReason.OWNER)
    looks(session, TEN + 4 * MINUTE)
    [text] = texts(session)
    assert "等与您约定的时间，一有进展就告诉您" in text


@pytest.mark.parametrize("then", ["arrives", "resolves", "cancels", "refuses", "mentions", "drill", "praise"])
def test_what_is_overtaken_or_no_news_is_not_told(session: Session, estate: Estate, then: str) -> None:
    kind = {"kind": Kind.PRAISE, "category": "praise"} if then == "praise" else {}
    tap, by, at = a_tap(session, estate, is_drill=then == "drill", **kind), estate.first.id, TEN + 2 * MINUTE
    takes(session, estate, tap, TEN + MINUTE)
    if then == "arrives":
        tickets.actions.arrive(session, tap.id, by, at=at)
    elif then == "cancels":
        tickets.actions.cancel(session, tap.id, by, at=at, text="x")
    elif then in {"resolves", "refuses"}:
        tickets.actions.resolve(session, tap.id, by, at=at, text="x")
        if then == "refuses":
            tickets.actions.reopen(session, tap.id, None, at=at, text="x", refused={"score": 1})
    elif then == "mentions":
        tickets.actions.arrive(session, tap.id, by, at=at)
        tickets.actions.refer(
            session, tap.id, by, to=Referral(ReferTo.DEPARTMENT, department="finance"), at=at, text="x"
        )
    looks(session, TEN + 60 * MINUTE)
    assert texts(session) == []


def test_that_a_ticket_was_cancelled_is_told_once_to_everybody_who_reported_it(
    session: Session, estate: Estate
) -> None:
    an_owner(session, a_home(session, estate.project, "3-1-0101"), NEIGHBOUR, "何青")
    first, second = a_tap(session, estate), a_tap(session, estate, caller_number=NEIGHBOUR)
    tickets.actions.merge(session, second.id, into=first, at=TEN + MINUTE)
    tickets.actions.cancel(session, first.id, estate.first.id, at=TEN + 2 * MINUTE, text="误报")
    for minute in (2, 3):
        for id in tickets.actions.follow_ups_due(session, at=TEN + minute * MINUTE):
            follow_up(session, id, at=TEN + minute * MINUTE)
    for number, ref in ((OWNER, first.ref), (NEIGHBOUR, second.ref)):
        [text] = texts(session, number)
        assert f"（单号{ref}）经核对已撤销，不再派人处理" in text
        assert "误报" not in text, "what staff write for each other is not told"


def test_an_owner_hears_once_that_another_desk_has_it(session: Session, estate: Estate) -> None:
    noise, by = a_tap(session, estate, kind=Kind.COMPLAINT, category="noise"), estate.first.id
    tickets.actions.refer(session, noise.id, by, to=Referral(ReferTo.HEADQUARTERS), at=TEN + MINUTE, text="涉及经理")
    for minute in (3, 20):
        looks(session, TEN + minute * MINUTE)
    [text] = texts(session)
    assert f"（单号{noise.ref}）已转由公司总部处理" in text
    assert "经理" not in text
    other = a_project(session, "滨江花园")
    to = Referral(ReferTo.PROJECT, project_id=other.id)
    tickets.actions.refer(session, noise.id, by, to=to, at=TEN + 30 * MINUTE, text="x")
    looks(session, TEN + 33 * MINUTE)
    assert "已转由滨江花园处理" in texts(session)[1]


def test_an_owner_hears_that_one_of_us_opened_it_again(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate, language="en")
    tickets.actions.resolve(session, tap.id, estate.first.id, at=TEN + MINUTE, text="x")
    tickets.actions.reopen(session, tap.id, estate.first.id, at=TEN + 60 * MINUTE, text="没修好")
    for minute in (62, 80):
        looks(session, TEN + minute * MINUTE)
    [text] = texts(session)
    assert f"({tap.ref}): it is not finished after all. We are at it again" in text


def test_an_owner_hears_once_as_part_of_which_ticket_theirs_goes_on(session: Session, estate: Estate) -> None:
    first, second = a_tap(session, estate), a_tap(session, estate, caller_number=NEIGHBOUR)
    tickets.actions.merge(session, second.id, into=first, at=TEN + MINUTE)
    for minute in (1, 2):
        tell_merged(session, second, first, at=TEN + minute * MINUTE)
    [text] = texts(session, NEIGHBOUR)
    assert f"（单号{second.ref}）已并入工单{first.ref}一起处理" in text
    assert texts(session) == [], "to whoever reported the original it is no news"
    kind = {"kind": Kind.PRAISE, "category": "praise", "caller_number": NEIGHBOUR}
    tell_merged(session, a_tap(session, estate, **kind), first, at=TEN + 3 * MINUTE)
    assert len(texts(session, NEIGHBOUR)) == 1


def test_a_file_of_ones_own_says_what_owners_are_told(
    app: Flask, session: Session, estate: Estate, tmp_path: Path
) -> None:
    own = tmp_path / "changes.yaml"
    own.write_text("- tell: [waits]\n", encoding="utf-8")
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"changes_file": str(own)})
    tap = a_tap(session, estate)
    takes(session, estate, tap, TEN + MINUTE)
    looks(session, TEN + 4 * MINUTE)
    assert texts(session) == []


def test_a_cancellation_says_in_the_words_written_for_its_owner_why_and_whom_to_turn_to(
    session: Session, estate: Estate
) -> None:
    tap = a_tap(session, estate)
    tickets.actions.cancel(
        session, tap.id, estate.first.id, at=TEN, text="表前管，不管", told="表前水管归自来水公司，请拨962740。"
    )
    for _ in range(2):
        follow_up(session, tap.id, at=TEN)
    [text] = texts(session)
    assert "不再派人处理：表前水管归自来水公司，请拨962740。若仍需要" in text
    assert "不管" not in text, "what staff write for each other is not told"


def test_whoever_reported_it_is_told_once_who_outside_can_help_and_how_to_reach_them(
    session: Session, estate: Estate
) -> None:
    an_owner(session, a_home(session, estate.project, "3-1-0101"), NEIGHBOUR, "何青")
    first, second = a_tap(session, estate), a_tap(session, estate, caller_number=NEIGHBOUR, language="en")
    tickets.actions.merge(session, second.id, into=first, at=TEN + MINUTE)
    for minute in (2, 3):
        tell_referred(session, first, name="自来水公司", contact="962740", at=TEN + minute * MINUTE)
    [text], [neighbours] = texts(session), texts(session, NEIGHBOUR)
    assert f"（单号{first.ref}）要由自来水公司处理，联系方式：962740" in text
    assert f"({second.ref}): this is for 自来水公司 to do; reach them at 962740" in neighbours
    tell_referred(session, first, name="街道办", contact="12345", at=TEN + 4 * MINUTE)
    assert len(texts(session)) == 2, "somebody else is news"


def test_at_night_a_referral_outside_is_told_in_the_morning_and_of_a_rehearsal_never(
    session: Session, estate: Estate
) -> None:
    night = TEN + timedelta(hours=13)
    tell_referred(session, a_tap(session, estate, night, is_drill=True), name="x", contact="1", at=night)
    assert texts(session) == []
    tell_referred(session, a_tap(session, estate, night), name="x", contact="1", at=night)
    due_at = session.scalars(select(Message.due_at).where(Message.number == OWNER)).one()
    assert timedelta(hours=6) < due_at - night < timedelta(hours=11)


def test_an_owner_who_was_not_satisfied_and_whose_complaint_is_grave_hear_who_has_it_too(
    session: Session, estate: Estate
) -> None:
    grave = a_tap(session, estate, kind=Kind.COMPLAINT, category="attitude", level=Level.C2)
    takes(session, estate, grave, TEN + MINUTE)
    looks(session, TEN + 4 * MINUTE)
    [text] = texts(session)
    assert f"（单号{grave.ref}）由维修人员王强处理" in text
    tickets.actions.resolve(session, grave.id, estate.first.id, at=TEN + 5 * MINUTE, text="x")
    tickets.actions.reopen(session, grave.id, None, at=TEN + 9 * MINUTE, text="x", refused={"score": 1})
    tickets.actions.acknowledge(session, grave.id, estate.second.id, at=TEN + 10 * MINUTE, how="key")
    session.expire_all()
    looks(session, TEN + 13 * MINUTE)
    assert estate.second.name in texts(session)[-1]
    assert len(texts(session)) == 2


@pytest.mark.parametrize(("level", "hour"), [(Level.P2, 0), (Level.P0, 23)])
def test_at_night_only_of_danger_it_is_told_that_nobody_comes(
    session: Session, estate: Estate, level: Level, hour: int
) -> None:
    night = TEN + timedelta(hours=13)  # eleven in the evening
    category = "burst_pipe" if level is Level.P0 else "water_power"
    tap = a_tap(session, estate, night, category=category, level=level)
    tickets.actions.cancel(session, tap.id, estate.first.id, at=night, text="误报")
    follow_up(session, tap.id, at=night)
    due_at = session.scalars(select(Message.due_at).where(Message.number == OWNER)).one()
    assert (due_at == night) is (hour == 23)
    assert due_at - night < timedelta(hours=11)


def test_of_a_rehearsal_that_is_over_no_owner_hears(session: Session, estate: Estate) -> None:
    drill = a_tap(session, estate, is_drill=True)
    tickets.actions.cancel(session, drill.id, None, at=TEN, text="x")
    assert tickets.actions.follow_ups_due(session, at=TEN + MINUTE) == []


def test_the_night_is_told_in_the_morning_as_it_stands_then(session: Session, estate: Estate) -> None:
    evening = TEN + timedelta(hours=12)  # ten in the evening
    tap = a_tap(session, estate, evening)
    takes(session, estate, tap, evening + MINUTE)
    for minute in (3, 60, 500):
        looks(session, evening + minute * MINUTE)
    assert texts(session) == []
    tickets.actions.wait(session, tap.id, estate.first.id, at=evening + 300 * MINUTE, reason=WaitReason.PARTS)
    looks(session, evening + timedelta(hours=10))
    [text] = texts(session)
    assert "等待配件" in text


def test_whoever_reported_a_part_of_it_is_told_under_their_own_number(session: Session, estate: Estate) -> None:
    an_owner(session, a_home(session, estate.project, "3-1-0101"), NEIGHBOUR, "何青")
    first, second = a_tap(session, estate), a_tap(session, estate, caller_number=NEIGHBOUR)
    takes(session, estate, first, TEN + MINUTE)
    tickets.actions.merge(session, second.id, into=first, at=TEN + MINUTE)
    looks(session, TEN + 4 * MINUTE)
    assert [first.ref in texts(session)[0], second.ref in texts(session, NEIGHBOUR)[0]] == [True, True]


def test_of_a_group_everybody_hears_who_comes_and_when_at_any_hour(session: Session, estate: Estate) -> None:
    at = TEN + timedelta(hours=17)  # three at night: one home alone would be told in the morning
    numbers = [OWNER, NEIGHBOUR, "+8613800138002"]
    those = []
    for n, number in enumerate(numbers):
        home = a_home(session, estate.project, f"5-1-{n}01")
        an_owner(session, home, number, f"业主{n}")
        those.append(a_tap(session, estate, at + n * MINUTE, caller_number=number, home_id=home.id))
    takes(session, estate, those[0], at + 3 * MINUTE)
    for id in groups_due(session, at=at + 3 * MINUTE):
        keep_group(session, id, at=at + 3 * MINUTE)
    looks(session, at + 6 * MINUTE)
    for one, number in zip(those, numbers, strict=True):
        [text] = texts(session, number)
        assert one.ref in text
        assert "由维修人员王强处理，今日三点半前到场" in text, "as the first of them was promised"


def test_what_happened_before_anybody_watched_is_no_news(session: Session, estate: Estate) -> None:
    tap = a_tap(session, estate)
    takes(session, estate, tap, TEN + MINUTE)
    watch = TicketWatch(ticket_id=tap.id, watcher=Watcher.OWNER, seen_version=0, since_at=TEN + 5 * MINUTE)
    session.add(watch)
    session.flush()
    looks(session, TEN + 6 * MINUTE)
    assert texts(session) == []


def a_complaint(session: Session, estate: Estate, *, language: str = "zh") -> Ticket:
    """One about noise, which security refuses and the manager sends to the grounds."""
    estate.supervisor.department = "security"
    grounds = a_member_of_staff(session, "何静", "+8613900000077", Role.SUPERVISOR, estate.project)
    grounds.department = "environment"
    said = a_tap(session, estate, kind=Kind.COMPLAINT, category="noise", language=language)
    tickets.actions.put_by_itself(session, said.id, at=TEN)
    tickets.actions.answer(session, said.id, estate.supervisor, what=HopAnswer.NOT_OURS, reason="不归我们", at=TEN)
    tickets.actions.send(session, said.id, estate.manager, department="environment", reason="", at=TEN)
    tickets.actions.answer(session, said.id, grounds, what=HopAnswer.OURS, reason="", at=TEN)
    return said


@pytest.mark.parametrize(("language", "words"), [
    ("zh", "由环境部工作人员何静处理"), ("en", "Grounds and cleaning (何静) has it"),
])  # fmt: skip
def test_an_owner_is_told_once_which_department_took_what_another_refused(
    session: Session, estate: Estate, language: str, words: str
) -> None:
    said = a_complaint(session, estate, language=language)
    grounds = session.scalars(select(Staff).where(Staff.name == "何静")).one()
    tickets.actions.acknowledge(session, said.id, grounds.id, at=TEN, how="click")
    for minute in range(1, 60, 7):
        looks(session, TEN + minute * MINUTE)
    [text] = texts(session)
    assert words in text


def test_where_somebody_of_another_department_has_it_the_department_alone_is_named(
    session: Session, estate: Estate
) -> None:
    estate.first.department = "desk"
    said = a_complaint(session, estate)
    takes(session, estate, said, TEN)
    looks(session, TEN + 3 * MINUTE)
    [text] = texts(session)
    assert "由环境部处理" in text
    assert "王强" not in text


def test_the_department_that_was_asked_first_is_no_news(session: Session, estate: Estate) -> None:
    estate.supervisor.department = "security"
    said = a_tap(session, estate, kind=Kind.COMPLAINT, category="noise")
    takes(session, estate, said, TEN)
    looks(session, TEN + 3 * MINUTE)
    assert len(texts(session)) == 1
    tickets.actions.put_by_itself(session, said.id, at=TEN)
    tickets.actions.answer(session, said.id, estate.supervisor, what=HopAnswer.OURS, reason="", at=TEN + 4 * MINUTE)
    looks(session, TEN + 9 * MINUTE)
    assert len(texts(session)) == 1


def test_departments_have_the_same_names_for_owners_as_at_the_desk() -> None:
    for one in Department:
        for language in ("zh", "en"):
            assert say(f"department_{one.value}", language) == console.words.say(f"department.{one.value}", language)
