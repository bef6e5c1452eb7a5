"""The month of the rota: everybody looks at it, leaders give a turn to somebody else and take that back for a while."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.auditmodels import Audit, AuditWhat
from directory.models import Project, Staff
from oncall.actions import swapping
from oncall.actions.calendars import own_shifts
from oncall.actions.duty import who_is_on_duty
from oncall.actions.leave import write_leave
from oncall.actions.moving import TAKEN_BACK_WITHIN
from oncall.actions.swapping import WHY
from oncall.ladder import Post
from oncall.models import LeaveKind, Override
from oncall.swaps import Clash
from tests import make
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening

NOON = datetime.fromisoformat("2026-11-26T12:00:00+08:00")
DAY = timedelta(days=1)


def form(evening: Evening, who: str, holder: str = "technician", **changes: str) -> dict[str, str]:
    """The turn of the Thursday, as the page holds it."""
    starts, ends = ((NOON + timedelta(hours=n)).astimezone(UTC).isoformat() for n in (-4, 8))
    return {
        "project": str(evening.home_project), "post": "first", "month": "2026-11", "from": starts, "until": ends,
        "holder": str(evening.staff[holder]) if holder else "", "staff": str(evening.staff[who]), "reason": "发烧",
        **changes,
    }  # fmt: skip


@pytest.fixture
def thursday(evening: Evening) -> Evening:
    """The technician is first from eight to eight."""
    with transaction() as session:
        project, who = (
            session.get_one(Project, evening.home_project), session.get_one(Staff, evening.staff["technician"])
        )  # fmt: skip
        make.a_shift(session, project, who, Post.FIRST, NOON + timedelta(hours=2), hours=6)
    return evening


def first(evening: Evening, at: datetime = NOON) -> list[str]:
    with reading() as session:
        duty = who_is_on_duty(session, evening.home_project, at=at)
        return [] if duty.has_gap else [staff.name for staff in duty.first]


def cell(page: str, day: str) -> str:
    return page.split(f'id="day-{day}"')[1].split("</td>", maxsplit=1)[0]


def written() -> int:
    with reading() as session:
        return session.scalars(select(Override.id).order_by(Override.id.desc())).first() or 0


def test_the_month_shows_who_is_on_duty_where_nobody_is_and_what_each_carries(
    logged_in: LogIn, thursday: Evening
) -> None:
    page = logged_in("agent").get("/oncall/month").text
    assert "2026 年 11 月" in page
    assert "周建国" in cell(page, "2026-11-26")
    assert "shift--gap" in cell(page, "2026-11-28")
    assert say("duty.nobody", "zh") in cell(page, "2026-11-28")
    assert page.count('aria-current="date"') == 1
    assert 'aria-current="date"' in cell(page, "2026-11-22")
    loads = page.split('id="loads"')[1].split("</table>")[0]
    assert loads.index("周建国") < loads.index("何磊"), "the heaviest first"
    second = logged_in("agent").get("/oncall/month?post=second&month=2026-11").text
    assert "何磊" in cell(second, "2026-11-22")
    assert "周建国" not in cell(second, "2026-11-26")


def test_one_hole_is_counted_as_one(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        who = session.get_one(Staff, evening.staff["technician"])
        for days in (3.5, 13.5):  # from the evening's own shift to the end of the sheet, but for one night
            make.a_shift(session, project, who, Post.FIRST, EVENING + days * DAY, hours=72 if days < 4 else 156)
    page = logged_in("agent").get("/oncall/month?month=2026-11&lang=en").text
    assert "1 turn of this month with nobody" in page


def test_days_before_the_rota_began_are_quiet(logged_in: LogIn, thursday: Evening) -> None:
    page = logged_in("agent").get("/oncall/month").text
    assert "shift" not in cell(page, "2026-11-20")
    assert "shift--gap" in cell(page, "2026-11-23")
    never = logged_in("agent").get("/oncall/month?post=director").text
    assert "shift" not in cell(never, "2026-11-20")
    assert "shift--gap" in cell(never, "2026-11-23"), "a coming turn can be given to somebody"


def test_holidays_and_days_worked_instead_are_marked(logged_in: LogIn, evening: Evening) -> None:
    reader = logged_in("agent")
    page = reader.get("/oncall/month?month=2026-10").text
    assert "国庆节" in cell(page, "2026-10-01")
    assert say("month.work", "zh") in cell(page, "2026-10-10")
    assert say("month.work", "zh") not in cell(page, "2026-10-17")
    english = reader.get("/oncall/month?month=2026-10&lang=en").text
    assert "Oct 2026" in english
    assert "National Day" in cell(english, "2026-10-01")


def test_somebody_takes_a_turn_over_and_it_is_taken_back(logged_in: LogIn, thursday: Evening) -> None:
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/month", **form(thursday, "second")).status_code == 303
    assert [first(thursday), first(thursday, NOON + DAY)] == [["何磊"], []]
    page = leader.get("/oncall/month").text
    assert "何磊" in cell(page, "2026-11-26")
    assert f'id="undo-{written()}"' in page
    assert leader.sends(f"/oncall/take-over/{written()}/withdraw").status_code == 303
    assert first(thursday) == ["周建国"]
    with reading() as session:
        mine = own_shifts(session, session.get_one(Staff, thursday.staff["second"]), at=EVENING)
        assert Post.FIRST not in {entry.turn.post for entry in mine}
        theirs = own_shifts(session, session.get_one(Staff, thursday.staff["technician"]), at=EVENING)
        assert NOON - timedelta(hours=4) in {entry.turn.starts_at for entry in theirs}
        kept = session.scalars(select(Audit.about).where(Audit.what == AuditWhat.ROTA)).all()
        assert kept == [f"override:{written()}"] * 2, "both are on record"
    assert f'id="undo-{written()}"' not in leader.get("/oncall/month").text
    assert leader.sends(f"/oncall/take-over/{written()}/withdraw").status_code == 303, "twice is once"
    assert leader.sends("/oncall/month", **form(thursday, "second")).status_code == 303, "and can be written again"
    assert first(thursday) == ["何磊"]


def test_a_hole_is_filled(logged_in: LogIn, thursday: Evening) -> None:
    starts, ends = (NOON + DAY - timedelta(hours=4), NOON + DAY + timedelta(hours=8))
    hole = form(thursday, "second", "", **{"from": starts.isoformat(), "until": ends.isoformat()})
    assert logged_in("supervisor").sends("/oncall/month", **hole).status_code == 303
    assert first(thursday, NOON + DAY) == ["何磊"]


def test_what_was_written_long_ago_or_has_begun_or_is_a_swap_stays(logged_in: LogIn, thursday: Evening) -> None:
    leader = logged_in("supervisor")
    leader.sends("/oncall/month", **form(thursday, "second"))
    path = f"/oncall/take-over/{written()}/withdraw"
    clock.stop_at(EVENING + TAKEN_BACK_WITHIN + timedelta(seconds=1))
    assert leader.sends(path).status_code == 409
    clock.stop_at(EVENING)
    with transaction() as session:
        session.get_one(Override, written()).starts_at = EVENING
    assert leader.sends(path).status_code == 409
    assert first(thursday) == ["何磊"]
    with transaction() as session:
        session.get_one(Override, written()).withdrawn_at = EVENING
        asked = swapping.ask(
            session, project_id=thursday.home_project, post=Post.FIRST, starts_at=NOON - timedelta(hours=4),
            asker_id=thursday.staff["technician"], taker_id=thursday.staff["second"], reason="", at=EVENING,
        )  # fmt: skip
        swapping.answer(session, asked.id, agrees=True, by_id=thursday.staff["second"], at=EVENING)
        swapping.decide(session, asked.id, approves=True, by_id=thursday.staff["supervisor"], at=EVENING)
    assert first(thursday) == ["何磊"]
    assert leader.sends(f"/oncall/take-over/{written()}/withdraw").status_code == 409, "both were told that it holds"


@pytest.mark.parametrize(("why", "lang"), [(Clash.ON_LEAVE, "zh"), (Clash.NO_REST, "en"), (Clash.ON_DUTY, "zh")])
def test_what_clashes_is_refused_with_its_reason_and_the_dialog_stays_open(
    logged_in: LogIn, thursday: Evening, why: Clash, lang: str
) -> None:
    with transaction() as session:
        if why is Clash.ON_LEAVE:
            write_leave(
                session, staff_id=thursday.staff["second"], kind=LeaveKind.SICK, starts_at=NOON,
                ends_at=NOON + DAY, note="", by_id=None, at=EVENING,
            )  # fmt: skip
        else:
            project, who = (
                session.get_one(Project, thursday.home_project), session.get_one(Staff, thursday.staff["second"])
            )  # fmt: skip
            middle = NOON + timedelta(hours=16 if why is Clash.NO_REST else 2)
            make.a_shift(session, project, who, Post.SECOND, middle, hours=5)
    leader = logged_in("supervisor")
    leader.get(f"/oncall/month?lang={lang}")
    answer = leader.sends("/oncall/month", **form(thursday, "second"))
    assert answer.status_code == 422
    zh, en = WHY[why].split("。")
    assert (en if lang == "en" else zh) in answer.text
    assert "data-show" in answer.text
    assert 'value="发烧"' in answer.text
    assert first(thursday) == ["周建国"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": " "}, 422), ({"staff": ""}, 422), ({"staff": "99999999999"}, 422), ({"from": "soon"}, 422),
        ({"from": "2026-11-26T08:00"}, 422), ({"post": "king"}, 422), ({"holder": ""}, 409), ({"post": "second"}, 409),
        ({"until": "2026-11-26T23:00:00+08:00"}, 409), ({"until": "2026-11-20T20:00:00+08:00"}, 409),
    ],
)  # fmt: skip
def test_what_is_not_so_any_more_or_cannot_be_meant_is_refused(
    logged_in: LogIn, thursday: Evening, changes: dict[str, str], status: int
) -> None:
    assert logged_in("supervisor").sends("/oncall/month", **form(thursday, "second", **changes)).status_code == status
    assert first(thursday) == ["周建国"]


def test_whoever_is_no_leader_sees_their_own_turns_first_and_changes_nothing(
    logged_in: LogIn, thursday: Evening
) -> None:
    page = logged_in("technician").get("/oncall/month").text
    assert page.index('id="mine"') < page.index('id="month"')
    assert "11月26日 08:00" in page.split('id="mine"')[1].split("</section>")[0]
    assert "data-slot" not in page
    assert 'id="move"' not in page
    assert 'id="mine"' not in logged_in("supervisor").get("/oncall/month").text


def test_a_swap_that_waits_stands_on_its_turn(logged_in: LogIn, thursday: Evening) -> None:
    with transaction() as session:
        swapping.ask(
            session, project_id=thursday.home_project, post=Post.FIRST, starts_at=NOON - timedelta(hours=4),
            asker_id=thursday.staff["technician"], taker_id=thursday.staff["second"], reason="", at=EVENING,
        )  # fmt: skip
    page = logged_in("technician").get("/oncall/month").text
    assert say("month.swap.asked", "zh", who="何磊") in cell(page, "2026-11-26")
    assert page.count("shift__swap") == 1


def test_another_project_is_not_theirs(logged_in: LogIn, thursday: Evening) -> None:
    leader, there = logged_in("supervisor"), str(thursday.other_project)
    assert leader.get(f"/oncall/month?project={there}").status_code == 404
    assert leader.sends("/oncall/month", **form(thursday, "second", project=there)).status_code == 404
    director = logged_in("director")
    assert "王强" in cell(director.get(f"/oncall/month?project={there}").text, "2026-11-22")
    elsewhere = {"project": there, "holder": "", "staff": str(thursday.staff["elsewhere"])}
    assert director.sends("/oncall/month", **form(thursday, "second", **elsewhere)).status_code == 303
    assert leader.sends(f"/oncall/take-over/{written()}/withdraw").status_code == 404
    assert leader.sends("/oncall/take-over/999/withdraw").status_code == 404


@pytest.mark.parametrize("asked", ["month=soon", "month=2026-13", "month=9999-12", "month=0001-01", "post=king"])
def test_what_nobody_can_show_is_refused_in_words(logged_in: LogIn, evening: Evening, asked: str) -> None:
    assert logged_in("agent").get(f"/oncall/month?{asked}").status_code == 422
