"""Who may enter which page, see which ticket, and make which move."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from base.access import EVERYBODY_ON_STAFF, Guard, Role, guard_of
from base.database import transaction
from console import nav
from console.scope import LEADERS, WHO_MAY
from directory.models import Staff
from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_extension import more_time
from tests.console.test_sign_off import with_a_code
from tickets.lifecycle import Move

PUBLIC = {"console.login", "console.log_in", "console.login_code", "console.log_in_code", "console.static_file"}
WORKERS = EVERYBODY_ON_STAFF - {Role.QUALITY}
DESK = WORKERS - {Role.TECHNICIAN}
READERS = EVERYBODY_ON_STAFF - {Role.TECHNICIAN}
IN_CHARGE = DESK - {Role.AGENT}
ABOVE = READERS - {Role.AGENT}
ADMIN = frozenset({Role.ADMIN})
MAY_ENTER = {
    "desk": EVERYBODY_ON_STAFF, "day": EVERYBODY_ON_STAFF, "board": EVERYBODY_ON_STAFF, "searching": EVERYBODY_ON_STAFF,
    "search": EVERYBODY_ON_STAFF, "oncall": EVERYBODY_ON_STAFF, "log_out": EVERYBODY_ON_STAFF,
    "rota_ahead": EVERYBODY_ON_STAFF, "rota_month": EVERYBODY_ON_STAFF, "give_turn": LEADERS, "take_back": LEADERS,
    "hand_over": EVERYBODY_ON_STAFF,
    "take_over": LEADERS, "begin_drill": LEADERS, "skills": LEADERS, "set_staff_skills": LEADERS,
    "swaps": EVERYBODY_ON_STAFF, "ask_swap": EVERYBODY_ON_STAFF, "answer_swap": EVERYBODY_ON_STAFF,
    "vendor_list": EVERYBODY_ON_STAFF, "add_vendor": LEADERS, "change_vendor": LEADERS,
    "decide_swap": LEADERS, "rotation": LEADERS, "write_rotation": LEADERS,
    "say_duty": EVERYBODY_ON_STAFF,
    "leave": EVERYBODY_ON_STAFF, "write_leave": LEADERS, "withdraw_leave": LEADERS,
    "change_my_pages": EVERYBODY_ON_STAFF, "make_calendar": EVERYBODY_ON_STAFF, "revoke_calendar": EVERYBODY_ON_STAFF,
    "ticket": EVERYBODY_ON_STAFF, "case": EVERYBODY_ON_STAFF, "recording": EVERYBODY_ON_STAFF,
    "photo": EVERYBODY_ON_STAFF,
    "note": EVERYBODY_ON_STAFF, "reveal": EVERYBODY_ON_STAFF,
    "call_owner": WORKERS, "call_firm": WORKERS, "ask_help": WORKERS,
    "acknowledge": WORKERS, "arrive": WORKERS, "wait": WORKERS, "resume": WORKERS, "resolve": WORKERS,
    "preview": WORKERS, "close": READERS, "reopen": READERS,
    "assign": DESK, "refer": DESK, "cancel": DESK, "merge": DESK, "split": DESK, "level": DESK,
    "department": DESK, "extend": WORKERS, "decide": IN_CHARGE, "sign_off": WORKERS,
    "following": READERS, "see_end": DESK,
    "ask": WORKERS, "answer": IN_CHARGE, "send": frozenset({Role.MANAGER, Role.DIRECTOR, Role.ADMIN}),
    "urge_for_caller": WORKERS,
    "new_ticket": WORKERS, "open_by_hand": WORKERS, "homes": WORKERS,
    "messages": READERS, "reveal_recipient": READERS, "find_messages": READERS, "message": READERS,
    "people": READERS, "find_people": READERS, "person": READERS, "reveal_numbers": READERS, "record_wish": DESK,
    "contacts": READERS, "change_plan": IN_CHARGE, "record_contact": DESK,
    "campaigns": READERS, "campaign": READERS, "campaign_state": READERS, "campaign_left_out": READERS,
    "wave_comments": READERS,
    "new_campaign": READERS, "preview_campaign": READERS, "change_campaign": READERS, "write_campaign": READERS,
    "stop_campaign": READERS, "withdraw_campaign": READERS, "resend_campaign": READERS,
    "approve_campaign": IN_CHARGE, "resume_campaign": IN_CHARGE, "return_campaign": IN_CHARGE,
    "review_campaign": IN_CHARGE, "try_campaign": READERS, "campaign_people": READERS,
    "waves": ABOVE, "count_wave": ABOVE, "write_wave": ABOVE,
    "questionnaire_list": ABOVE, "questionnaire": ABOVE, "questionnaire_of_file": ABOVE,
    "begin_questionnaire": IN_CHARGE, "look_at_questionnaire": IN_CHARGE, "write_questionnaire": IN_CHARGE,
    "publish_questionnaire": IN_CHARGE, "try_questionnaire": IN_CHARGE, "try_questionnaire_of_file": IN_CHARGE,
    "discard_questionnaire": IN_CHARGE, "retire_questionnaire": IN_CHARGE, "restore_questionnaire": IN_CHARGE,
    "templates": READERS, "template": READERS, "look_at_template": READERS,
    "write_template": IN_CHARGE, "restore_template": IN_CHARGE,
    "incidents": EVERYBODY_ON_STAFF, "incident": EVERYBODY_ON_STAFF, "incident_state": EVERYBODY_ON_STAFF,
    "incident_tickets": EVERYBODY_ON_STAFF, "incident_callers": EVERYBODY_ON_STAFF,
    "new_incident": READERS, "open_incident": READERS, "delay_incident": READERS,
    "rescope_incident": READERS, "restore_incident": READERS, "follow_up_incident": READERS,
    "plan_month": IN_CHARGE, "change_campaign_day": IN_CHARGE, "take_back_day": IN_CHARGE,
    "year_plan": IN_CHARGE, "birthday_plan": IN_CHARGE, "write_birthdays": IN_CHARGE, "approve_birthdays": IN_CHARGE,
    "stop_birthdays": IN_CHARGE, "resume_birthdays": IN_CHARGE, "bereaved": DESK, "consoled": DESK,
    "answer_suggestion": DESK,
    "unanswered": EVERYBODY_ON_STAFF - {Role.AGENT, Role.TECHNICIAN},
    "tonight": ABOVE, "tonight_rows": ABOVE,
    "ring_backs": READERS, "take_ring_back": DESK, "leave_ring_back": DESK, "ring_ring_back": DESK,
    "end_ring_back": DESK,
    "results": EVERYBODY_ON_STAFF - {Role.AGENT, Role.TECHNICIAN},
    "reports": ABOVE, "report": ABOVE, "report_rows": ABOVE, "report_sheet": ABOVE,
    "report_monthly": ABOVE, "report_night": ABOVE,
    "entry_of_ticket": EVERYBODY_ON_STAFF, "ask_for_entry": WORKERS,
    "proposal": EVERYBODY_ON_STAFF, "accept_proposal": READERS, "refuse_proposal": READERS,
    "menus": ABOVE, "menu": ABOVE, "menu_picture": ABOVE, "menu_house": ABOVE, "menu_house_picture": ABOVE,
    "walk_menu": ABOVE, "edit_menu": ABOVE, "check_menu": ABOVE, "menu_draft": ABOVE,
    "menu_prompts": ABOVE, "keep_prompt": ABOVE - {Role.SUPERVISOR, Role.QUALITY},
    "write_menu": ABOVE - {Role.SUPERVISOR, Role.QUALITY}, "publish_menus": ABOVE - {Role.SUPERVISOR, Role.QUALITY},
    "audit_log": ABOVE - {Role.SUPERVISOR, Role.QUALITY}, "audit_sheet": ABOVE - {Role.SUPERVISOR, Role.QUALITY},
    "operations": ABOVE - {Role.SUPERVISOR, Role.QUALITY}, "operations_now": ABOVE - {Role.SUPERVISOR, Role.QUALITY},
    "try_job_again": ADMIN, "forget_job": ADMIN,
    "tokens": ADMIN, "revoke_token": ADMIN, "my_tokens": EVERYBODY_ON_STAFF, "revoke_my_token": EVERYBODY_ON_STAFF,
    "account": EVERYBODY_ON_STAFF, "change_password": EVERYBODY_ON_STAFF, "end_my_session": EVERYBODY_ON_STAFF,
    "choose_my_keys": EVERYBODY_ON_STAFF,
    "end_my_other_sessions": EVERYBODY_ON_STAFF, "second_step": EVERYBODY_ON_STAFF,
    "begin_second_step": EVERYBODY_ON_STAFF, "confirm_second_step": EVERYBODY_ON_STAFF,
    "renew_spares": EVERYBODY_ON_STAFF, "end_second_step": EVERYBODY_ON_STAFF, "drop_second_step": ADMIN,
    "staff_accounts": ADMIN, "reset_password": ADMIN, "end_sessions_of": ADMIN, "leaving": ADMIN, "mark_left": ADMIN,
    "personal_data": frozenset({Role.MANAGER, Role.ADMIN}), "give_data": frozenset({Role.MANAGER, Role.ADMIN}),
    "forget_person": frozenset({Role.MANAGER, Role.ADMIN}),
    "exports": ABOVE, "export": ABOVE,
    **dict.fromkeys(
        ("roster", "upload_roster", "roster_template", "roster_import", "roster_state", "start_roster", "retry_roster",
         "drop_roster", "roster_refused"),
        frozenset({Role.MANAGER, Role.ADMIN}),
    ),
    "hooks": ADMIN, "make_hook": ADMIN, "hook": ADMIN, "switch_hook": ADMIN, "replay_hook": ADMIN,
    "hook_delivery": ADMIN, "replay_delivery": ADMIN,
    "incident_of_ticket": EVERYBODY_ON_STAFF, "attach_ticket": WORKERS,
}  # fmt: skip
"""Every page and every press of a button that is not public, and who may: a new one is placed here too."""
LOGINS = {
    Role.AGENT: "agent", Role.TECHNICIAN: "technician", Role.SUPERVISOR: "supervisor", Role.MANAGER: "manager",
    Role.DIRECTOR: "director", Role.QUALITY: "quality", Role.ADMIN: "admin",
}  # fmt: skip
HOME = {"lift", "alarm", "late", "soon", "mine", "later", "half_way", "waits", "done", "nowhere", "texted"}
COMPANY = HOME | {"elsewhere", "headquarters"}
SEES = {
    "agent": HOME,
    "supervisor": HOME,
    "manager": HOME,
    "director": COMPANY,
    "quality": HOME | {"elsewhere"},
    "admin": COMPANY,
    "centre": COMPANY,
    "technician": HOME - {"waits"},
    "second": HOME - {"mine", "done"},
    "elsewhere": {"elsewhere", "nowhere"},
    "abroad": {"elsewhere", "nowhere"},
}


WHOLE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
"""A mobile number of which nothing is hidden."""
WAY_TO = {
    "console.desk": "/", "console.messages": "/messages", "console.people": "/people", "console.oncall": "/oncall",
    "console.incidents": "/incidents", "console.campaigns": "/campaigns",
    "console.waves": "/waves", "console.unanswered": "/unanswered", "console.ring_backs": "/ring-backs",
    "console.results": "/results", "console.menus": "/menus", "console.hooks": "/webhooks",
    "console.audit_log": "/audit", "console.operations": "/operations",
    "console.tokens": "/tokens",
    "console.staff_accounts": "/staff",
    "console.exports": "/exports", "console.roster": "/roster",
    "console.reports": "/reports",
}  # fmt: skip


def path_of(rule: str, evening: Evening) -> str:
    ids = {"/recordings/": evening.recording, "/people/": evening.owner, "/messages/": evening.messages["arrived"]}
    id = next((id for start, id in ids.items() if rule.startswith(start)), 0)
    return rule.replace("<ref>", evening.refs["lift"]).replace("<key>", "water_opening").replace("<id:id>", str(id))


def views(app: Flask) -> dict[str, object]:
    return {name: view for name, view in app.view_functions.items() if name.startswith("console.")}


def test_only_the_log_in_and_files_are_public(app: Flask) -> None:
    public = {name for name, view in views(app).items() if Guard.PUBLIC in guard_of(view)}
    assert public == PUBLIC
    assert all(guard_of(view) <= EVERYBODY_ON_STAFF for name, view in views(app).items() if name not in PUBLIC)


def test_every_page_is_in_the_table_and_guarded_as_it_says(app: Flask) -> None:
    guards = {name.removeprefix("console."): guard_of(view) for name, view in views(app).items() if name not in PUBLIC}
    assert guards == MAY_ENTER


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_what_the_table_says_and_nothing_else(
    app: Flask, logged_in: LogIn, evening: Evening, role: Role
) -> None:
    client = logged_in(LOGINS[role])
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("console.")
        if rule.endpoint.startswith("console.") and name in MAY_ENTER and name != "log_out":
            path = path_of(rule.rule, evening)
            answer = client.sends(path) if "POST" in rule.methods else client.get(path)
            assert (answer.status_code == 403) == (role not in MAY_ENTER[name]), (path, answer.status_code)
            assert answer.status_code < 500, (path, answer.status_code)
            if answer.mimetype == "text/html":
                assert not WHOLE.search(answer.text), (path, "numbers are masked wherever nobody asked for them")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_shown_the_ways_it_may_go(logged_in: LogIn, evening: Evening, role: Role) -> None:
    page = logged_in(LOGINS[role]).get("/").text
    shown = {way.view for way in nav.WAYS if f'href="{WAY_TO[way.view]}" class="side__a' in page}
    assert shown == {way.view for way in nav.WAYS if role in MAY_ENTER[way.view.removeprefix("console.")]}
    assert ('id="do-new"' in page) == (role in MAY_ENTER["new_ticket"])


def test_nobody_enters_any_other_page_without_logging_in(
    app: Flask, browser: Callable[[], Browser], evening: Evening
) -> None:
    client = browser()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint not in PUBLIC:
            path = path_of(rule.rule, evening)
            method = "POST" if "POST" in rule.methods else "GET"
            answer = client.open(path, method=method)
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/login"), path


@pytest.mark.parametrize("login", sorted(SEES))
def test_each_sees_their_tickets_and_no_others(logged_in: LogIn, evening: Evening, login: str) -> None:
    client = logged_in(login)
    may_see = {name for name, ref in evening.refs.items() if client.get(f"/tickets/{ref}").status_code == 200}
    assert may_see == SEES[login]
    board = client.get("/").text + client.get("/?show=ended").text
    assert {name for name, ref in evening.refs.items() if f'id="tk-{ref}"' in board} == SEES[login]
    for name in set(evening.refs) - SEES[login]:
        assert client.sends(f"/tickets/{evening.refs[name]}/note", text="x").status_code == 404
        assert client.get(f"/tickets/{evening.refs[name]}/case").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_makes_its_moves_and_no_others(logged_in: LogIn, evening: Evening, role: Role) -> None:
    with transaction() as session:
        session.get_one(Staff, evening.staff["supervisor"]).department = "security"  # which half_way is about
        more_time(session, evening)
        with_a_code(session, evening)
    client = logged_in(LOGINS[role])
    on = {Move.SIGN_OFF: "done", Move.ACKNOWLEDGE: "soon", Move.ASSIGN: "soon", Move.REFER: "soon",
          Move.WAIT: "soon", Move.RESUME: "soon",
          Move.ARRIVE: "late", Move.RESOLVE: "soon", Move.NOTE: "soon", Move.CLOSE: "done", Move.REOPEN: "done",
          Move.LEVEL: "later", Move.DEPARTMENT: "later", Move.EXTEND: "mine", Move.DECIDE: "waits",
          Move.SPLIT: "later", Move.MERGE: "later", Move.ASK: "half_way",
          Move.ANSWER: "half_way", Move.SEND: "half_way", Move.CANCEL: "texted"}  # fmt: skip
    assert set(on) == set(WHO_MAY)
    form = {
        Move.ASSIGN: {"to": str(evening.staff["second"])}, Move.WAIT: {"reason": "parts"},
        Move.REFER: {"to": "department:finance"}, Move.LEVEL: {"level": "P3"}, Move.SPLIT: {"sort": "repair:access"},
        Move.MERGE: {"number": evening.refs["mine"]}, Move.ANSWER: {"answer": "not_ours"},
        Move.SEND: {"department": "desk"}, Move.DEPARTMENT: {"department": "finance"},
        Move.EXTEND: {"until": "2026-11-25T18:00"}, Move.DECIDE: {"answer": "yes"},
        Move.SIGN_OFF: {"code": "4821"},
    }  # fmt: skip
    for move, name in on.items():
        ref = evening.refs[name]
        page = client.get(f"/tickets/{ref}").text
        status = client.sends(f"/tickets/{ref}/{move.value}", text="说明", **form.get(move, {})).status_code
        assert status == (303 if role in WHO_MAY[move] else 403), (role, move)
        if role not in WHO_MAY[move]:
            assert f'id="do-{move.value}"' not in page


@pytest.mark.parametrize("role", list(Role))
def test_that_a_complaint_was_none_is_said_by_a_supervisor_or_above(
    logged_in: LogIn, evening: Evening, role: Role
) -> None:
    client, ref = logged_in(LOGINS[role]), evening.refs["later"]
    may = role in {Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.ADMIN}
    assert ('id="do-cancel"' in client.get(f"/tickets/{ref}").text) is may
    assert client.sends(f"/tickets/{ref}/cancel", text="说明").status_code == (303 if may else 403)
