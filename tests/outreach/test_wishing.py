"""A happy birthday: on the day, in the hours, where they are; once in their year; and only to who wants it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import update
from sqlalchemy.orm import Session

import clockwork
from base import clock
from base.access import Role
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from base.queue import Lane
from directory.models import Language
from messages import jobs as messages_jobs
from messages.lifecycle import MessageClass, MessageState
from messages.models import Message
from outreach.actions import birthdays, birthdaywords
from outreach.actions.campaigns import By
from outreach.jobs import birthdays as jobs
from outreach.jobs import blocks as blocks_jobs
from telephony.carrier import OutgoingText, Rejected
from tests import make
from tests.messages.fake import a_text
from tests.outreach.birthday import MORNING, OWNER, Estate, an_estate

OTHER = "+8613800138001"


@pytest.fixture
def estate(app: Flask) -> Estate:
    return an_estate(app)


def standing(session: Session) -> int:
    wish = birthdays.standing(session)
    return wish.id if wish else 0


def set_to(app: Flask, **change: object) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=change)


def test_whoever_wants_greetings_is_wished_once_on_their_birthday(estate: Estate) -> None:
    estate.resident(name="李梅")
    estate.words()
    for _ in range(3):
        estate.the_clock_looks()
    (wished,) = estate.sent()
    assert (wished.state, wished.once_key) == (MessageState.ACCEPTED, "birthday/1/solar/2026")
    assert wished.body == "【回音物业】李女士，回音物业祝您生日快乐！拒收请回复R"
    assert wished.valid_until_at == datetime.fromisoformat("2026-11-22T20:00:00+08:00")
    estate.the_clock_looks(MORNING + timedelta(days=1))
    assert len(estate.sent()) == 1
    estate.the_clock_looks(MORNING.replace(year=2027))
    assert [one.once_key for one in estate.sent()] == ["birthday/1/solar/2026", "birthday/1/solar/2027"]


def test_a_lunar_birthday_is_kept_by_the_moon(estate: Estate) -> None:
    estate.resident(born=(10, 14), birth_is_lunar=True)
    estate.resident(OTHER, "钱伟", born=(10, 14))
    estate.words()
    estate.the_clock_looks()
    assert [(one.number, one.once_key) for one in estate.sent()] == [(OWNER, "birthday/1/lunar/2026")]


def test_nobody_is_wished_before_nine_or_after_eight_and_everybody_by_their_own_clock(estate: Estate) -> None:
    estate.resident()
    estate.resident("+447400123456", "Jane Smith", language=Language.EN, salutation="")
    estate.words()
    estate.the_clock_looks(datetime(2026, 11, 22, 0, 55, tzinfo=UTC))
    assert estate.sent() == [], "five to nine in Shanghai"
    estate.the_clock_looks(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
    assert [one.number for one in estate.sent()] == [OWNER]
    estate.the_clock_looks(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    assert estate.sent()[1].body == (
        "Huiyin Property: Dear resident, a happy birthday from Huiyin Property. Reply R to opt out."
    )


def test_where_it_is_eight_in_the_evening_already_nobody_is_wished_any_more(estate: Estate) -> None:
    estate.resident()
    estate.words()
    estate.the_clock_looks(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    assert estate.sent() == []


def test_where_it_is_another_day_nobody_is_wished(estate: Estate) -> None:
    """At nine in the evening of the 21st in Shanghai it is two in the afternoon of the 21st in London."""
    estate.resident("+16045550100", "Ann Lee", born=(11, 21))
    estate.words()
    estate.the_clock_looks(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))  # five in the afternoon of the 21st in Vancouver
    assert len(estate.sent()) == 1


@pytest.mark.parametrize(
    ("granted", "more", "reason"),
    [
        (None, {}, "no_consent"),
        (False, {}, "opted_out"),
        (True, {"bereaved_at": MORNING - timedelta(days=300)}, "bereaved"),
        (True, {"bereaved_at": MORNING - timedelta(days=366)}, ""),
    ],
)
def test_who_is_not_wished_and_why(
    estate: Estate, granted: bool | None, more: dict[str, object], reason: str
) -> None:  # fmt: skip
    estate.resident(granted=granted, **more)
    estate.words()
    estate.the_clock_looks()
    assert bool(estate.sent()) is not bool(reason)
    with reading() as session:
        (one,) = birthdays.celebrants(session, MORNING.date(), at=MORNING)
        assert one.reason == reason


@pytest.mark.parametrize("day", ["2026-12-13", "2027-04-05"])
def test_on_a_day_of_mourning_nobody_is_wished(estate: Estate, day: str) -> None:
    at = datetime.fromisoformat(f"{day}T10:00:00+08:00")
    estate.resident(born=(at.month, at.day))
    estate.words()
    estate.the_clock_looks(at)
    assert estate.sent() == []
    with reading() as session:
        assert [one.reason for one in birthdays.celebrants(session, at.date(), at=at)] == ["mourning_day"]


def test_two_who_share_a_number_are_wished_once(estate: Estate) -> None:
    estate.resident()
    estate.resident(name="李松")
    estate.words()
    estate.the_clock_looks()
    assert [one.once_key for one in estate.sent()] == ["birthday/1/solar/2026"]


def test_whoever_was_greeted_for_something_else_today_is_not_wished_on_top_of_it(estate: Estate) -> None:
    estate.resident()
    estate.words()
    with transaction() as session:
        a_text(session, MessageClass.CARE, at=MORNING)
    messages_jobs.work_lane("bulk")
    estate.the_clock_looks()
    assert [(one.state, one.reason) for one in estate.sent()] == [
        (MessageState.ACCEPTED, ""), (MessageState.SUPPRESSED, "one_a_day"),
    ]  # fmt: skip


def test_born_on_29_february_or_in_a_leap_month_goes_by_the_settings(app: Flask, estate: Estate) -> None:
    estate.resident(born=(2, 29))
    estate.resident(OTHER, "钱伟", born=(6, 15), birth_is_lunar=True, birth_is_leap=True)
    estate.words()
    days = {
        "2026-02-28": [OWNER], "2026-03-01": [], "2025-07-09": [OTHER], "2025-08-08": [],
    }  # fmt: skip
    for day, numbers in days.items():
        at = datetime.fromisoformat(f"{day}T10:00:00+08:00")
        with reading() as session:
            found = birthdays.celebrants(session, at.date(), at=at)
            assert [one.number for one in found] == numbers, day
    set_to(app, birthday_leap_day="03-01", birthday_leap_month="both")
    days |= {"2026-02-28": [], "2026-03-01": [OWNER], "2025-08-08": [OTHER]}
    onces = set()
    for day, numbers in days.items():
        at = datetime.fromisoformat(f"{day}T10:00:00+08:00")
        with reading() as session:
            found = birthdays.celebrants(session, at.date(), at=at)
            assert [one.number for one in found] == numbers, day
            onces |= {one.once for one in found}
    assert onces == {"solar/2026", "lunar/2025", "lunar/2025/leap"}


def test_whoever_has_no_home_here_any_more_is_not_wished(estate: Estate) -> None:
    person_id = estate.resident()
    with transaction() as session:
        session.get_one(birthdays.Person, person_id).contacts[0].ended_at = MORNING - timedelta(days=1)
    estate.words()
    estate.the_clock_looks()
    assert estate.sent() == []


def test_nothing_goes_before_a_second_person_has_approved_the_words(estate: Estate) -> None:
    estate.resident()
    wish_id = estate.words(approved=False)
    estate.the_clock_looks()
    assert estate.sent() == []
    with pytest.raises(NotAllowed, match="自己写的"), transaction() as session:
        birthdaywords.approve(session, wish_id, estate.author, at=MORNING)
    with transaction() as session:
        birthdaywords.approve(session, wish_id, estate.approver, at=MORNING)
    with pytest.raises(Conflict), transaction() as session:
        birthdaywords.approve(session, wish_id, estate.approver, at=MORNING)
    estate.the_clock_looks()
    assert len(estate.sent()) == 1


def test_switched_off_nobody_is_wished_and_switched_on_again_they_are(estate: Estate) -> None:
    estate.resident()
    wish_id = estate.words()
    with transaction() as session:
        birthdaywords.switch_off(session, wish_id, estate.approver)
    estate.the_clock_looks()
    assert estate.sent() == []
    with transaction() as session:
        birthdaywords.switch_on(session, wish_id, estate.approver)
    estate.the_clock_looks()
    assert len(estate.sent()) == 1


def test_newer_words_take_the_place_of_the_older_once_they_are_approved(estate: Estate) -> None:
    first = estate.words()
    second = estate.words(approved=False)
    with reading() as session:
        assert standing(session) == first
    with pytest.raises(Conflict), transaction() as session:
        birthdaywords.approve(session, first, estate.approver, at=MORNING)
    with transaction() as session:
        birthdaywords.approve(session, second, estate.approver, at=MORNING)
    with reading() as session:
        assert standing(session) == second


def test_whoever_waits_in_older_words_is_wished_once_in_the_newer(estate: Estate) -> None:
    estate.resident()
    estate.resident(OTHER, "钱伟")
    estate.words()
    jobs.greet_due()
    with transaction() as session:  # one leaves before the words change
        session.execute(update(Message).where(Message.number == OTHER).values(due_at=MORNING + timedelta(hours=1)))
    messages_jobs.work_lane("bulk")
    newer = estate.words(zh="{salutation}，祝您生日快乐，平安喜乐！")
    blocks_jobs.sweep()
    for minutes in (5, 10, 70):
        estate.the_clock_looks(MORNING + timedelta(minutes=minutes))
    sent = [(one.number, one.about) for one in estate.sent() if one.state is MessageState.ACCEPTED]
    assert sent == [(OWNER, f"birthday:{newer - 1}"), (OTHER, f"birthday:{newer}")]
    old, new = estate.carrier.asked
    assert isinstance(old, OutgoingText)
    assert isinstance(new, OutgoingText)
    assert ("平安喜乐" in old.body, "平安喜乐" in new.body) == (False, True)


def test_what_the_carrier_was_asked_once_goes_on_in_its_old_words_after_newer_ones(estate: Estate) -> None:
    estate.resident()
    estate.words()
    estate.carrier.answers = [Rejected("20503", is_permanent=False)]
    estate.the_clock_looks()
    newer = estate.words(zh="{salutation}，祝您生日快乐，平安喜乐！")
    for minutes in (5, 10):
        estate.the_clock_looks(MORNING + timedelta(minutes=minutes))
        blocks_jobs.sweep()
    (wished,) = estate.sent()
    assert (wished.state, wished.attempts, wished.about) == (MessageState.ACCEPTED, 2, f"birthday:{newer - 1}")


def test_older_words_that_are_switched_on_again_wish_nobody_twice(estate: Estate) -> None:
    estate.resident()
    first = estate.words()
    jobs.greet_due()
    estate.words()
    with transaction() as session:
        birthdaywords.switch_on(session, first, estate.approver)
    for minutes in (5, 10):
        clock.stop_at(MORNING + timedelta(minutes=minutes))
        blocks_jobs.sweep()
        estate.the_clock_looks(MORNING + timedelta(minutes=minutes))
    assert len(estate.carrier.asked) == 1


def test_who_may_decide_and_what_may_be_written(estate: Estate) -> None:
    agent = By(estate.author.staff_id, Role.AGENT, None)
    for refused, text, by in (
        (NotAllowed, "生日快乐", agent), (BadInput, "", estate.author), (BadInput, "{age}岁生日快乐", estate.author),
    ):  # fmt: skip
        with pytest.raises(refused), transaction() as session:
            birthdaywords.write(session, text, "Happy birthday", by, at=MORNING)
    with transaction() as session:
        make.a_project(session, "滨江花园")
    with pytest.raises(NotAllowed, match="所有项目"), transaction() as session:
        birthdaywords.write(session, "生日快乐", "Happy birthday", estate.author, at=MORNING)


def test_the_clock_asks_for_birthdays_and_while_greetings_are_about_to_go_for_a_sweep(
    app: Flask, estate: Estate
) -> None:
    hints = app.extensions["hints"]

    def asked_for() -> set[str]:
        for lane in Lane:
            hints.queue(lane).empty()
        for _, work in clockwork.PERIODS:
            clockwork.tick(work)
        return {job.func_name for lane in Lane for job in hints.queue(lane).jobs}

    theirs = {"outreach.jobs.birthdays.greet_due", "outreach.jobs.blocks.sweep"}
    assert not theirs & asked_for(), "nothing is switched on"
    estate.resident()
    estate.words()
    assert theirs & asked_for() == {"outreach.jobs.birthdays.greet_due"}
    jobs.greet_due()
    assert theirs <= asked_for(), "and now a greeting is about to go"


def test_a_dry_run_says_who_and_why_not_and_sends_nothing(estate: Estate, runner: FlaskCliRunner) -> None:
    estate.resident()
    estate.resident(OTHER, "钱伟", granted=None)
    before = runner.invoke(args=["greeting", "birthdays", "2026-11-22"])
    assert "wishes are switched off" in before.stdout
    estate.words()
    said = runner.invoke(args=["greeting", "birthdays", "2026-11-22"])
    assert (said.exit_code, said.stderr) == (0, "")
    assert "2 人 people, 发 wished 1" in said.stdout
    assert "李梅  +86138****8000  solar/2026  【回音物业】李女士，回音物业祝您生日快乐！" in said.stdout
    assert "钱伟  +86138****8001  solar/2026  不发 not wished: no_consent" in said.stdout
    assert estate.sent() == []


def test_birthdays_are_counted_month_by_month_where_they_fall(estate: Estate) -> None:
    estate.resident(born=(11, 22))
    estate.resident(OTHER, "钱伟", born=(11, 20), birth_is_lunar=True)
    estate.resident("+8613800138002", "孙丽", born=(11, 3), granted=None)
    with reading() as session:
        of_2026, of_2025 = birthdays.a_month(session, 2026), birthdays.a_month(session, 2025)
    assert {month: count for month, count in of_2026.items() if count} == {1: 1, 11: 1, 12: 1}, (
        "冬月二十 is twice in 2026"
    )
    assert {month: count for month, count in of_2025.items() if count} == {11: 1}, "and not in 2025"


def test_a_thousand_birthdays_and_one_are_wished_in_two_transactions(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(birthdays, "MOST_ROWS", 2)
    for n in range(5):
        estate.resident(f"+861380013800{n}", f"邻居{n}")
    estate.words()
    estate.the_clock_looks()
    assert len(estate.sent()) == 5
    clock.stop_at(None)
