"""The page of who takes which calls: those whom one leads, ticked and kept, and nobody else's."""

import pytest

from base.database import reading
from console.words import say
from directory.models import Staff
from tests.console.conftest import LogIn
from tests.console.evening import Evening


def skills_of(evening: Evening, login: str) -> list[str]:
    with reading() as session:
        return session.get_one(Staff, evening.staff[login]).skills


def test_what_is_ticked_is_kept_and_nothing_else(logged_in: LogIn, evening: Evening) -> None:
    leader, id = logged_in("supervisor"), evening.staff["agent"]
    assert leader.sends(f"/oncall/skills/{id}", skill=["desk", "english", "lift"]).status_code == 303
    assert skills_of(evening, "agent") == ["desk", "english", "lift"]
    page = leader.get("/oncall/skills").text
    ticked = page.split(f'id="s-{id}"')[1].split("</li>")[0]
    assert ticked.count(" checked") == 3
    assert say("skills.done", "zh") in page
    leader.sends(f"/oncall/skills/{id}", skill="finance")
    assert skills_of(evening, "agent") == ["finance"]
    leader.sends(f"/oncall/skills/{id}")
    assert skills_of(evening, "agent") == []


def test_a_skill_that_there_is_not_is_refused(logged_in: LogIn, evening: Evening) -> None:
    refused = logged_in("manager").sends(f"/oncall/skills/{evening.staff['agent']}", skill="juggling")
    assert refused.status_code == 422
    assert skills_of(evening, "agent") == []


@pytest.mark.parametrize(
    ("login", "seen"), [("supervisor", {"agent", "technician"}), ("director", {"agent", "technician", "elsewhere"})]
)
def test_each_leads_their_own(logged_in: LogIn, evening: Evening, login: str, seen: set[str]) -> None:
    page = logged_in(login).get("/oncall/skills").text
    shown = {name for name in ("agent", "technician", "elsewhere") if f'id="s-{evening.staff[name]}"' in page}
    assert shown == seen
    theirs = logged_in(login).sends(f"/oncall/skills/{evening.staff['elsewhere']}", skill="desk").status_code
    assert theirs == (303 if "elsewhere" in seen else 404)
