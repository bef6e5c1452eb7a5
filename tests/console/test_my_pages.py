"""Everybody says on the page of who is on duty how they are paged."""

from base.database import reading
from console.words import say
from directory.models import Staff
from tests.console.conftest import LogIn
from tests.console.evening import Evening


def kept(evening: Evening, who: str) -> tuple[str, str, str]:
    with reading() as session:
        staff = session.get_one(Staff, evening.staff[who])
        return staff.page_order.value, staff.second_number, staff.language.value


def test_what_they_say_holds_for_them_alone_and_the_second_number_is_masked(logged_in: LogIn, evening: Evening) -> None:
    mine = logged_in("technician")
    form = {"order": "text_first", "second": "139 1234 5678", "language": "en"}
    assert mine.sends("/oncall/mine", **form).status_code == 303
    assert kept(evening, "technician") == ("text_first", "+8613912345678", "en")
    assert kept(evening, "second") == ("together", "", "zh")
    page = mine.get("/oncall").text
    assert "139****5678" in page
    assert "13912345678" not in page
    mine.sends("/oncall/mine", order="call_first", second="", language="zh")
    assert kept(evening, "technician") == ("call_first", "+8613912345678", "zh")
    mine.sends("/oncall/mine", order="call_first", second="", language="zh", drop="yes")
    assert kept(evening, "technician") == ("call_first", "", "zh")


def test_what_cannot_be_meant_changes_nothing_and_is_said(logged_in: LogIn, evening: Evening) -> None:
    mine = logged_in("technician")
    usual = {"order": "call_first", "second": "", "language": "zh"}
    for wrong in ({"second": "12"}, {"order": "never"}, {"language": "fr"}, {"second": "+8613900000001"}):
        way = mine.sends("/oncall/mine", **usual | wrong)
        assert say("mine.fault", "zh") in mine.get(way.location).text
    assert kept(evening, "technician") == ("together", "", "zh")
