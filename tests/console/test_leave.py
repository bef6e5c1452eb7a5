"""The page of leave: leaders write it down, everybody sees who is away, and only some see why."""

from datetime import timedelta

import pytest

from base.database import reading, transaction
from console.words import say
from directory.models import Staff
from oncall.actions.duty import who_is_on_duty
from oncall.ladder import Post
from oncall.models import Leave
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import Evening

TONIGHT = {"from": "2026-11-22T20:00", "until": "2026-11-24T08:00", "kind": "sick", "note": "手术"}


def form(evening: Evening, who: str = "technician", **changes: str) -> dict[str, str]:
    return {"staff": str(evening.staff[who]), **TONIGHT, **changes}


def first(evening: Evening) -> list[str]:
    with reading() as session:
        duty = who_is_on_duty(session, evening.home_project, at=EVENING + timedelta(hours=1))
        return [staff.name for staff in duty.of(Post.FIRST)]


def test_leave_counts_at_once_and_names_what_it_leaves_open(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/leave", **form(evening)).status_code == 303
    assert "周建国" not in first(evening)
    page = leader.get("/oncall/leave").text
    assert say("leave.kind.sick", "zh") in page.split('id="do-leave"')[0].split("<article", 1)[1].split("</article>")[0]
    assert "手术 · 刘洋" in page
    assert say("takeover.span", "zh", since="20:00", until="11月23日 07:30") in page, "what is left of the shift"
    assert say("oncall.gap", "zh", since="20:00", until="11月29日 19:30") in leader.get("/oncall").text
    cover = {"project": str(evening.home_project), "post": "first", "staff": str(evening.staff["second"]),
             "from": TONIGHT["from"], "until": "2026-11-23T07:30"}  # fmt: skip
    assert leader.sends("/oncall/take-over", **cover).status_code == 303
    assert say("leave.covered", "zh") in leader.get("/oncall/leave").text
    assert leader.sends("/oncall/take-over", **cover | {"staff": form(evening)["staff"]}).status_code == 422


def test_colleagues_see_that_somebody_is_away_and_not_why(logged_in: LogIn, evening: Evening) -> None:
    logged_in("supervisor").sends("/oncall/leave", **form(evening))
    for who, sees in (("second", False), ("agent", False), ("technician", True)):
        page = logged_in(who).get("/oncall/leave").text
        assert "周建国" in page
        assert ("手术" in page, f'chip">{say("leave.kind.sick", "zh")}' in page) == (sees, sees)
        assert 'id="do-leave"' not in page
    assert "周建国" not in logged_in("elsewhere").get("/oncall/leave").text


def test_it_is_withdrawn_once_and_the_turn_is_theirs_again(logged_in: LogIn, evening: Evening) -> None:
    leader = logged_in("supervisor")
    leader.sends("/oncall/leave", **form(evening))
    with reading() as session:
        id = session.query(Leave.id).scalar()
    assert logged_in("technician").sends(f"/oncall/leave/{id}/withdraw", sure="yes").status_code == 403
    for _ in range(2):
        assert leader.sends(f"/oncall/leave/{id}/withdraw", sure="yes").status_code == 303
    assert first(evening) == ["周建国"]
    assert say("leave.none", "zh") in leader.get("/oncall/leave").text
    assert leader.sends("/oncall/leave/999999/withdraw", sure="yes").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"until": "2026-11-22T20:00"}, {"from": ""}, {"until": "soon"}, {"kind": "bored"}, {"staff": ""}, {"staff": "0"}],
)
def test_what_cannot_be_meant_is_refused(logged_in: LogIn, evening: Evening, changes: dict[str, str]) -> None:
    assert logged_in("supervisor").sends("/oncall/leave", **form(evening, **changes)).status_code == 422
    assert first(evening) == ["周建国"]


def test_nobody_writes_leave_for_another_project(logged_in: LogIn, evening: Evening) -> None:
    assert logged_in("supervisor").sends("/oncall/leave", **form(evening, "elsewhere")).status_code == 422
    assert logged_in("director").sends("/oncall/leave", **form(evening, "elsewhere")).status_code == 303
    with transaction() as session:
        id = session.query(Leave.id).scalar()
        assert session.get_one(Staff, evening.staff["elsewhere"]).is_active
    assert logged_in("supervisor").sends(f"/oncall/leave/{id}/withdraw", sure="yes").status_code == 404
