"""A rotation by the form: day, night and days off with their own people, shown with its clashes, stored as shown."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select

from base.database import reading, transaction
from console.words import say
from oncall.actions.leave import write_leave
from oncall.ladder import Post
from oncall.models import LeaveKind, Shift
from oncall.rota import Away
from oncall.rotation import Rotation, turns
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import Evening
from tests.oncall.test_rotation import MONDAY, SUN, WANG, ZHAO

ZONE = "Asia/Shanghai"


def form(evening: Evening, **changes: object) -> dict[str, object]:
    """From New Year's Eve on: the technician by day, his colleague by night, the agent on holidays."""
    staff = {name: str(id) for name, id in evening.staff.items()}
    usual: dict[str, object] = {
        "project": str(evening.home_project), "post": "first", "begins": "2026-12-31", "days": "3", "each": "1",
        "day_from": "08:00", "day_until": "20:00", "night_from": "20:00", "night_until": "08:00",
        "off_from": "08:00", "off_until": "08:00", "off_days": "holidays",
        "day_who": [staff["technician"], ""], "night_who": [staff["second"]], "off_who": [staff["agent"]],
    }  # fmt: skip
    return {**usual, **changes}


def stored() -> list[tuple[str, str, str]]:
    soon = EVENING + timedelta(days=30)
    with reading() as session:
        found = session.scalars(
            select(Shift).where(Shift.post == Post.FIRST, Shift.starts_at > soon).order_by(Shift.id)
        )
        zone = EVENING.tzinfo
        return [(one.staff.name, f"{one.starts_at.astimezone(zone):%d %H}", f"{one.ends_at.astimezone(zone):%d %H}")
                for one in found]  # fmt: skip


def seal_of(page: str) -> str:
    found = re.search(r'name="seal" value="(\w+)"', page)
    assert found
    return found[1]


def writes(client: Browser, **typed: object) -> int:
    """Preview, then store what was shown."""
    page = client.sends("/oncall/rotation", **typed, do="preview").text
    return client.sends("/oncall/rotation", **typed, do="write", seal=seal_of(page)).status_code


def test_a_preview_stores_nothing_and_what_was_shown_is_stored(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert say("rotation.title", "zh") in leader.get("/oncall/rotation").text
    page = leader.sends("/oncall/rotation", **form(evening), do="preview").text
    assert stored() == []
    assert say("rotation.do", "zh", n=5) in page
    assert "1/1 " + say("rotation.weekday.4", "zh") in page
    assert "周建国 08:00–20:00" in page.split("12/31 ")[1].split("</li>")[0]
    assert leader.sends("/oncall/rotation", **form(evening), do="write").status_code == 200
    assert stored() == [], "what nobody has seen is not stored"
    assert writes(leader, **form(evening)) == 303
    assert ("周建国", "31 08", "31 20") in stored()
    assert ("何磊", "31 20", "01 08") in stored()
    assert ("张敏", "01 08", "02 08") in stored()
    assert {who for who, first, _ in stored() if first.startswith("01")} == {"张敏"}, "the holiday has its own people"


def test_clashes_are_named_before_anything_is_stored(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    there = datetime.fromisoformat("2026-12-31T10:00:00+08:00")
    with transaction() as session:
        session.add(
            Shift(project_id=evening.home_project, staff_id=evening.staff["second"], post=Post.FIRST, starts_at=there,
                  ends_at=there + timedelta(hours=2))
        )  # fmt: skip
        write_leave(
            session, staff_id=evening.staff["second"], kind=LeaveKind.ANNUAL, starts_at=there + timedelta(hours=9),
            ends_at=there + timedelta(hours=20), note="", by_id=None, at=EVENING,
        )  # fmt: skip
    page = leader.sends("/oncall/rotation", **form(evening), do="preview").text
    clashes = page.split('id="clashes"')[1].split("</ul>")[0]
    assert "周建国 和 何磊 同时是一值" in clashes or "何磊 和 周建国 同时是一值" in clashes
    assert "何磊 休假" in clashes
    assert say("post.first", "zh") in clashes


def test_the_shifts_of_that_post_and_time_can_be_replaced(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert writes(leader, **form(evening)) == 303
    only = form(evening, night_who=[], off_who=[], day_who=[str(evening.staff["second"])])
    assert writes(leader, **only, replace="1") == 303
    assert ("何磊", "31 08", "31 20") in stored()
    assert ("周建国", "31 08", "31 20") not in stored()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"day_who": [], "night_who": [], "off_who": []}, "people"), ({"day_who": ["999999"]}, "people"),
        ({"day_who": ["x"]}, "people"), ({"post": "king"}, "post"), ({"begins": "soon"}, "begins"),
        ({"begins": "2026-11-01"}, "begins"), ({"begins": "2029-01-01"}, "begins"), ({"days": "0"}, "days"),
        ({"days": "99999"}, "days"), ({"each": ""}, "each"), ({"day_from": "25:00"}, "hours"),
        ({"each": "40", "days": "60", "day_until": "08:00", "off_who": []}, "each"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field(
    logged_in: LogIn, evening: Evening, changes: dict[str, object], fault: str
) -> None:
    answer = logged_in("supervisor").sends("/oncall/rotation", **form(evening, **changes), do="write")
    assert answer.status_code == 422
    assert f'id="fault-{fault}"' in answer.text
    assert stored() == []


def test_only_leaders_and_only_their_project(logged_in: LogIn, evening: Evening) -> None:
    assert logged_in("technician").sends("/oncall/rotation", **form(evening)).status_code == 403
    there = form(evening, project=str(evening.other_project))
    assert logged_in("supervisor").sends("/oncall/rotation", **there).status_code == 404
    with transaction() as session:
        session.execute(delete(Shift))
    assert logged_in("director").get(f"/oncall/rotation?project={evening.other_project}").status_code == 200


def played(**changes: object) -> list[str]:
    usual: dict[str, object] = {"post": Post.FIRST, "staff_ids": (WANG, ZHAO, SUN), "begins": MONDAY, "days_each": 1}
    away = changes.pop("away", ())
    made = Rotation(**{**usual, "starts": time(8), "ends": time(20), **changes})  # type: ignore[arg-type]
    held, holes = turns(made, 4, zone=ZONE, away=away)  # type: ignore[arg-type]
    return [f"{turn.staff_id} {turn.starts_at:%d}" for turn in held] + [f"- {turn.starts_at:%d}" for turn in holes]


TUESDAY = date(2026, 12, 1)
GONE = Away(ZHAO, datetime.fromisoformat("2026-12-01T12:00+08:00"), datetime.fromisoformat("2026-12-01T13:00+08:00"))


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"without": [TUESDAY]}, ["1 30", "3 02", "1 03"]),
        ({"only": [TUESDAY, date(2026, 12, 3)]}, ["1 01", "2 03"]),
        ({"away": [GONE]}, ["1 30", "3 02", "1 03", "- 01"]),
        ({"away": [GONE], "steps_in": True}, ["1 30", "3 01", "3 02", "1 03"]),
        ({"away": [GONE], "steps_in": True, "staff_ids": (ZHAO,)}, ["2 30", "2 02", "2 03", "- 01"]),
    ],
)
def test_days_off_and_leave_in_a_rotation(changes: dict[str, object], held: list[str]) -> None:
    assert played(**changes) == held


def test_whoever_reads_english_finds_the_project_by_its_english_name(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("director").get("/oncall/rotation?lang=en").text
    assert "Riverside" in page
    assert "滨江花园" not in page
    assert ">1 day<" in page
