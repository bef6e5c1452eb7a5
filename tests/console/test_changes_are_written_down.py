"""Whatever changes how the house works is written down: every form and command of that kind is named here."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from base.database import reading
from directory.auditmodels import Audit, AuditWhat
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_leave import form as a_leave
from tests.console.test_roster import CHEN, brings
from tests.console.test_takeover import form as a_turn
from tests.hotline.test_recorded_prompts import MP3

Walk = tuple[str, str, dict[str, Any], AuditWhat, str]

HOUSE = (
    "/contacts/plans", "/menus", "/oncall", "/questionnaires", "/roster", "/staff", "/templates", "/tokens", "/webhooks"
)  # fmt: skip
"""Where the house is changed; a new form below one of these has to be named here."""


def walks(evening: Evening) -> dict[str, Walk]:
    """By endpoint: who sends which form where, what is kept of it, and about what. They go in this order."""
    agent, man = f"staff:{evening.staff['agent']}", f"staff:{evening.staff['technician']}"
    firm = {"name": "申江电梯", "number": "021-55559001", "trade": "lift", "project": "all"}
    hook = {"name": "ERP", "url": "https://erp.example.com/x", "event": "ticket.*"}
    plan = {"absence": "vacant", "every_days": "30", "means": "text", "is_on": "yes"}
    pages = {"order": "call_first", "language": "zh", "second": "13900001234"}
    return {
        "set_staff_skills": (
            "supervisor", f"/oncall/skills/{evening.staff['agent']}", {"skill": ["desk"]}, AuditWhat.SKILLS, agent
        ),
        "write_leave": ("supervisor", "/oncall/leave", a_leave(evening), AuditWhat.LEAVE, man),
        "withdraw_leave": ("supervisor", "/oncall/leave/1/withdraw", {"sure": "yes"}, AuditWhat.LEAVE, man),
        "change_my_pages": ("technician", "/oncall/mine", pages, AuditWhat.PAGES, man),
        "take_over": ("manager", "/oncall/take-over", a_turn(evening), AuditWhat.ROTA, "override:1"),
        "take_back": ("manager", "/oncall/take-over/1/withdraw", {"sure": "yes"}, AuditWhat.ROTA, "override:1"),
        "change_plan": ("director", "/contacts/plans", plan, AuditWhat.CONTACT_PLAN, "absence:vacant"),
        "keep_prompt": (
            "director", "/menus/prompts", {"name": "hello_zh", "audio": (BytesIO(MP3), "x.mp3")}, AuditWhat.PROMPT,
            "prompt:hello_zh-",
        ),
        "add_vendor": ("director", "/oncall/vendors", firm, AuditWhat.VENDOR, "vendor:1"),
        "change_vendor": ("director", "/oncall/vendors/1", {"say": "drop"}, AuditWhat.VENDOR, "vendor:1"),
        "make_hook": ("admin", "/webhooks", hook, AuditWhat.WEBHOOK, "webhook:1"),
        "switch_hook": (
            "admin", "/webhooks/1/switch", {"state": "off", "sure": "yes"}, AuditWhat.WEBHOOK, "webhook:1"
        ),
        "reset_password": ("admin", f"/staff/{evening.staff['agent']}/password", {"sure": "yes"}, AuditWhat.PASSWORD,
                           agent),
        "end_sessions_of": ("admin", f"/staff/{evening.staff['agent']}/sessions/end", {"sure": "yes"},
                            AuditWhat.SESSION_ENDED, agent),
    }  # fmt: skip


ALSO = {
    "drop_roster", "start_roster", "roster_refused", "drop_second_step", "mark_left", "publish_menus", "give_turn",
    "write_rotation", "write_template", "restore_template", "revoke_token", "revoke_my_token",
    "publish_questionnaire", "retire_questionnaire", "restore_questionnaire",
}  # fmt: skip
"""Written down too; the tests of their pages look there, since it takes more than one form."""
NEED_NOT = {
    "begin_drill": "a ticket of its own", "upload_roster": "nothing changes before it is started",
    "retry_roster": "who started it stands there", "look_at_template": "a look", "look_at_questionnaire": "a look",
    "check_menu": "a look", "write_menu": "a draft", "begin_questionnaire": "a draft", "write_questionnaire": "a draft",
    "discard_questionnaire": "a draft", "try_questionnaire": "rings whoever asks",
    "try_questionnaire_of_file": "rings whoever asks", "make_calendar": "one's own", "revoke_calendar": "one's own",
    "ask_swap": "the table swap", "answer_swap": "the table swap", "decide_swap": "the table swap",
    "say_duty": "the table reminder", "replay_hook": "what was told is told again",
    "replay_delivery": "what was told is told again",
}  # fmt: skip
"""No line in the audit log, and why."""


def kept(what: AuditWhat, about: str) -> int:
    with reading() as session:
        like = Audit.about.startswith(about) if about.endswith("-") else Audit.about == about
        return session.scalar(select(func.count(Audit.id)).where(Audit.what == what, like)) or 0


def test_every_change_of_how_the_house_works_is_written_down_with_who_made_it(
    logged_in: LogIn, evening: Evening
) -> None:
    clients = {}
    for name, (who, path, form, what, about) in walks(evening).items():
        before = kept(what, about)
        client = clients.setdefault(who, logged_in(who))
        assert client.sends(path, **form).status_code in {200, 303}, name
        assert kept(what, about) == before + 1, name
        with reading() as session:
            last = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
            assert (last.what, last.staff_id) == (what, evening.staff[who]), name
            assert "13900001234" not in last.reason, "numbers are masked"
    page = logged_in("admin").get("/audit").text
    for words in ("改了接听技能", "改了休假", "改了呼叫方式", "改了联系计划", "空置", "放上了录音提示"):
        assert words in page, words


def test_a_roster_that_is_dropped_is_written_down(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    where = brings(client, CHEN)
    assert client.sends(f"{where}/drop").status_code == 303
    assert kept(AuditWhat.ROSTER_DROPPED, f"roster:{where.rsplit('/', 1)[1]}") == 1
    assert "放弃了名册" in logged_in("admin").get("/audit").text


@pytest.mark.parametrize(
    ("arguments", "what", "reason"),
    [
        (["staff", "add", "何总", "--number", "13900005678", "--role", "admin"], AuditWhat.STAFF, "admin"),
        (["project", "add", "云栖湾"], AuditWhat.PROJECT, "云栖湾"),
        (["staff", "skills", "agent", "desk"], AuditWhat.SKILLS, "desk"),
        (["staff", "pages", "agent", "--first", "call_first"], AuditWhat.PAGES, "call_first"),
        (["staff", "password", "agent"], AuditWhat.PASSWORD, ""),
        (["rota", "away", "agent", "2026-12-01", "2026-12-02"], AuditWhat.LEAVE, "2026-12-01 00:00"),
        (["vendor", "add", "申江电梯", "--number", "021-55559001", "--trade", "lift"], AuditWhat.VENDOR, "申江电梯"),
        (["webhook", "add", "ERP", "https://erp.example.com/x"], AuditWhat.WEBHOOK, "ERP"),
        (["token", "create", "ERP", "--staff", "director"], AuditWhat.TOKEN, "ERP"),
    ],
)
def test_a_command_that_changes_the_house_is_written_down_as_nobodys(
    app: Flask, evening: Evening, arguments: list[str], what: AuditWhat, reason: str
) -> None:
    done = app.test_cli_runner().invoke(args=arguments)
    assert done.exit_code == 0, done.output
    with reading() as session:
        last = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.what, last.staff_id) == (what, None)
    assert reason in last.reason


def test_what_is_said_again_as_it_is_leaves_no_line(logged_in: LogIn, evening: Evening) -> None:
    client, pages = logged_in("technician"), {"order": "call_first", "language": "zh", "second": ""}
    leader = logged_in("supervisor")
    for _ in range(2):
        assert client.sends("/oncall/mine", **pages).status_code == 303
        assert leader.sends(f"/oncall/skills/{evening.staff['technician']}", skill="desk").status_code == 303
        assert leader.sends("/oncall/leave", **a_leave(evening)).status_code == 303
    man = f"staff:{evening.staff['technician']}"
    assert [kept(what, man) for what in (AuditWhat.PAGES, AuditWhat.SKILLS, AuditWhat.LEAVE)] == [1, 1, 1]


def test_every_form_that_changes_the_house_has_its_place_here(app: Flask, evening: Evening) -> None:
    forms = {
        rule.endpoint.removeprefix("console.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "POST" in (rule.methods or ()) and rule.rule.startswith(HOUSE)
    }
    walked = set(walks(evening))
    assert forms == walked | ALSO | NEED_NOT.keys()
    assert not walked & ALSO
    assert not (walked | ALSO) & NEED_NOT.keys()
