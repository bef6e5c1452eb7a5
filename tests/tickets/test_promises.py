"""Clocks in service hours and the promises that are their ends, as tables of values."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.clocks import clocks, deadline, next_due
from tickets.clocktable import table_of_the_house
from tickets.hours import ROUND_THE_CLOCK, Hours
from tickets.lifecycle import Level
from tickets.promises import Promise, by, sentence, since, when
from tickets.running import ClockName, Fact

ZONE = "Asia/Shanghai"
TABLE = table_of_the_house()
OFFICE = Hours(time(8, 30), time(18), ZONE)
EARLY = Hours(time(9), time(17, 30), ZONE)


def here(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def promise(level: Level, began_at: datetime, hours: Hours = OFFICE, *, is_met: bool = False) -> Promise:
    due_at = deadline(level, began_at=began_at, hours=hours)
    return Promise(level, began_at, due_at, is_met, TABLE[level].promised_s)


@pytest.mark.parametrize(
    ("level", "began_at", "due_at"),
    [
        (Level.P0, here(23, "02:13"), here(23, "02:18")),
        (Level.P1, here(23, "02:13"), here(23, "02:43")),
        (Level.C2, here(23, "02:13"), here(23, "03:13")),
        (Level.P2, here(23, "10:00"), here(23, "10:30")),
        (Level.P2, here(23, "02:13"), here(23, "09:00")),
        (Level.P2, here(23, "17:50"), here(24, "08:50")),
        (Level.P3, here(23, "16:00"), here(24, "10:30")),
        (Level.C1, here(23, "22:00"), here(24, "22:00")),
    ],
)
def test_what_is_promised_is_kept_in_the_desks_hours_unless_somebody_is_in_danger(
    level: Level, began_at: datetime, due_at: datetime
) -> None:
    assert deadline(level, began_at=began_at, hours=OFFICE) == due_at
    standing = clocks(level, [Fact("opened", began_at)], at=began_at, hours=OFFICE)
    assert next(clock.due_at for clock in standing if clock.name is TABLE[level].promised) == due_at
    always = deadline(level, began_at=began_at, hours=ROUND_THE_CLOCK)
    assert always == began_at + timedelta(seconds=TABLE[level].promised_s)


def test_only_short_clocks_wait_for_the_desk() -> None:
    opened = [Fact("opened", here(23, "20:00"))]
    due = {
        (level, clock.name): clock.due_at
        for level in Level
        for clock in clocks(level, opened, at=here(23, "20:00"), hours=OFFICE)
    }
    assert due[Level.P2, ClockName.FINISH] == here(24, "20:00")
    assert due[Level.P3, ClockName.FINISH] == here(25, "20:00")
    assert due[Level.C2, ClockName.FIRST_REPLY] == here(24, "12:30")
    assert due[Level.C2, ClockName.FINISH] == here(26, "20:00")


def test_at_night_a_repair_is_not_late_and_in_the_morning_it_is() -> None:
    told = [Fact("opened", here(23, "02:13"))]
    (night, _) = clocks(Level.P2, told, at=here(23, "08:00"), hours=OFFICE)
    assert (night.is_broken, night.left_s, night.due_at) == (False, 3600, here(23, "09:00"))
    (morning, _) = clocks(Level.P2, told, at=here(23, "09:10"), hours=OFFICE)
    assert (morning.is_broken, morning.left_s, morning.due_at) == (True, -600, here(23, "09:00"))


def test_what_ran_out_at_closing_is_late_all_night() -> None:
    told = [Fact("opened", here(23, "17:30"))]
    (ack, _) = clocks(Level.P2, told, at=here(23, "20:00"), hours=OFFICE)
    assert (ack.is_broken, ack.due_at) == (True, here(23, "18:00"))
    (met, _) = clocks(Level.P2, [*told, Fact("acknowledged", here(23, "19:00"))], at=here(23, "20:00"), hours=OFFICE)
    assert (met.is_broken, met.left_s) == (True, -3600)


def test_taken_at_night_in_time_what_is_left_is_service_time() -> None:
    told = [Fact("opened", here(23, "17:50")), Fact("acknowledged", here(23, "21:00"))]
    (ack, _) = clocks(Level.P2, told, at=here(24, "12:00"), hours=OFFICE)
    assert (ack.is_broken, ack.left_s, ack.due_at) == (False, 20 * 60, None)


def test_a_pause_stops_a_clock_in_service_hours_too() -> None:
    told = [Fact("opened", here(23, "16:00")), Fact("waiting", here(23, "17:00"))]
    (reply, _) = clocks(Level.P3, told, at=here(24, "10:00"), hours=OFFICE)
    assert (reply.is_paused, reply.left_s) == (True, 3 * 3600)
    (reply, _) = clocks(Level.P3, [*told, Fact("resumed", here(24, "09:30"))], at=here(24, "10:00"), hours=OFFICE)
    assert reply.due_at == here(24, "12:30")


def test_the_next_due_is_the_first_on_the_wall() -> None:
    told = [Fact("opened", here(23, "20:00"))]
    due = next_due(clocks(Level.P2, told, at=here(23, "20:00"), hours=OFFICE))
    assert due is not None
    assert due.name is ClockName.ACK


@pytest.mark.parametrize(
    ("level", "began_at", "at", "zh", "en"),
    [
        (Level.P0, here(23, "02:13"), here(23, "02:13"), "五分钟内", "within five minutes"),
        (Level.P1, here(23, "02:13"), here(23, "02:15"), "三十分钟内", "within thirty minutes"),
        (Level.P2, here(23, "10:00"), here(23, "10:02"), "三十分钟内", "within thirty minutes"),
        (Level.P2, here(23, "10:00"), here(23, "10:20"), "今日十点半前", "by 10:30 this morning"),
        (Level.P2, here(23, "10:05"), here(23, "10:20"), "今日十点三十五分前", "by 10:35 this morning"),
        (Level.P2, here(23, "02:00"), here(23, "02:00"), "今日九点前", "by 9 this morning"),
        (Level.P2, here(22, "22:00"), here(22, "22:00"), "次日九点前", "by 9 tomorrow morning"),
        (Level.P2, here(22, "22:00"), here(23, "00:01"), "今日九点前", "by 9 this morning"),
        (Level.P2, here(23, "17:45"), here(23, "17:45"), "次日八点四十五分前", "by 8:45 tomorrow morning"),
        (Level.P2, here(23, "17:35"), here(23, "17:35"), "次日八点三十五分前", "by 8:35 tomorrow morning"),
        (Level.P3, here(23, "09:00"), here(23, "09:00"), "四小时内", "within four hours"),
        (Level.P3, here(23, "09:00"), here(23, "10:00"), "今日十三点前", "by 1 this afternoon"),
        (Level.P3, here(22, "23:00"), here(22, "23:00"), "次日十二点半前", "by 12:30 tomorrow afternoon"),
        (Level.C1, here(23, "22:05"), here(23, "22:05"), "二十四小时内", "within twenty-four hours"),
        (Level.C1, here(23, "22:05"), here(23, "23:00"), "次日二十二点零五分前", "by 10:05 tomorrow evening"),
        (Level.C2, here(23, "01:00"), here(23, "01:00"), "一小时内", "within an hour"),
        (Level.C2, here(23, "01:00"), here(23, "01:30"), "今日两点前", "by 2 this morning"),
        (Level.P0, here(23, "02:13"), here(23, "02:17"), "最短时间内", "as soon as we can"),
        (Level.P0, here(23, "02:13"), here(23, "02:20"), "最短时间内", "as soon as we can"),
    ],
)
def test_a_promise_is_told_by_its_own_clock(level: Level, began_at: datetime, at: datetime, zh: str, en: str) -> None:
    told = promise(level, began_at)
    assert when(told, "zh", at=at, zone=ZONE, in_figures=False) == zh
    assert when(told, "en", at=at, zone=ZONE, in_figures=False) == en


def test_a_desk_that_opens_at_nine_promises_half_past() -> None:
    told = promise(Level.P2, here(22, "22:00"), EARLY)
    assert sentence(told, "zh", at=here(22, "22:00"), zone=ZONE) == "我们将在次日九点半前与您联系。"
    assert sentence(told, "en", at=here(22, "22:00"), zone=ZONE) == "We will contact you by 9:30 tomorrow morning."


@pytest.mark.parametrize(
    ("level", "zh", "en"),
    [
        (Level.P0, "5分钟内", "within 5 minutes"),
        (Level.P3, "4小时内", "within 4 hours"),
        (Level.C1, "24小时内", "within 24 hours"),
        (Level.C2, "1小时内", "within 1 hour"),
    ],
)
def test_in_a_text_durations_are_figures(level: Level, zh: str, en: str) -> None:
    told = promise(level, here(23, "09:00"))
    assert when(told, "zh", at=here(23, "09:00"), zone=ZONE) == zh
    assert when(told, "en", at=here(23, "09:00"), zone=ZONE) == en


@pytest.mark.parametrize(
    ("due_at", "zh", "en"),
    [
        (here(25, "09:30"), "十一月二十五日九点半前", "by 9:30 in the morning of 25 November"),
        (here(21, "14:20"), "十一月二十一日十四点二十分前", "by 2:20 in the afternoon of 21 November"),
        (here(22, "12:00"), "十一月二十二日十二点前", "by noon on 22 November"),
        (here(23, "12:00"), "今日十二点前", "by noon today"),
        (here(24, "12:00"), "次日十二点前", "by noon tomorrow"),
        (here(24, "12:01"), "次日十二点零一分前", "by 12:01 tomorrow afternoon"),
        (here(23, "00:00"), "今日零点前", "by midnight last night"),
        (here(24, "00:00"), "次日零点前", "by midnight tonight"),
        (here(24, "00:30"), "次日零点半前", "by 12:30 tomorrow morning"),
        (here(25, "00:00"), "十一月二十五日零点前", "by midnight tomorrow night"),
        (here(26, "00:00"), "十一月二十六日零点前", "by midnight at the end of 25 November"),
        (here(1, "00:00"), "十一月一日零点前", "by midnight at the end of 31 October"),
        (here(23, "23:59") + timedelta(seconds=1), "次日零点前", "by midnight tonight"),
        (here(23, "09:00") + timedelta(seconds=1), "今日九点零一分前", "by 9:01 this morning"),
    ],
)
def test_other_days_are_named_and_seconds_never_promise_too_early(due_at: datetime, zh: str, en: str) -> None:
    assert by(due_at, "zh", at=here(23, "08:00"), zone=ZONE, in_figures=False) == zh
    assert by(due_at, "en", at=here(23, "08:00"), zone=ZONE) == en


@pytest.mark.parametrize(
    ("clock", "zh"),
    [("09:00", "次日九点前"), ("09:30", "次日九点半前"), ("17:45", "次日17:45前"), ("08:05", "次日8:05前")],
)
def test_in_a_text_odd_minutes_are_figures(clock: str, zh: str) -> None:
    assert by(here(24, clock), "zh", at=here(23, "08:00"), zone=ZONE) == zh


def test_a_promise_is_broken_when_its_moment_has_passed_and_nobody_kept_it() -> None:
    began_at = here(23, "10:00")
    assert not promise(Level.P2, began_at).is_broken(here(23, "10:30"))
    assert promise(Level.P2, began_at).is_broken(here(23, "10:31"))
    assert not promise(Level.P2, began_at, is_met=True).is_broken(here(23, "11:00"))


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_level_promises_in_both_languages(level: Level, language: str) -> None:
    at = here(23, "10:00")
    said = sentence(promise(level, at), language, at=at, zone=ZONE)
    assert said.endswith("." if language == "en" else "。")
    assert "{" not in said


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (here(26, "00:01"), "今天", "today"),
        (here(25, "23:59"), "昨天", "yesterday"),
        (here(24, "10:00"), "周二", "on Tuesday"),
        (here(20, "10:00"), "周五", "on Friday"),
        (here(19, "10:00"), "十一月十九日", "on 19 November"),
    ],
)
def test_the_day_of_what_was_is_called_as_people_do(moment: datetime, zh: str, en: str) -> None:
    at = here(26, "09:00")
    assert (since(moment, "zh", at=at, zone=ZONE), since(moment, "en", at=at, zone=ZONE)) == (zh, en)
