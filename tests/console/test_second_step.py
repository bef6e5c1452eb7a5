"""A second proof at the log-in: enrolled, asked for, never twice the same, asked of those who approve and reveal."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.settings import Settings
from console import proofs
from console.proofs import NEED_PROOF
from console.words import say
from directory.accessmodels import SecondStep
from directory.auditmodels import Audit, AuditWhat
from outreach.lifecycle import CampaignState
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import BARE, Evening
from tests.console.pages import LATER, last_campaign, seen_of, state, written
from tests.messages.fake import FakeCarrier

Open = Callable[[], Browser]


def code(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def begun(client: Browser) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', client.sends("/me/second").text)
    assert found
    return found[1].replace(" ", "")


def enrolled(client: Browser) -> tuple[str, list[str]]:
    """The secret and the spare codes of whoever has switched it on; the clock moves on to a code not used yet."""
    secret = begun(client)
    answer = client.sends("/me/second/confirm", code=code(secret))
    assert answer.status_code == 200, answer.text
    later(seconds=30)
    return secret, re.findall(r'hk__secret">([a-z2-9-]{19})<', answer.text)


def proves(client: Browser, typed: str) -> tuple[int, str]:
    """The second page of the log-in."""
    answer = client.post("/login/code", data={"csrf_token": client.token("/login/code"), "code": typed})
    return answer.status_code, answer.location or answer.text


@pytest.fixture
def strict(app: Flask, evening: Evening) -> Settings:
    """A house in which approving and revealing take a second proof."""
    asked: Settings = app.extensions["settings"].model_copy(update={"second_step": "required"})
    app.extensions["settings"] = asked
    return asked


def test_it_is_enrolled_with_a_picture_and_a_code_and_asked_for_from_then_on(
    logged_in: LogIn, browser: Open, evening: Evening
) -> None:
    client, elsewhere = logged_in("supervisor"), logged_in("supervisor")
    page = client.sends("/me/second").text
    assert 'src="data:image/svg+xml' in page
    secret = begun(client)
    assert secret == begun(client), "the same until it is confirmed"
    assert client.sends("/me/second/confirm", code="000000").status_code == 422
    assert logged_in("supervisor").get("/oncall").status_code == 200, "nothing is asked for before"
    with reading() as session:
        assert secret not in session.scalars(select(SecondStep.sealed)).one()
    secret, spares = enrolled(client)
    assert len(spares) == 8
    assert elsewhere.get("/oncall").status_code == 303, "other browsers log in again"
    anew = browser()
    first = anew.logs_in("supervisor", next="/oncall")
    assert first.location == "/login/code"
    assert anew.get("/oncall").status_code == 303, "a password alone opens nothing"
    assert proves(anew, "000000")[0] == 401
    assert proves(anew, code(secret)) == (303, "/oncall")
    assert anew.get("/oncall").status_code == 200


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""])
def test_the_way_back_from_the_code_is_a_page_of_ours(
    logged_in: LogIn, browser: Open, evening: Evening, wanted: str
) -> None:
    secret, _ = enrolled(logged_in("agent"))
    client = browser()
    client.logs_in("agent", next=wanted)
    assert proves(client, code(secret)) == (303, "/")


def test_what_needs_a_second_proof_is_there_and_is_done_by_a_press(app: Flask) -> None:
    methods = {rule.endpoint: rule.methods or set() for rule in app.url_map.iter_rules()}
    assert set(methods) >= NEED_PROOF
    assert [name for name in NEED_PROOF if "POST" not in methods[name]] == []


def test_a_code_is_used_once(logged_in: LogIn, browser: Open, evening: Evening) -> None:
    secret, _ = enrolled(logged_in("agent"))
    shown = code(secret)
    first, second = browser(), browser()
    for client in (first, second):
        client.logs_in("agent")
    assert proves(first, shown)[0] == 303
    assert proves(second, shown)[0] == 401, "whoever looked over a shoulder comes too late"


def test_a_spare_code_is_used_once_and_new_ones_end_the_old(logged_in: LogIn, browser: Open, evening: Evening) -> None:
    secret, spares = enrolled(logged_in("agent"))
    client = browser()
    client.logs_in("agent")
    assert proves(client, spares[0].upper())[0] == 303
    again = browser()
    again.logs_in("agent")
    assert proves(again, spares[0])[0] == 401
    assert client.sends("/me/second/spares", code="000000").status_code == 422
    answer = client.sends("/me/second/spares", code=code(secret))
    assert answer.status_code == 200
    renewed = re.findall(r'hk__secret">([a-z2-9-]{19})<', answer.text)
    assert len(renewed) == 8
    assert proves(again, spares[1])[0] == 401
    assert proves(again, renewed[0])[0] == 303


def test_codes_cannot_be_guessed_from_anywhere(logged_in: LogIn, browser: Open, evening: Evening) -> None:
    secret, _ = enrolled(logged_in("agent"))
    client = browser()
    client.logs_in("agent")
    tries = [proves(client, "000000")[0] for _ in range(5)]
    assert tries == [401] * 4 + [429]
    status, page = proves(client, code(secret))
    assert status == 429
    assert "30 秒" in page
    later(seconds=31)
    assert proves(client, code(secret))[0] == 303


def test_the_code_comes_within_five_minutes_of_the_password(logged_in: LogIn, browser: Open, evening: Evening) -> None:
    secret, _ = enrolled(logged_in("agent"))
    client = browser()
    assert client.get("/login/code").location == "/login"
    client.logs_in("agent")
    token = client.token("/login/code")
    later(minutes=6)
    late = client.post("/login/code", data={"csrf_token": token, "code": code(secret)})
    assert late.location == "/login"
    assert client.get("/oncall").status_code == 303


def test_it_is_taken_away_by_a_code_an_administrator_or_a_command(
    app: Flask, logged_in: LogIn, browser: Open, evening: Evening
) -> None:
    client = logged_in("agent")
    secret, _ = enrolled(client)
    assert client.sends("/me/second/off", code="000000").status_code == 422
    assert client.sends("/me/second/off", code=code(secret)).status_code == 303
    assert browser().logs_in("agent").location == "/"
    enrolled(client)
    id = evening.staff["agent"]
    assert logged_in("admin").sends(f"/staff/{id}/second/off", sure="yes").status_code == 303
    assert client.get("/oncall").status_code == 303, "they log in again"
    again = logged_in("agent")
    enrolled(again)
    run = app.test_cli_runner().invoke(args=["staff", "password", "agent", "--no-codes"])
    assert run.exit_code == 0, run.output
    assert browser().logs_in("agent", run.output.splitlines()[-1]).location == "/"
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.what == AuditWhat.SECOND_STEP).order_by(Audit.id))
        said = [(one.staff_id, one.reason) for one in found]
    admin, on, off = evening.staff["admin"], "启用 / on", "停用 / off"
    assert said == [(id, on), (id, off), (id, on), (admin, off), (id, on), (None, off)]


def test_with_another_key_of_the_house_spare_codes_still_open_and_nothing_else_does(
    app: Flask, logged_in: LogIn, browser: Open, evening: Evening
) -> None:
    secret, spares = enrolled(logged_in("agent"))
    with transaction() as session:
        session.scalars(select(SecondStep)).one().sealed = "AAAA"
    client = browser()
    client.logs_in("agent")
    assert proves(client, code(secret))[0] == 401
    assert proves(client, spares[0])[0] == 303


def test_whoever_approves_or_reveals_needs_it_where_the_house_asks_for_it(
    logged_in: LogIn, street: FakeCarrier, evening: Evening, strict: Settings
) -> None:
    agent, manager = logged_in("agent"), logged_in("manager")
    id, ref, owner = written(agent), evening.refs["lift"], evening.owner
    for path in (f"/campaigns/{id}/approve", f"/tickets/{ref}/reveal", f"/people/{owner}/reveal"):
        answer = manager.sends(path, text="回电", seen=seen_of(manager, id))
        assert answer.status_code == 403, path
        assert 'href="/me/second"' in answer.text
        assert say("second.needed", "zh") in answer.text
    polled = manager.post(f"/people/{owner}/reveal", data={"csrf_token": manager._token}, headers={"HX-Request": "1"})
    assert polled.headers["HX-Redirect"] == "/me/second"
    assert state(id) is CampaignState.PLANNED
    assert say("second.asked", "zh") in manager.get("/me/second").text
    enrolled(manager)
    assert manager.sends(f"/people/{owner}/reveal", text="回电").status_code == 200
    assert manager.sends(f"/campaigns/{id}/approve", seen=seen_of(manager, id)).status_code == 303
    assert manager.sends(f"/campaigns/{id}/stop").status_code == 303


@pytest.mark.parametrize("login", ["agent", "technician", "quality"])
def test_whoever_sees_a_number_whole_is_asked_in_every_role_then_and_not_at_the_log_in(
    logged_in: LogIn, street: FakeCarrier, evening: Evening, strict: Settings, login: str
) -> None:
    client, ref = logged_in(login), evening.refs["lift"]
    assert client.get(f"/tickets/{ref}").status_code == 200
    asked = client.sends(f"/tickets/{ref}/reveal", text="回电")
    assert (asked.status_code, 'href="/me/second"' in asked.text) == (403, True)
    assert BARE not in asked.text
    assert say("second.asked", "zh") in client.get("/me/second").text
    enrolled(client)
    assert BARE in client.sends(f"/tickets/{ref}/reveal", text="回电").text


@pytest.mark.parametrize("step", ["delay", "restore"])
def test_a_word_about_an_incident_that_leaves_at_once_asks_for_it_and_keeps_what_was_written(
    logged_in: LogIn, outage: int, strict: Settings, step: str
) -> None:
    client, before = logged_in("manager"), last_campaign()
    said = {"promised_end": LATER, "text_zh": "写好的字", "reason": "夜里只有我", "numbers": 10}
    answer = client.sends(f"/incidents/{outage}/{step}", do="send", **said)
    assert (answer.status_code, 'href="/me/second"' in answer.text) == (403, True)
    assert say("second.needed.why", "zh") in answer.text
    assert "写好的字" in answer.text
    assert last_campaign() == before, "nothing is written, let alone let go"
    enrolled(client)
    answer = client.sends(f"/incidents/{outage}/{step}", do="send", **said | {"text_zh": ""})
    assert answer.location.endswith(f"/incidents/{outage}")
    assert last_campaign()[1] is CampaignState.APPROVED


def test_a_word_about_an_incident_that_a_second_person_lets_go_is_written_without_it(
    logged_in: LogIn, outage: int, strict: Settings
) -> None:
    answer = logged_in("manager").sends(f"/incidents/{outage}/delay", do="write", promised_end=LATER)
    assert (answer.status_code, last_campaign()[1]) == (303, CampaignState.PLANNED)


def test_wherever_something_is_let_go_it_is_asked_for() -> None:
    """By what the pages call, not by what they are called."""
    lets_go, found = {"approve", "resume", "switch_on"}, {}
    for file in sorted(Path(proofs.__file__).parent.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        from_outreach = {
            name.asname or name.name
            for one in tree.body
            if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("outreach")
            for name in one.names
        }
        looks = any(isinstance(one, ast.Name) and one.id == "must_prove" for one in ast.walk(tree))
        for view in tree.body:
            for call in ast.walk(view):
                match call:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=room), attr=act)) if (
                        room in from_outreach and act in lets_go and isinstance(view, ast.FunctionDef)
                    ):
                        found[f"{file.stem}.{view.name}"] = looks or f"console.{view.name}" in NEED_PROOF
    assert {"campaigns.approve_campaign", "incidents._sent", "year_plan.approve_birthdays"} <= set(found)
    assert [name for name, is_asked in found.items() if not is_asked] == []


def test_every_view_that_approves_reveals_or_takes_out_asks_for_it(app: Flask) -> None:
    views = {name for name in app.view_functions if name.startswith("console.")}
    assert views >= NEED_PROOF, "each is the name of a view"
    does = re.compile(r"console\.((approve|resume|review|return|publish|give|forget|reset)_|reveal|export$)|_sheet$")
    # a turn on the rota, and what is left of a job that failed: nobody's privacy, and nothing approved
    others = {"console.give_turn", "console.forget_job"}
    assert {name for name in views if does.search(name)} <= NEED_PROOF | others


def test_to_stop_something_is_never_kept_from_anybody(
    logged_in: LogIn, street: FakeCarrier, evening: Evening, strict: Settings
) -> None:
    director, manager = logged_in("director"), logged_in("manager")
    enrolled(director)
    id = written(logged_in("agent"))
    assert director.sends(f"/campaigns/{id}/approve", seen=seen_of(director, id)).status_code == 303
    assert manager.sends(f"/campaigns/{id}/stop").status_code == 303
    assert state(id) is CampaignState.STOPPED


def test_it_is_asked_for_in_production_unless_it_is_switched_off(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://hotline.example", "huiyin_env": "production"})
    assert public.requires_second_step
    assert not public.model_copy(update={"second_step": "off"}).requires_second_step
    assert not settings.requires_second_step
    assert settings.model_copy(update={"second_step": "required"}).requires_second_step
