"""The pages one finds by typing, and the switch of single letters."""

import re

import pytest

from base.access import Role
from base.database import reading
from console.palette import FURTHER, PLACES
from console.words import say
from directory.models import Staff
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_roles import LOGINS

OPTION = re.compile(r'role="option"[^>]* data-go="([^"]+)" data-typed="([^"]+)"')


def has_letters(evening: Evening, who: str) -> bool:
    with reading() as session:
        return session.get_one(Staff, evening.staff[who]).letter_keys


@pytest.mark.parametrize("role", list(Role))
def test_every_page_that_somebody_finds_opens_for_them(logged_in: LogIn, evening: Evening, role: Role) -> None:
    client = logged_in(LOGINS[role])
    found = OPTION.findall(client.get("/oncall").text)
    assert len(found) >= 10
    assert [path for path, _ in found if client.get(path).status_code != 200] == []
    assert ("/tickets/new" in dict(found)) is (role is not Role.QUALITY)
    assert ("/staff" in dict(found)) is (role is Role.ADMIN)


def test_a_page_is_found_by_both_languages_whichever_is_shown(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("admin")
    for language in ("zh", "en"):
        found = dict(OPTION.findall(client.get(f"/oncall?lang={language}").text))
        assert {"工单", "gongdan", "gd", "tickets"} <= set(found["/"].split())
    assert len({place.view for place in PLACES}) == len(PLACES), "each page once"
    assert [place.word for place in FURTHER if say(place.word, "zh") == place.word] == []


def test_single_letters_are_switched_off_by_each_for_themselves(logged_in: LogIn, evening: Evening) -> None:
    mine, other = logged_in("agent"), logged_in("supervisor")
    assert " data-letters" in mine.get("/").text
    assert mine.sends("/me/keys", letters="no").status_code == 303
    assert (has_letters(evening, "agent"), has_letters(evening, "supervisor")) == (False, True)
    assert " data-letters" not in mine.get("/").text
    assert say("keys.off", "zh") in mine.get("/").text
    assert " data-letters" in other.get("/").text
    refused = mine.sends("/me/keys", letters="perhaps")
    assert (refused.status_code, "请选择打开或关闭" in refused.text) == (422, True)
    assert not has_letters(evening, "agent")
    mine.sends("/me/keys", letters="yes")
    assert " data-letters" in mine.get("/").text
