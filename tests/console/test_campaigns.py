"""Campaigns at the desk: written on one page, read by a second person, watched, stopped; and what is refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.orm import Mapper

from base import clock
from base.access import Role
from base.database import Database, reading, transaction
from console import campaign_preview
from console.words import say
from directory.models import Person, Project
from messages.lifecycle import MessageClass
from messages.models import Message
from outreach.audience import Filter
from outreach.jobs import planning
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE, CampaignState, NoticeStep
from outreach.models import Campaign
from telephony.carrier import Rejected
from tests import make
from tests.console.conftest import Browser, later
from tests.console.evening import OWNER, Evening
from tests.console.neighbours import LANDLINE, REFUSED, a_notice, an_outage, lets_go, works
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier
from tickets.models import Incident

LogIn = Callable[[str], Browser]
TEXTS = {"text_zh": "因水箱清洗，明日9:00至17:00停水", "text_en": "Water is off tomorrow from 9:00 to 17:00"}
NOTICE = {"kind": "notice", "class": "service", "title": "水箱清洗", **TEXTS}


def number_of(page: str, name: str) -> int:
    """The count that stands under a name of the sums."""
    found = re.search(rf"<dt>{say(name, 'zh')}</dt><dd class=\"num\">(\d+)</dd>", page)
    assert found, name
    return int(found[1])


def written(client: Browser, **more: object) -> int:
    answer = client.sends("/campaigns", **NOTICE | more)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def seen_of(client: Browser, campaign_id: int) -> str:
    found = re.search(r'id="cp-seen" value="(\w+)"', client.get(f"/campaigns/{campaign_id}").text)
    assert found
    return found[1]


def state(campaign_id: int) -> CampaignState:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).state


def test_two_who_write_at_the_same_moment_are_no_database_that_is_away(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    def writes_first(_: Mapper[Campaign], connection: Connection, one: Campaign) -> None:
        connection.execute(update(Campaign).where(Campaign.id == one.id).values(version=Campaign.version + 1))

    id = a_notice(app, evening)
    event.listen(Campaign, "before_update", writes_first)
    try:
        answer = logged_in("agent").sends(f"/campaigns/{id}/withdraw")
    finally:
        event.remove(Campaign, "before_update", writes_first)
    assert answer.status_code == 409
    assert say("error.conflict.title", "zh") in answer.text
    assert state(id) is CampaignState.PLANNED


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


def test_the_meter_counts_signature_and_footer_and_the_preview_is_a_real_persons_text(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/preview", **NOTICE).text
    whole = "【回音物业】" + TEXTS["text_zh"]
    assert f"{len(whole)} / 70" in page
    assert whole in page
    english = client.sends("/campaigns/preview", **NOTICE | {"text_en": "x" * 200}).text
    assert re.search(r"20\d / \d+</b> <span class=\"meta\">字，\d 条计费", english)
    greeting = client.sends(
        "/campaigns/preview", kind="greeting", title="新年", text_zh="新年好", text_en="Happy new year",
        send_at="2027-01-01T09:00",
    ).text  # fmt: skip
    assert "拒收" in greeting or "9 人不发" in greeting


def test_somebody_else_can_be_the_example(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    seen = set()
    for example in range(8):
        page = client.sends("/campaigns/new", **NOTICE, example=example, do="example").text
        seen.add(page.split('id="prev-who"')[1].split("</p>")[0])
        assert NOTICE["title"] in page
    assert len(seen) == 8
    assert not any("+8613700000" in one for one in seen), "numbers are masked"


def test_a_template_brings_its_words_and_keeps_the_rest(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/new", **NOTICE, template="power_opening", do="template", cause="变压器").text
    assert "因{cause}停电" in page
    assert 'value="变压器"' in page
    assert re.search(r'<option value="power" selected>', page)
    assert client.get("/campaigns/new?kind=greeting&template=new_year&day=2027-01-01").text.count("2027-01-01T09:00")
    assert client.get("/campaigns/new?template=no_such").status_code == 422


def test_what_has_no_words_yet_is_named_while_writing(logged_in: LogIn, street: FakeCarrier) -> None:
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE | {"text_zh": "{start}停水"}).text
    assert say("campaign.blanks", "zh", names="{start}") in page


def test_the_preview_writes_nothing_and_asks_a_bounded_number_of_questions(
    app: Flask, logged_in: LogIn, street: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("agent")
    client.sends("/campaigns/preview", **NOTICE)
    asked: list[str] = []
    database: Database = app.extensions["database"]
    event.listen(database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    small = client.sends("/campaigns/preview", **NOTICE)
    few = len(asked)
    with transaction() as session:
        project = session.scalars(select(Project).order_by(Project.id)).first()
        for n in range(40):
            make.an_owner(session, make.a_home(session, project, f"9-1-{n}"), f"+86136000010{n:02}", f"邻居{n}")
    asked.clear()
    more = client.sends("/campaigns/preview", **NOTICE)
    assert number_of(more.text, "campaign.numbers") == number_of(small.text, "campaign.numbers") + 40
    assert len(asked) <= few, "not a question a person"
    assert few < 30
    assert not [one for one in asked if re.match(r"\s*(INSERT|UPDATE|DELETE)", one)]
    monkeypatch.setattr(campaign_preview, "SMALL", 20)
    asked.clear()
    large = client.sends("/campaigns/preview", **NOTICE).text
    assert number_of(large, "campaign.numbers") == 50, "nobody has been left out yet"
    assert say("campaign.large", "zh") in large
    assert say("campaign.do.write.about", "zh", n=50) in large
    assert '<p class="bub prev__bub"' in large
    assert len(asked) <= few + 3
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"title": " "}, "title", "campaign.fault.title"),
        ({"send_at": "2026-11-22T18:00"}, "send_at", "campaign.fault.past"),
        ({"send_at": "tomorrow"}, "send_at", "campaign.fault.moment"),
        ({"valid_until": "2026-11-22T19:00"}, "valid_until", "campaign.fault.order"),
        ({"class": "emergency", "text_zh": "{end}恢复"}, "promised_end", "campaign.fault.end"),
        ({"class": "emergency", "promised_end": "2026-11-22T19:00"}, "promised_end", "campaign.fault.past"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    logged_in: LogIn, street: FakeCarrier, change: dict[str, str], field: str, words: str
) -> None:
    client = logged_in("agent")
    for language in ("zh", "en"):
        answer = client.sends(f"/campaigns?lang={language}", **NOTICE | change)
        assert answer.status_code == 422
        fault = answer.text.split(f'id="{field}-fault"')[1].split("</p>")[0]
        assert say(words, language) in fault
        assert TEXTS["text_en"] in answer.text
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0
        assert session.scalar(select(func.count()).select_from(Incident)) == 0, "no incident without its notice"


def test_a_text_at_fault_is_explained_in_the_readers_language_only(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    chinese = client.sends("/campaigns?lang=zh", **NOTICE | {"text_zh": "【物业】停水"}).text
    fault = chinese.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert "请去掉【】" in fault
    assert "take out" not in fault
    english = client.sends("/campaigns?lang=en", **NOTICE | {"text_zh": "【物业】停水"}).text
    assert "Take out" in english.split('id="text_zh-fault"')[1].split("</p>")[0]


def test_on_a_day_of_mourning_no_greeting_is_submitted(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", kind="greeting", title="清明", **TEXTS, send_at="2027-04-05T10:00")
    assert answer.status_code == 422
    assert "清明" in answer.text.split('id="send_at-fault"')[1].split("</p>")[0]


def test_a_survey_is_neither_offered_nor_written(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    assert 'value="survey"' not in client.get("/campaigns/new").text
    answer = client.sends("/campaigns", **NOTICE | {"kind": "survey", "class": "survey"})
    assert answer.status_code == 422
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 0


def test_what_only_the_writing_finds_is_said_above_the_form(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", **NOTICE | {"text_zh": "{start}停水", "text_en": "{start} off"})
    assert answer.status_code == 422
    assert "没有内容可填 {start}" in answer.text.split('id="draft-fault"')[1].split("</div>")[0]


def test_an_emergency_opens_its_incident(logged_in: LogIn, street: FakeCarrier, evening: Evening) -> None:
    client = logged_in("supervisor")
    id = written(
        client, **{"class": "emergency"}, trouble="water", cause="供水管爆裂", promised_end="2026-11-22T22:00",
        text_zh="{places}因{cause}停水，预计{end}恢复", text_en="Water is off until {end}",
    )  # fmt: skip
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        incident = campaign.incident
        assert incident is not None
        assert (incident.kind.value, incident.cause, campaign.calls) == ("water", "供水管爆裂", 1)
        assert f"{incident.promised_end_at:%H:%M}" == "14:00", "22:00 in Shanghai"
    page = client.get(f"/campaigns/{id}").text
    assert "因供水管爆裂停水，预计今日22:00恢复" in page
    assert say("campaign.way.call", "zh") in page


def test_it_is_read_frozen_with_masked_numbers_and_approved_by_a_second_person(
    app: Flask, logged_in: LogIn, street: FakeCarrier
) -> None:
    author, approver = logged_in("agent"), logged_in("manager")
    id = written(author)
    page = approver.get(f"/campaigns/{id}").text
    assert "【回音物业】" + TEXTS["text_zh"] in page
    assert "+86137****0000" in page
    assert "+8613700000000" not in page
    assert "张敏" in page
    assert say("campaign.do.approve", "zh", n=8) in page
    assert 'id="do-approve"' not in author.get(f"/campaigns/{id}").text
    assert say("campaign.why_not.role", "zh") in author.get(f"/campaigns/{id}").text
    answer = approver.sends(f"/campaigns/{id}/approve", seen=seen_of(approver, id))
    assert answer.status_code == 303
    assert state(id) is CampaignState.APPROVED
    works(app)
    assert len(street.asked) == 8


def test_what_has_changed_since_is_read_again(logged_in: LogIn, street: FakeCarrier) -> None:
    id = written(logged_in("agent"))
    for language in ("zh", "en"):
        answer = logged_in("manager").sends(f"/campaigns/{id}/approve?lang={language}", seen="0" * 64)
        assert answer.status_code == 409
        assert say("campaign.conflict.changed", language) in answer.text
    assert state(id) is CampaignState.PLANNED


def test_whoever_approves_second_is_told_who_was_first(logged_in: LogIn, street: FakeCarrier) -> None:
    id, first, second = written(logged_in("agent")), logged_in("manager"), logged_in("supervisor")
    seen = seen_of(second, id)
    assert first.sends(f"/campaigns/{id}/approve", seen=seen).status_code == 303
    answer = second.sends(f"/campaigns/{id}/approve", seen=seen)
    assert answer.status_code == 409
    assert say("campaign.conflict.approved", "zh", who="孙倩") in answer.text


def test_an_author_sees_why_not_and_in_an_emergency_gives_a_reason(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("supervisor")
    own = written(client)
    page = client.get(f"/campaigns/{own}").text
    assert say("campaign.why_not.author", "zh") in page
    refused = client.sends(f"/campaigns/{own}/approve", seen="x")
    assert refused.status_code == 403
    assert "自己写的不能自己批准" in refused.text
    outage = an_outage(app, evening)
    assert 'id="reason"' in client.get(f"/campaigns/{outage}").text
    without = client.sends(f"/campaigns/{outage}/approve", seen=seen_of(client, outage))
    assert without.status_code == 403
    assert "写明理由" in without.text
    answer = client.sends(f"/campaigns/{outage}/approve", seen=seen_of(client, outage), reason="夜里只有我")
    assert answer.status_code == 303
    assert say("campaign.reason", "zh", reason="夜里只有我") in client.get(f"/campaigns/{outage}").text


def test_who_gets_nothing_is_listed_by_reason_and_masked(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    id = written(client)
    assert f"/campaigns/{id}/left-out?reason=not_a_mobile" in client.get(f"/campaigns/{id}").text
    page = client.get(f"/campaigns/{id}/left-out?reason=not_a_mobile").text
    assert "陈老伯" in page
    assert "待核对" not in page.split('class="outs"')[1].split("</ul>")[0]
    assert LANDLINE not in page
    everybody = client.get(f"/campaigns/{id}/left-out?lang=en").text
    assert "陈老伯" in everybody
    assert "number to be checked" in everybody
    assert REFUSED not in everybody


def test_sent_back_it_never_goes(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("manager")
    id = written(logged_in("agent"))
    seen = seen_of(client, id)
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 303
    assert state(id) is CampaignState.WITHDRAWN
    answer = client.sends(f"/campaigns/{id}/approve", seen=seen)
    assert answer.status_code == 409
    assert say("campaign.conflict.state", "zh", state=say("campaign.state.withdrawn", "zh")) in answer.text


def test_a_notice_read_at_night_says_that_it_goes_in_the_morning(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client, id, urgent = logged_in("manager"), a_notice(app, evening), an_outage(app, evening)
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    assert 'id="cp-quiet"' not in client.get(f"/campaigns/{id}").text
    later(hours=3)
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 200
    page = client.get(f"/campaigns/{id}").text
    assert re.search(r'<p id="cp-quiet">那时业主在休息，.*8:00 起才发。</p>', page)
    assert 'id="cp-quiet"' not in client.get(f"/campaigns/{urgent}").text


def test_progress_is_counted_stopped_and_gone_on_with(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_rate_service": 2.0})
    street.answers = [Rejected("21211", is_permanent=True)]
    id = a_notice(app, evening)
    lets_go(app, evening, id)
    works(app)
    client = logged_in("manager")
    page = client.get(f"/campaigns/{id}").text
    bar = say("campaign.bar", "zh", sent=3, waiting=4, failed=1, unsent=0)
    assert bar in page
    assert say("campaign.do.stop", "zh", n=4) in page
    assert say("campaign.left", "zh", rate="2", time="0:02") in page
    assert say("campaign.why.wrong_number", "zh") in page
    assert f'href="/messages?campaign={id}"' in page
    assert client.sends(f"/campaigns/{id}/stop").status_code == 303
    stopped = client.get(f"/campaigns/{id}").text
    assert say("campaign.bar", "zh", sent=3, waiting=0, failed=1, unsent=4) in stopped
    later(seconds=30)
    works(app)
    assert len(street.asked) == 4, "nothing more has left"
    assert logged_in("agent").sends(f"/campaigns/{id}/resume").status_code == 403
    assert client.sends(f"/campaigns/{id}/resume").status_code == 303
    for _ in range(3):
        later(seconds=10)
        works(app)
    assert len(street.asked) == 8
    assert say("campaign.do.resend", "zh", n=1) in client.get(f"/campaigns/{id}").text
    again = client.sends(f"/campaigns/{id}/resend")
    assert again.status_code == 303
    with reading() as session:
        second = session.get_one(Campaign, int(again.location.rsplit("/", 1)[1]))
        assert (second.numbers, second.state) == (1, CampaignState.PLANNED)
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 409


def test_the_part_that_lives_is_asked_for_only_when_it_changed(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client, id = logged_in("manager"), a_notice(app, evening)
    first = client.get(f"/campaigns/{id}/state")
    tag = first.headers["HX-PTag"]
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 304
    lets_go(app, evening, id)
    assert client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).status_code == 200
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    works(app)
    assert "已发出 8" in client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).text


def test_a_large_campaign_says_how_far_its_planning_is(
    logged_in: LogIn, street: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SMALL", 3)
    client = logged_in("agent")
    id = written(client)
    page = client.get(f"/campaigns/{id}").text
    assert say("campaign.planning", "zh", n=0, of=10) in page
    tag = client.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    planning.plan_unfinished()
    ready = client.get(f"/campaigns/{id}/state", headers={"HX-PTag": tag}).text
    assert number_of(ready, "campaign.numbers") == 8


def test_where_nobody_can_be_sent_to_it_says_so(logged_in: LogIn, street: FakeCarrier) -> None:
    answer = logged_in("agent").sends("/campaigns", kind="greeting", title="新年", **TEXTS, send_at="2027-01-01T09:00")
    assert answer.status_code == 303
    page = logged_in("manager").get(answer.location).text
    assert say("campaign.why_not.nobody", "zh") in page
    assert say("campaign.reason.no_consent", "zh") in page
    assert 'id="do-approve"' not in page


def test_the_list_has_what_waits_first_and_an_empty_one_says_what_to_do(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("manager")
    assert say("campaign.empty.title", "zh") in client.get("/campaigns").text
    waits, goes = a_notice(app, evening, title="先批这个"), a_notice(app, evening, title="已经在发")
    lets_go(app, evening, goes)
    works(app)
    page = client.get("/campaigns").text
    assert page.index(f'id="cp-{waits}"') < page.index(f'id="cp-{goes}"')
    assert say("campaign.yours", "zh") in page
    assert say("campaign.bar", "zh", sent=8, waiting=0, failed=0, unsent=0) in page
    assert "All campaigns" in client.get("/campaigns?lang=en").text


def test_the_next_festivals_stand_above_the_list_with_a_greeting_to_begin(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    page = logged_in("agent").get("/campaigns").text
    strip = page.split('class="card feasts"')[1].split("</section>")[0]
    assert strip.index("元旦") < strip.index("春节") < strip.index("元宵")
    assert 'datetime="2027-01-01"' in strip
    assert "还有 40 天" in strip
    assert "/campaigns/new?kind=greeting&amp;template=new_year&amp;day=2027-01-01" in strip


def test_nobody_sees_or_writes_to_another_project(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening)
    abroad = logged_in("abroad")
    for path in (f"/campaigns/{id}", f"/campaigns/{id}/state", f"/campaigns/{id}/left-out"):
        assert abroad.get(path).status_code == 404
    for move in ("stop", "withdraw", "resend"):
        assert abroad.sends(f"/campaigns/{id}/{move}").status_code == 404
    assert f'id="cp-{id}"' not in abroad.get("/campaigns").text
    theirs = written(abroad, project=evening.home_project)
    with reading() as session:
        assert session.get_one(Campaign, theirs).project_id == evening.other_project
    assert logged_in("director").get(f"/campaigns/new?project={evening.home_project}").status_code == 200
    assert logged_in("director").get("/campaigns/new?project=999").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_writes_reads_and_approves_as_it_may(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening, role: Role
) -> None:
    client, id = logged_in(LOGINS[role]), a_notice(app, evening)
    may_write = role in MAY_WRITE
    for path in ("/campaigns", "/campaigns/new", f"/campaigns/{id}"):
        assert client.get(path).status_code == (200 if may_write else 403), path
    assert client.sends("/campaigns/preview", **NOTICE).status_code == (200 if may_write else 403)
    assert ("/campaigns" in client.get("/oncall").text) is may_write
    seen = re.search(r'id="cp-seen" value="(\w+)"', client.get(f"/campaigns/{id}").text)
    assert bool(seen) is (role in MAY_APPROVE)
    answer = client.sends(f"/campaigns/{id}/approve", seen=seen[1] if seen else "")
    assert answer.status_code == (303 if role in MAY_APPROVE else 403)


def test_what_waits_for_somebody_stands_on_their_desk(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening, author="supervisor")
    for login, is_told in (("manager", True), ("supervisor", False), ("agent", False)):
        page = logged_in(login).get("/").text
        assert (f'href="/campaigns/{id}"' in page) is is_told, login
    assert say("concern.approve.one", "en") in logged_in("director").get("/?lang=en").text
    lets_go(app, evening, id)
    assert f'href="/campaigns/{id}"' not in logged_in("manager").get("/").text


def test_a_campaign_whose_messages_are_in_the_archive_still_has_a_page(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    id = a_notice(app, evening)
    lets_go(app, evening, id)
    with transaction() as session:
        for message in session.scalars(select(Message).where(Message.message_class == MessageClass.SERVICE)):
            session.delete(message) if message.batch_id else None
        session.get_one(Campaign, id).approved_at = clock.now() - timedelta(days=90)
    page = logged_in("agent").get(f"/campaigns/{id}").text
    assert say("campaign.archived", "zh") in page


def test_what_is_found_in_the_words_stands_beside_them_while_they_are_written(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    client = logged_in("agent")
    page = client.sends("/campaigns/preview", **NOTICE | {"text_zh": "明日下午停水"}).text
    assert "“明日下午”说不准，请写几点到几点" in page.split('id="warn-zh"')[1].split("</ul>")[0]
    assert 'id="warn-en"' not in page
    assert "text_zh-fault" not in page
    english = client.sends("/campaigns/preview?lang=en", **NOTICE | {"text_zh": "欠费停水"}).text
    assert "they may not be cut to collect fees" in english.split('id="text_zh-fault"')[1].split("</p>")[0]
    refused = client.sends("/campaigns?lang=zh", **NOTICE | {"text_zh": "欠费停水"})
    assert refused.status_code == 422
    assert "不能和停水停电写在一起" in refused.text.split('id="text_zh-fault"')[1].split("</p>")[0]


def test_a_cause_is_looked_at_with_the_text_that_names_it(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("supervisor")
    urgent = NOTICE | {"class": "emergency", "trouble": "water", "text_zh": "因{cause}停水", "text_en": "{cause}: off"}
    page = client.sends("/campaigns/preview", **urgent, cause="三户欠费").text
    assert "“欠费”" in page.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert client.sends("/campaigns", **urgent, cause="三户欠费").status_code == 422
    assert "fault" not in client.sends("/campaigns/preview", **urgent, cause="爆管").text.split('id="text_zh"')[1][:900]


def test_on_a_day_of_mourning_a_notice_is_looked_at_for_joy(logged_in: LogIn, street: FakeCarrier) -> None:
    page = logged_in("agent").sends(
        "/campaigns/preview", **NOTICE | {"text_zh": "物业祝您出行平安"}, send_at="2027-04-05T10:00"
    ).text  # fmt: skip
    assert "哀悼日不说“祝”" in page
    other = logged_in("agent").sends(
        "/campaigns/preview", **NOTICE | {"text_zh": "物业祝您出行平安"}, send_at="2027-04-07T10:00"
    ).text  # fmt: skip
    assert "哀悼日" not in other


def test_what_it_costs_is_told_by_route_while_it_is_written(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05, "call_cost": 0.3})
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "9-1-1")
        make.an_owner(session, home, "+85291234567")
    page = logged_in("supervisor").sends("/campaigns/preview", **NOTICE | {"class": "emergency"}).text
    told = page.split('id="draft-routes"')[1].split("</ul>")[0]
    assert say("campaign.route.text", "zh", place="香港", n=1, units=1) + ' <span class="num">0.05' in told
    assert say("campaign.route.call", "zh", place="内地", n=1) + ' <span class="num">0.30' in told
    numbers = number_of(page, "campaign.numbers")
    assert f'{say("campaign.cost", "zh")} <span class="num">{(numbers - 1) * 0.05 + 0.3:.2f}' in told


def test_a_country_with_a_price_of_its_own_has_its_line_before_and_after_it_is_written(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = {"sms_cost": 0.05, "sms_cost_by_country": "HK:0.4 GB:0.3"}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=prices)
    with transaction() as session:
        home = make.a_home(session, session.get_one(Project, evening.home_project), "9-1-1")
        make.an_owner(session, home, "+85291234567")
        make.an_owner(session, home, "+12125550123")
    client = logged_in("supervisor")
    hong_kong = say("campaign.route.text", "zh", place="香港", n=1, units=1) + ' <span class="num">0.40'
    america = say("campaign.route.text", "zh", place="美国", n=1, units=1) + ' <span class="num">0.05'
    told = client.sends("/campaigns/preview", **NOTICE).text.split('id="draft-routes"')[1].split("</ul>")[0]
    assert hong_kong in told
    assert america in told
    monkeypatch.setattr(campaign_preview, "SMALL", 0)
    roughly = client.sends("/campaigns/preview", **NOTICE).text.split('id="draft-routes"')[1].split("</ul>")[0]
    assert hong_kong in roughly, "and where it is only counted"
    page = client.get(f"/campaigns/{written(client)}").text
    assert hong_kong in page.split('id="cp-routes"')[1].split("</ul>")[0]


def test_the_meter_says_the_longest_and_what_most_of_them_get(
    logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    with transaction() as session:
        first = session.get_one(Project, evening.home_project)
        owner = make.an_owner(session, make.a_home(session, first, "9-1-1"), "+8613600001001", "张三")
        owner.salutation = "尊敬的" + "长" * 30 + "先生"
    page = logged_in("agent").sends("/campaigns/preview", **NOTICE | {"text_zh": "{salutation}，" + "水" * 50}).text
    meter = page.split('id="meter-zh"')[1].split("</div>")[0]
    assert say("campaign.segments", "zh", n=2) + " " + say("campaign.segments.typical", "zh", n=1) in meter


def test_sent_back_it_stands_on_its_authors_desk_and_is_written_anew_from_what_it_was(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    author, second = logged_in("agent"), logged_in("manager")
    id = written(author)
    page = second.get(f"/campaigns/{id}").text
    assert 'id="do-return"' in page
    assert 'id="do-withdraw"' not in page
    assert 'id="do-return"' not in author.get(f"/campaigns/{id}").text
    silent = second.sends(f"/campaigns/{id}/return", words=" ")
    assert silent.status_code == 422
    assert "请写几句话" in silent.text
    assert second.sends(f"/campaigns/{id}/return", words="请写明几点").status_code == 303
    assert state(id) is CampaignState.WITHDRAWN
    page = author.get(f"/campaigns/{id}").text
    assert "请写明几点" in page
    assert say("concern.returned.one", "zh") in author.get("/").text
    assert say("concern.returned.one", "zh") not in second.get("/").text
    form = author.get(f"/campaigns/new?kind=notice&from={id}").text
    assert TEXTS["text_zh"] in form
    assert 'value="水箱清洗"' in form
    again = written(author, written_from=id)
    assert say("concern.returned.one", "zh") not in author.get("/").text
    with reading() as session:
        assert session.get_one(Campaign, again).written_from_id == id
    late = second.sends(f"/campaigns/{id}/return", words="再改")
    assert late.status_code == 409
    assert say("campaign.conflict.state", "zh", state=say("campaign.state.withdrawn", "zh")) in late.text


def test_what_went_without_a_second_person_waits_for_a_review(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    author, second = logged_in("supervisor"), logged_in("manager")
    id = an_outage(app, evening)
    lets_go(app, evening, id, "supervisor", reason="夜里只有我")
    assert say("campaign.unreviewed", "zh") in author.get(f"/campaigns/{id}").text
    assert say("concern.review.one", "en") in second.get("/?lang=en").text
    assert say("concern.review.one", "zh") not in author.get("/").text
    assert say("campaign.to_review", "zh") in logged_in("agent").get("/campaigns").text
    tag = second.get(f"/campaigns/{id}/state").headers["HX-PTag"]
    assert second.sends(f"/campaigns/{id}/review", words="").status_code == 422
    assert second.sends(f"/campaigns/{id}/review", words="处理得当").status_code == 303
    assert second.get(f"/campaigns/{id}/state").headers["HX-PTag"] != tag
    assert "处理得当" in author.get(f"/campaigns/{id}").text
    assert say("concern.review.one", "en") not in second.get("/?lang=en").text
    assert second.sends(f"/campaigns/{id}/review", words="再看").status_code == 409


def test_the_frozen_page_shows_ten_samples_its_cost_and_what_to_mind(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_cost": 0.05})
    with transaction() as session:
        home = session.get_one(Project, evening.home_project)
        for n in range(9):
            make.an_owner(session, make.a_home(session, home, f"9-1-{n}"), f"+86136000020{n:02}", f"邻居{n}")
    client = logged_in("agent")
    id = written(client, text_zh="明日下午停水")
    page = client.get(f"/campaigns/{id}").text
    assert page.count('class="sample"') == 10
    assert say("campaign.costs", "zh", cost="0.85") in page
    assert "“明日下午”说不准" in page.split('id="cp-findings"')[1]
    assert "Huiyin" in page or "Water is off" in page.split('id="cp-texts"')[0], "an English one is among them"


def test_a_test_goes_to_whoever_asks(logged_in: LogIn, street: FakeCarrier) -> None:
    client = logged_in("agent")
    id = written(client)
    assert client.sends(f"/campaigns/{id}/test").status_code == 303
    with reading() as session:
        (test,) = session.scalars(select(Message).where(Message.about == f"test:{id}"))
        assert test.body == "【回音物业】（测试）" + TEXTS["text_zh"]
    for _ in range(4):
        client.sends(f"/campaigns/{id}/test")
    refused = client.sends(f"/campaigns/{id}/test")
    assert refused.status_code == 409
    assert "今天已经试发" in refused.text


def test_what_became_of_one_person_is_found_by_name_or_by_the_end_of_a_number(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    client = logged_in("agent")
    id = written(client)
    street.answers = [Rejected("21211", is_permanent=True)]
    lets_go(app, evening, id)
    for _ in range(3):  # two claimers share what is due
        works(app)
        later(seconds=3)

    def looks(asked: str) -> str:
        answer = client.sends(f"/campaigns/{id}/people", q=asked)
        assert answer.status_code == 200
        assert "+8613700000" not in answer.text, "numbers are masked"
        return answer.text.split('id="who-h"')[1]

    by_name = looks("业主3")
    assert "业主3" in by_name
    assert say("sent.accepted", "zh") in by_name
    assert re.search(r'href="/messages/\d+"', by_name)
    with reading() as session:
        (refused,) = session.scalars(select(Message.number).where(Message.error_code == "21211", Message.batch_id > 0))
    failed = looks(refused[-4:])
    assert say("sent.failed", "zh") in failed
    assert say("campaign.why.wrong_number", "zh") in failed
    shared = looks("0004")
    assert "业主4" in shared
    assert "同号人" in shared
    not_a_mobile = looks("陈老伯")
    assert say("campaign.people.not", "zh", why=say("campaign.reason.not_a_mobile", "zh")) in not_a_mobile
    assert say("campaign.people.nothing", "zh") in looks("外人")
    assert say("campaign.people.nothing", "zh") in looks("%")
    assert logged_in("abroad").sends(f"/campaigns/{id}/people", q="业主").status_code == 404


def test_templates_are_rewritten_looked_through_and_said_again(logged_in: LogIn, street: FakeCarrier) -> None:
    director, agent = logged_in("director"), logged_in("agent")
    path = "/templates/power_opening"
    assert path in director.get("/templates").text
    assert 'id="tpl-do"' not in agent.get(path).text
    assert agent.sends(path, text_zh="x", text_en="y", read=1).status_code == 403
    words = {
        "text_zh": "停电了：{places}，{end}前恢复。咨询{hotline}",
        "text_en": "Power is off in {places}. {hotline}",
    }
    looked = director.sends(f"{path}/look", **words | {"text_zh": "{places}今天晚上停电"}, read=1).text
    assert "“今天晚上”说不准" in looked
    refused = director.sends(path, **words | {"text_zh": "{places}欠费停电"}, read=1)
    assert refused.status_code == 422
    assert "不能和停水停电写在一起" in refused.text.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert words["text_en"] in refused.text
    assert director.sends(path, **words, read=1).status_code == 303
    page = director.get(path).text
    assert "停电了：" in page
    assert say("template.version", "zh", n=2) in page
    slower = director.sends(path, **words | {"text_zh": "{places}停电"}, read=1)
    assert slower.status_code == 409
    assert "有人刚改过" in slower.text
    made = agent.sends("/campaigns/new", **NOTICE, template="power_opening", do="template").text
    assert "停电了：{places}" in made
    assert 'name="began" id="draft-began" value="power_opening/2"' in made
    id = written(agent, began="power_opening/2")
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        assert (campaign.template_key, campaign.template_version) == ("power_opening", 2)
    began = say("campaign.began", "en", name="Power · Opening", n=2)
    assert began in agent.get(f"/campaigns/{id}?lang=en").text or "version 2" in agent.get(f"/campaigns/{id}").text
    assert director.sends(f"{path}/restore", version=1, read=2).status_code == 303
    assert say("template.restored", "zh", n=1) in director.get(path).text
    assert director.get("/templates/no_such").status_code == 422


def test_a_template_speaks_for_the_whole_company_and_a_project_only_reads_it(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    manager, path = logged_in("manager"), "/templates/power_opening"
    words = {"text_zh": "停电了：{places}。咨询{hotline}", "text_en": "Power is off in {places}. {hotline}"}
    for language in ("zh", "en"):
        page = manager.get(f"{path}?lang={language}").text
        assert say("template.why_not.project", language) in page
        assert 'id="tpl-do"' not in page
    refused = manager.sends(path, **words, read=1)
    assert refused.status_code == 403
    assert say("template.why_not.project", "en") in refused.text.split("notice--warn")[1].split("</div>")[0]
    assert logged_in("director").sends(path, **words, read=1).status_code == 303
    assert manager.sends(f"{path}/restore", version=1, read=2).status_code == 403
    page = manager.get(path).text
    assert "停电了：" in page
    assert say("template.do.restore", "en", n=1) not in page


def test_written_anew_it_is_for_whom_it_was_for_and_a_list_has_to_be_brought_again(
    app: Flask, logged_in: LogIn, street: FakeCarrier, evening: Evening
) -> None:
    with reading() as session:
        (person,) = session.scalars(select(Person.id).where(Person.name == "业主1"))
    chosen = Filter(
        evening.home_project, languages=("zh",), lowest_floor=1, person_ids=(person,),
        without=(Filter(roles=("tenant",)),),
    )  # fmt: skip
    id = a_notice(app, evening, audience=chosen)
    client = logged_in("agent")
    client.sends(f"/campaigns/{id}/withdraw")
    form = client.get(f"/campaigns/new?from={id}").text
    again = say("campaign.list.again", "zh")
    assert again in form
    assert re.search(r'name="lowest_floor" value="1"|value="1"[^>]*name="lowest_floor"', form)
    answer = client.sends("/campaigns", **NOTICE, listed=again, written_from=id)
    assert answer.status_code == 422, "a line that means nobody is no list"


def test_a_later_word_about_a_trouble_is_written_anew_where_the_trouble_is(
    app: Flask, logged_in: LogIn, outage: int, evening: Evening
) -> None:
    client = logged_in("supervisor")
    answer = client.sends(f"/incidents/{outage}/restore")
    assert answer.status_code == 303
    with reading() as session:
        (id,) = session.scalars(select(Campaign.id).where(Campaign.step == NoticeStep.RESTORED))
    assert client.sends(f"/campaigns/{id}/withdraw").status_code == 303
    page = client.get(f"/campaigns/{id}").text
    assert 'id="cp-anew"' not in page
    assert f'href="/incidents/{outage}"' in page
