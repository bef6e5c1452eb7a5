"""Whom a campaign is for is chosen at the desk, and whoever gets nothing is named with the reason."""

import re
from io import BytesIO

from console.words import say
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, Evening
from tests.console.neighbours import LANDLINE, REFUSED
from tests.console.pages import NOTICE, TEXTS, number_of, written
from tests.messages.fake import FakeCarrier


def test_the_page_counts_homes_people_and_numbers_and_says_who_is_left_out(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE).text
    counts = [number_of(page, f"campaign.{name}") for name in ("homes", "people", "numbers")]
    assert counts == [8, 9, 8], "two people share one number"
    assert say("campaign.do.write", "zh", n=8) in page
    assert "2 人不发" in page
    assert say("campaign.reason.not_a_mobile", "zh") in page
    assert say("campaign.reason.number_needs_check", "zh") in page
    english = logged_in("agent").get("/campaigns/new?kind=notice&lang=en").text
    assert "Submit 8 for approval" in english


def test_the_audience_narrows_by_building_occupancy_and_role(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    page = client.get("/campaigns/new").text
    building = re.search(r'name="building" value="(\d+)">5号楼', page.replace(" checked", ""))
    assert building
    assert number_of(client.sends("/campaigns/preview", **NOTICE, building=building[1]).text, "campaign.numbers") == 3
    vacant = client.sends("/campaigns/preview", **NOTICE, occupancy="vacant").text
    assert number_of(vacant, "campaign.numbers") == 1
    tenants = client.sends("/campaigns/preview", **NOTICE, role="tenant").text
    assert number_of(tenants, "campaign.numbers") == 1
    nobody = client.sends("/campaigns/preview", **NOTICE, role="keeper").text
    assert say("campaign.fault.nobody", "zh") in nobody


def test_an_emergency_goes_to_the_empty_homes_alone_where_that_is_chosen(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("supervisor")
    urgent = {"class": "emergency", "project": evening.home_project, "trouble": "water", "role": "owner"}
    shown = client.get(f"/campaigns/{written(client, **urgent, occupancy='vacant')}").text
    assert number_of(shown, "campaign.numbers") == 1
    refused = client.sends("/campaigns", **NOTICE | urgent, occupancy="lived_in")
    assert refused.status_code == 422
    assert "可以只选空置、未收楼" in refused.text


def test_floors_units_and_whoever_is_left_out_narrow_it_too(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    page = client.get("/campaigns/new").text
    assert 'name="unit" value="2单元"' in page
    assert 'name="riser"' in page

    def numbers(**more: object) -> int:
        return number_of(client.sends("/campaigns/preview", **NOTICE, **more).text, "campaign.numbers")

    everybody = numbers()
    assert numbers(unit="1单元") + numbers(unit="2单元") == everybody
    low = numbers(highest_floor=2)
    assert 0 < low < everybody
    assert low + numbers(lowest_floor=3) == everybody
    without = client.sends("/campaigns/preview", **NOTICE, without_role="tenant").text
    assert f'{say("campaign.reason.excluded", "zh")} <span class="num">1</span>' in without
    id = written(client, without_role="tenant", highest_floor=30)
    assert "30 层以下 · 不发：租户" in client.get(f"/campaigns/{id}").text


def test_a_list_is_typed_or_read_from_a_sheet_and_what_means_nobody_is_named(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    typed = client.sends("/campaigns/preview", **NOTICE, listed=f"{OWNER}\n3-2-9999\n\n远处的人").text
    assert number_of(typed, "campaign.numbers") == 1
    assert "2 行没有对应的人" in typed
    assert '第 2 行 <span class="num">3-2-9999</span>' in typed
    sheet = (BytesIO("号码,备注\n13500000000,不是这里的\n3-2-0902,\n".encode()), "list.csv")
    read = client.sends("/campaigns/new", **NOTICE, do="list", listed="", file=sheet).text
    assert "3-2-0902</textarea>" in read
    assert number_of(read, "campaign.numbers") == 1
    nothing = client.sends("/campaigns/new", **NOTICE, do="list").text
    assert say("campaign.fault.file", "zh") in nothing
    picture = (BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(40)), "list.xlsx")
    assert 'id="listed-fault"' in client.sends("/campaigns/new", **NOTICE, do="list", file=picture).text
    long = client.sends("/campaigns", **NOTICE, listed="3-2-0902\n" * 5001)
    assert (long.status_code, "名单有 5001 行" in long.text) == (422, True)


def test_who_gets_nothing_is_listed_by_reason_and_masked(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    id = written(client)
    assert f"/campaigns/{id}/left-out?reason=not_a_mobile" in client.get(f"/campaigns/{id}").text
    page = client.get(f"/campaigns/{id}/left-out?reason=not_a_mobile").text
    assert "陈**" in page
    assert "陈老伯" not in page
    assert "待**" not in page.split('class="outs"')[1].split("</ul>")[0]
    assert LANDLINE not in page
    everybody = client.get(f"/campaigns/{id}/left-out?lang=en").text
    assert "陈**" in everybody
    assert "number to be checked" in everybody
    assert REFUSED not in everybody


def test_where_nobody_can_be_sent_to_it_says_so(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", kind="greeting", title="新年", **TEXTS, send_at="2027-01-01T09:00")
    assert answer.status_code == 303
    page = logged_in("manager").get(answer.location).text
    assert say("campaign.why_not.nobody", "zh") in page
    assert say("campaign.reason.no_consent", "zh") in page
    assert 'id="do-approve"' not in page
