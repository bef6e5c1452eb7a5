"""Campaigns through the API: planned with everything a second person has to know, and let go by them alone."""

import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from base import clock
from base.access import Role
from base.database import reading, transaction
from base.settings import Settings
from directory.models import ContactRole, Occupancy, Project
from messages.models import Message
from outreach.actions import interviews
from outreach.jobs import planning as jobs
from outreach.lifecycle import MAY_APPROVE, MAY_WRITE
from outreach.models import Campaign
from outreach.surveymodels import Interview
from outreach.surveys import Via
from telephony.carrier import Rejected
from tests import make
from tests.api.conftest import Program
from tests.console.conftest import later
from tests.console.evening import OWNER, Evening
from tests.console.neighbours import REFUSED, a_notice, lets_go, works
from tests.console.test_roles import LOGINS
from tests.messages.fake import FakeCarrier
from tests.outreach.quicker import a_quicker_job

Programs = Callable[..., Program]
TEXT = {"zh": "因水箱清洗，明日9:00至17:00停水", "en": "Water is off tomorrow from 9:00 to 17:00"}

REFUSED_PLANS: list[tuple[dict[str, Any], int, str]] = [
    ({"class": "care"}, 422, "does not go with"),
    ({"kind": "survey", "class": "survey"}, 422, "leave text out"),
    ({"kind": "survey", "class": "survey", "text": None}, 422, "a survey needs its questions"),
    ({"kind": "survey", "class": "survey", "text": None, "questionnaire": "weekly"}, 422, "no questionnaire 'weekly'"),
    ({"kind": "survey", "class": "survey", "text": None, "questionnaire": "short", "share": 2}, 422, "at most"),
    ({"share": 0.5}, 422, "Only a survey"),
    ({"questionnaire": "short"}, 422, "Only a survey"),
    ({"text": None}, 422, "missing"),
    ({"class": "staff"}, 422, "does not go with"),
    ({"audience": {"project": "幸福里小区", "roles": ["keeper"]}}, 422, "Nobody is in this audience"),
    ({"send_at": "2026-11-22T18:00:00+08:00"}, 422, "in the past"),
    ({"valid_until": "2026-11-22T19:00:00+08:00"}, 422, "valid_until"),
    ({"send_at": "2026-11-23T18:00:00+08:00", "valid_until": "2026-11-23T17:00:00+08:00"}, 422, "valid_until"),
    ({"text": {"zh": "停水，见{link}", "en": "Water is off"}}, 422, "link"),
    ({"text": {"zh": "{start}停水", "en": "Water is off"}}, 422, "start"),
    ({"text": {"zh": "【回音】停水", "en": "Water is off"}}, 422, "signature"),
    ({"text": {"zh": "", "en": "Water is off"}}, 422, "no text"),
    ({"audience": {}}, 403, "own project"),
    ({"audience": {"project": "滨江花园"}}, 422, "no such project"),
    ({"audience": {"buildings": ["5号楼"]}}, 422, "Buildings need their project"),
    ({"audience": {"project": "幸福里小区", "buildings": ["99号楼"]}}, 422, "no such building"),
    ({"incident": 999999}, 404, "no such incident"),
    ({"title": ""}, 422, "1 character"),
    ({"text": {"zh": "停水"}}, 422, "missing"),
]


def notice(**more: Any) -> dict[str, Any]:
    body = {"kind": "notice", "class": "service", "title": "水箱清洗", "text": TEXT,
            "audience": {"project": "幸福里小区"}}  # fmt: skip
    return body | more


def campaigns() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Campaign.id)))


def test_a_plan_says_whom_it_reaches_at_what_cost_and_who_is_left_out(
    app: Flask, program: Programs, street: FakeCarrier, settings: Settings
) -> None:
    app.extensions["settings"] = settings.model_copy(update={"sms_cost": 0.05, "sms_rate_service": 2.0})
    who = program("agent")
    made = who.posts("/campaigns", **notice())
    assert made.status_code == 201
    told = made.json
    assert made.headers["Location"] == f"/api/v1/campaigns/{told['id']}"
    assert who.gets(f"/campaigns/{told['id']}").json == told
    counts = {
        name: told[name] for name in ("audience_size", "people", "homes", "numbers", "texts", "calls", "segments")
    }
    assert counts == {
        "audience_size": 11, "people": 9, "homes": 8, "numbers": 8, "texts": 8, "calls": 0, "segments": 8,
    }  # fmt: skip
    assert told["exclusions"] == {"not_a_mobile": 1, "number_needs_check": 1}
    assert (told["state"], told["cost"], told["counts"]) == ("planned", 0.4, {"planned": 8})
    assert told["expected_finish"] == "2026-11-22T19:30:04+08:00"
    assert len(told["hash"]) == 64
    works(app)
    assert street.asked == [], "nothing leaves before it is approved"


def test_a_survey_draws_its_households_and_tells_what_they_answered(
    app: Flask, program: Programs, evening: Evening, street: FakeCarrier
) -> None:
    who = program("supervisor")
    asked = {"kind": "survey", "class": "survey", "title": "秋季调查", "questionnaire": "short", "share": 0.5}
    made = who.posts("/campaigns", **asked, audience={"project": "幸福里小区"})
    assert made.status_code == 201, made.json
    told = made.json
    assert (told["state"], told["survey"]["questionnaire"], told["survey"]["share"]) == ("planned", "short", 0.5)
    assert told["survey"]["interviews"] == {"planned": told["numbers"]}
    assert told["exclusions"]["not_drawn"] > 0
    assert "请回复" in told["text"]["zh"]
    assert "Reply" in told["text"]["en"]
    lets_go(app, evening, told["id"])
    later(hours=15)
    for _ in range(4):
        later(seconds=2)
        works(app)
    with transaction() as session:
        first = session.scalars(select(Interview).order_by(Interview.id)).first()
        assert first is not None
        interviews.take(session, first.id, "news", "2", via=Via.TEXT, at=clock.now())
    survey = program("supervisor").gets(f"/campaigns/{told['id']}").json["survey"]
    assert (survey["asked"], survey["answered"], survey["tickets"]) == (1, 1, 0)
    news, reached = survey["questions"]
    assert [choice["count"] for choice in news["choices"]] == [0, 1, 0, 0, 0]
    assert (news["satisfied"], reached["satisfied"], reached["scale"]) == (1.0, None, "yes_no")
    assert who.posts(f"/campaigns/{told['id']}/resend").status_code == 409
    assert who.posts("/campaigns", **notice()).json["survey"] is None


def test_at_night_the_finish_is_reckoned_from_the_morning_and_there_is_none_where_nothing_waits(
    app: Flask, program: Programs, street: FakeCarrier, evening: Evening, settings: Settings
) -> None:
    app.extensions["settings"] = settings.model_copy(update={"sms_rate_service": 2.0})
    later(hours=2, minutes=30)
    who = program("agent")
    told = who.posts("/campaigns", **notice()).json
    assert told["expected_finish"] == "2026-11-23T08:00:04+08:00"
    lets_go(app, evening, told["id"])
    works(app)
    assert who.gets(f"/campaigns/{told['id']}").json["expected_finish"] == "2026-11-23T08:00:04+08:00"
    for _ in range(3):
        later(hours=10)
        works(app)
    gone = who.gets(f"/campaigns/{told['id']}").json
    assert (gone["counts"].get("planned"), gone["expected_finish"]) == (None, None)
    withdrawn = who.posts(f"/campaigns/{a_notice(app, evening)}/withdraw").json
    assert (withdrawn["state"], withdrawn["expected_finish"]) == ("withdrawn", None)


def test_the_audience_is_named_as_people_name_it(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")

    def reaches(**audience: Any) -> int:
        told = who.posts("/campaigns", **notice(audience={"project": "幸福里小区", **audience})).json
        assert {name: told["audience"][name] for name in audience} == audience
        return int(told["numbers"])

    assert reaches(buildings=["5号楼"]) == 3
    assert reaches(occupancy=["vacant"]) == 1
    assert reaches(roles=["tenant"]) == 1
    assert reaches(buildings=["3号楼", "5号楼"], roles=["owner", "tenant"]) == 8
    assert reaches(units=["2单元"]) + reaches(units=["1单元"]) == reaches()
    assert 0 < reaches(floors={"lowest": 3, "highest": None}) < reaches()
    assert reaches(languages=["en"]) == 1
    everybody = program("director").posts("/campaigns", **notice(audience={})).json
    assert everybody["numbers"] == 9, "an absent filter means everybody: of all projects"


def test_words_for_the_owners_of_empty_homes_reach_them_alone(
    program: Programs, evening: Evening, street: FakeCarrier
) -> None:
    with transaction() as session:
        garden = session.get_one(Project, evening.home_project)
        empty = make.a_home(session, garden, "3-1-901", occupancy=Occupancy.VACANT)
        make.an_owner(session, empty, "+8613700000091", "远方业主")
        make.an_owner(session, empty, "+8613700000092", "看房人", role=ContactRole.KEEPER)
    body = {
        "kind": "notice", "class": "emergency",
        "text": {"zh": "3号楼水管爆裂，我们会关上您家的水阀。", "en": "A pipe has burst; we shall close your valve."},
        "audience": {"project": "幸福里小区", "buildings": ["3号楼"], "occupancy": ["vacant"], "roles": ["owner"]},
        "send_at": None, "valid_until": "2026-11-23T08:00:00+08:00", "title": "空置房关阀",
    }  # fmt: skip
    who = program("supervisor")
    made = who.posts("/campaigns", **body)
    assert made.status_code == 201, made.json
    with reading() as session:
        campaign = session.get_one(Campaign, made.json["id"])
        planned = session.scalars(select(Message.number).where(Message.batch_id == campaign.batch_id))
        assert set(planned) == {"+8613700000091"}, "nobody of the other vacant home, which is in building 5"
    for chosen in (["lived_in"], ["lived_in", "vacant"], ["let"]):
        refused = who.posts("/campaigns", **body | {"audience": body["audience"] | {"occupancy": chosen}})  # type: ignore[operator]
        assert refused.status_code == 422, chosen
        assert "owners who are not there" in refused.json["detail"]


def test_who_is_left_out_on_purpose_has_that_as_their_reason(program: Programs, street: FakeCarrier) -> None:
    chosen = {"project": "幸福里小区", "without": [{"roles": ["tenant"]}, {"listed": [OWNER]}]}
    told = program("agent").posts("/campaigns", **notice(audience=chosen)).json
    assert told["exclusions"]["excluded"] == 2
    tenants, listed = told["audience"]["without"]
    assert tenants["roles"] == ["tenant"]
    assert listed["listed"] == 1, "whose numbers they are is not told again"
    assert OWNER not in str(told)


def test_a_list_means_those_people_and_a_slip_in_it_is_refused_where_it_stands(
    program: Programs, street: FakeCarrier
) -> None:
    who = program("agent")
    told = who.posts("/campaigns", **notice(audience={"project": "幸福里小区", "listed": ["3-2-0902", OWNER]})).json
    assert (told["audience_size"], told["audience"]["listed"]) == (1, 1)
    slip = {"project": "幸福里小区", "listed": [OWNER, "3-2-9999"]}
    refused = who.posts("/campaigns", **notice(audience=slip))
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "#/audience/listed/1"


def test_a_second_person_lets_it_go_and_sees_it_go(app: Flask, program: Programs, street: FakeCarrier) -> None:
    made = program("agent").posts("/campaigns", **notice()).json
    manager, path = program("manager"), f"/campaigns/{made['id']}"
    told = manager.posts(f"{path}/approve", hash=made["hash"]).json
    assert (told["state"], told["approved_by"]["name"], told["written_by"]["name"]) == ("approved", "孙倩", "张敏")
    street.answers = [Rejected("21211", is_permanent=True)]
    works(app)
    told = manager.gets(path).json
    assert told["counts"] == {"failed": 1, "accepted": 7}
    assert told["reasons"] == {"21211": 1}
    sent = manager.gets("/messages", campaign=made["id"]).json["items"]
    assert len(sent) == 8
    assert {one["campaign"] for one in sent} == {made["id"]}
    again = manager.posts(f"{path}/resend")
    assert again.status_code == 201
    assert (again.json["numbers"], again.json["audience"]["again_of"]) == (1, made["id"])


def test_it_is_stopped_gone_on_with_and_taken_back(app: Flask, program: Programs, street: FakeCarrier) -> None:
    agent, manager = program("agent"), program("manager")
    first, second = (agent.posts("/campaigns", **notice()).json for _ in range(2))
    path = f"/campaigns/{first['id']}"
    assert agent.posts(f"{path}/stop").status_code == 409, "it does not go yet"
    assert agent.posts(f"{path}/resend").status_code == 409, "nor is there anything to send again"
    manager.posts(f"{path}/approve", hash=first["hash"])
    assert agent.posts(f"{path}/stop").json["state"] == "stopped"
    works(app)
    assert street.asked == []
    assert agent.posts(f"{path}/resume").status_code == 403
    assert manager.posts(f"{path}/resume").json["state"] == "approved"
    works(app)
    assert len(street.asked) == 8
    assert agent.posts(f"/campaigns/{second['id']}/withdraw").json["state"] == "withdrawn"
    assert manager.posts(f"/campaigns/{second['id']}/approve", hash=second["hash"]).status_code == 409


def test_another_hash_lets_nothing_go(program: Programs, street: FakeCarrier) -> None:
    made = program("agent").posts("/campaigns", **notice()).json
    manager, path = program("manager"), f"/campaigns/{made['id']}"
    refused = manager.posts(f"{path}/approve", hash="0" * 64)
    assert refused.status_code == 409
    with transaction() as session:
        session.execute(update(Message).where(Message.number == "+8613700000001").values(body="别的话"))
    assert manager.posts(f"{path}/approve", hash=made["hash"]).status_code == 409, "what was read is not what would go"
    assert manager.gets(path).json["state"] == "planned"


def test_nobody_approves_their_own_but_in_an_emergency_with_a_reason(program: Programs, street: FakeCarrier) -> None:
    who = program("supervisor")
    own = who.posts("/campaigns", **notice()).json
    assert who.posts(f"/campaigns/{own['id']}/approve", hash=own["hash"]).status_code == 403
    urgent = who.posts(
        "/campaigns", **notice(title="紧急停水") | {"class": "emergency", "trouble": {"kind": "water", "cause": "爆管"}}
    ).json
    path = f"/campaigns/{urgent['id']}/approve"
    assert (urgent["step"], urgent["calls"]) == ("opening", 1)
    assert who.posts(path, hash=urgent["hash"]).status_code == 403
    told = who.posts(path, hash=urgent["hash"], emergency_reason="夜里只有我在").json
    assert (told["state"], told["emergency_reason"]) == ("approved", "夜里只有我在")
    incident = who.gets(f"/incidents/{told['incident']}").json
    assert (incident["kind"], incident["cause"], incident["notices"][0]["campaign"]) == ("water", "爆管", told["id"])
    agent = program("agent")
    theirs = agent.posts("/campaigns", **notice(title="紧急") | {"class": "emergency"}).json
    assert (
        agent.posts(f"/campaigns/{theirs['id']}/approve", hash=theirs["hash"], emergency_reason="x").status_code == 403
    )


def test_of_two_approvals_at_once_one_counts(program: Programs, street: FakeCarrier) -> None:
    made = program("agent").posts("/campaigns", **notice()).json
    both = [program(login) for login in ("manager", "supervisor")]
    start, answers = threading.Barrier(2), []

    def go(who: Program) -> None:
        start.wait()
        answers.append(who.posts(f"/campaigns/{made['id']}/approve", hash=made["hash"]))

    threads = [threading.Thread(target=Context().run, args=(go, who)) for who in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_the_same_plan_with_a_key_is_one_campaign_told_with_its_hash(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")
    first, again = (who.posts("/campaigns", "plan", **notice()) for _ in range(2))
    assert first.data == again.data
    assert len(again.json["hash"]) == 64
    assert again.headers["Location"] == first.headers["Location"]
    assert campaigns() == 1


def test_where_a_job_was_quicker_its_plan_is_waited_for(app: Flask, program: Programs, street: FakeCarrier) -> None:
    with a_quicker_job(app):
        told = program("agent").posts("/campaigns", "plan", **notice()).json
    assert (told["state"], len(told["hash"])) == ("planned", 64)


def test_a_large_audience_is_planned_by_a_job_and_asked_for_later(
    app: Flask, program: Programs, street: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SMALL", 5)
    who = program("agent")
    told = who.posts("/campaigns", "plan", **notice()).json
    assert (told["state"], told["hash"], told["numbers"], told["cost"]) == ("planning", None, 0, None)
    path = f"/campaigns/{told['id']}"
    assert program("manager").posts(f"{path}/approve", hash="x").status_code == 409
    jobs.plan_unfinished()
    assert len(who.gets(path).json["hash"]) == 64


def test_what_cannot_go_is_refused_in_both_languages_and_leaves_nothing(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")
    for place, (change, status, words) in enumerate(REFUSED_PLANS):
        refused = who.posts("/campaigns", f"plan {place}", **notice() | change)
        assert refused.status_code == status, (change, refused.text)
        assert words in refused.text, change
        assert any("\u4e00" <= c <= "\u9fff" for c in refused.json["detail"]), change
    assert campaigns() == 0


def test_who_may_write_and_who_may_let_go(app: Flask, program: Programs, evening: Evening, street: FakeCarrier) -> None:
    for role in Role:
        made, who = a_notice(app, evening, "agent"), program(LOGINS[role])
        for path in ("/campaigns", f"/campaigns/{made}"):
            assert who.gets(path).status_code == (200 if role in MAY_WRITE else 403), (role, path)
        assert who.posts("/campaigns", **notice()).status_code == (201 if role in MAY_WRITE else 403), role
        seen = program("admin").gets(f"/campaigns/{made}").json["hash"]
        approved = who.posts(f"/campaigns/{made}/approve", hash=seen)
        assert approved.status_code == (200 if role in MAY_APPROVE else 403), role


def test_campaigns_are_listed_inside_the_walls(app: Flask, program: Programs, evening: Evening,
                                               street: FakeCarrier) -> None:  # fmt: skip
    ours = a_notice(app, evening)
    company = program("director").posts("/campaigns", **notice(audience={})).json["id"]
    assert [one["id"] for one in program("agent").gets("/campaigns").json["items"]] == [ours]
    assert [one["id"] for one in program("admin").gets("/campaigns").json["items"]] == [company, ours]
    assert program("abroad").gets("/campaigns").json["items"] == []
    assert program("abroad").gets(f"/campaigns/{ours}").status_code == 404
    assert program("agent").gets(f"/campaigns/{company}").status_code == 404
    admin = program("admin")
    assert [one["id"] for one in admin.gets("/campaigns", project="幸福里小区", state="planned").json["items"]] == [
        ours
    ]
    assert admin.gets("/campaigns", kind="greeting").json["items"] == []
    first = admin.gets("/campaigns", limit=1).json
    assert [one["id"] for one in admin.gets("/campaigns", limit=1, after=first["next"]).json["items"]] == [ours]


def test_a_greeting_goes_to_those_who_want_one(program: Programs, street: FakeCarrier) -> None:
    later(days=40)  # the first of January
    later(hours=-9.5)
    who = program("agent")
    person = who.posts("/search", number="+8613700000001").json["people"][0]["id"]
    who.puts(f"/people/{person}/consents", **{"class": "care", "granted": True, "words": "愿意"})
    told = who.posts("/campaigns", **notice(
        kind="greeting", title="新年", text={"zh": "新年好", "en": "Happy new year"}
    ) | {"class": "care"}).json  # fmt: skip
    assert told["numbers"] == 1, told
    assert told["exclusions"]["no_consent"] >= 7
    assert REFUSED not in str(told)


def test_words_that_cannot_go_are_each_named_in_their_place_and_the_rest_is_told_with_the_plan(
    program: Programs, street: FakeCarrier
) -> None:
    who = program("agent")
    text = {"zh": "您已欠费，明日下午停水，详见www.example.com", "en": "It was your own fault"}
    refused = who.posts("/campaigns", **notice(text=text))
    assert refused.status_code == 422
    found = [(one["pointer"], one["rule"]) for one in refused.json["errors"]]
    assert found == [("#/text/zh", "arrears"), ("#/text/zh", "link"), ("#/text/en", "blame")]
    assert "“欠费”不能和停水停电写在一起" in refused.json["errors"][0]["detail"]
    assert "Write two texts" in refused.json["errors"][0]["detail"]
    assert campaigns() == 0
    made = who.posts("/campaigns", **notice(text={"zh": "明日下午停水", "en": "Water is off " + "x" * 200}))
    assert made.status_code == 201
    warned = [(one["language"], one["rule"], one["words"]) for one in made.json["warnings"]]
    assert warned == [("zh", "vague_time", "明日下午"), ("en", "segments", "")]
    assert who.posts("/campaigns", **notice()).json["warnings"] == []


def test_it_is_sent_back_with_a_reason_and_written_anew(program: Programs, street: FakeCarrier) -> None:
    agent, manager = program("agent"), program("manager")
    made = agent.posts("/campaigns", **notice()).json
    path = f"/campaigns/{made['id']}"
    assert (made["returned"], made["reviewed"], made["needs_review"], made["written_from"]) == (None, None, False, None)
    assert agent.posts(f"{path}/return", reason="x").status_code == 403
    assert manager.posts(f"{path}/return", reason="").status_code == 422
    told = manager.posts(f"{path}/return", reason="请写明几点").json
    assert (told["state"], told["returned"]["words"], told["returned"]["by"]["name"]) == (
        "withdrawn", "请写明几点", "孙倩",
    )  # fmt: skip
    assert manager.posts(f"{path}/return", reason="再改").status_code == 409
    assert agent.posts("/campaigns", **notice(written_from=made["id"])).json["written_from"] == made["id"]
    assert agent.posts("/campaigns", **notice(written_from=999999)).status_code == 404


def test_what_went_without_a_second_person_is_listed_until_it_is_reviewed(
    program: Programs, street: FakeCarrier
) -> None:
    author, second = program("supervisor"), program("manager")
    body = notice(title="紧急停水") | {"class": "emergency", "trouble": {"kind": "water", "cause": "爆管"}}
    urgent = author.posts("/campaigns", **body).json
    path = f"/campaigns/{urgent['id']}"
    assert second.posts(f"{path}/review", note="x").status_code == 409, "nobody has let it go"
    author.posts(f"{path}/approve", hash=urgent["hash"], emergency_reason="夜里只有我在")
    listed = [one["id"] for one in second.gets("/campaigns", needs_review="true").json["items"]]
    assert listed == [urgent["id"]]
    assert author.posts(f"{path}/review", note="很好").status_code == 403
    told = second.posts(f"{path}/review", note="处理得当").json
    assert (told["needs_review"], told["reviewed"]["words"]) == (False, "处理得当")
    assert second.gets("/campaigns", needs_review="true").json["items"] == []
    assert second.posts(f"{path}/review", note="再看").status_code == 409


def test_the_plan_shows_samples_as_they_will_leave_with_numbers_masked(program: Programs, street: FakeCarrier) -> None:
    made = program("agent").posts("/campaigns", **notice()).json
    assert len(made["samples"]) == 8
    assert {one["body"] for one in made["samples"]} == {"【回音物业】" + TEXT["zh"], "【回音物业】" + TEXT["en"]}
    assert all("****" in one["number"] for one in made["samples"])


def test_whoever_asks_gets_a_test(program: Programs, street: FakeCarrier) -> None:
    who = program("agent")
    made = who.posts("/campaigns", **notice()).json
    told = who.posts(f"/campaigns/{made['id']}/test", language="en")
    assert told.json["body"] == "【回音物业】(Test) " + TEXT["en"]
    for _ in range(4):
        assert who.posts(f"/campaigns/{made['id']}/test").status_code == 200
    assert who.posts(f"/campaigns/{made['id']}/test").status_code == 409
