"""Coming in: who may, who may not, how often one may try, and what the session is."""

import gzip
import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask

from app import create_app
from base.database import reading, transaction
from base.settings import Settings
from console import passwords
from console.door import is_local
from console.static_files import edition
from console.web import register
from console.words import say
from directory.models import Language, Staff
from tests.console.conftest import Browser, later
from tests.console.evening import PASSWORD, Evening
from tests.console.test_roles import path_of

Open = Callable[[], Browser]


def test_a_right_pair_opens_the_desk_and_the_session_is_kept_out_of_scripts(browser: Open, evening: Evening) -> None:
    client = browser()
    answer = client.logs_in("AGENT")
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("huiyin="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "张敏" in client.get("/").text


def test_an_address_gives_no_orders_to_the_ways_on_its_page(browser: Open, evening: Evening) -> None:
    client = browser()
    client.logs_in("agent")
    answer = client.get("/?show=mine&_external=1&_scheme=javascript&endpoint=x")
    assert answer.status_code == 200
    assert "javascript:" not in answer.text
    assert 'href="/?show=mine&amp;lang=en"' in answer.text


def test_the_session_is_only_sent_over_https_where_the_house_is_public(settings: Settings) -> None:
    app = Flask("public", static_folder=None)
    app.extensions["settings"] = settings.model_copy(update={"public_url": "https://hotline.example"})
    register(app)
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.test_client().get("/login").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_desk_without_https_does_not_ask_browsers_for_it(browser: Open, evening: Evening) -> None:
    assert "Strict-Transport-Security" not in browser().get("/login").headers


def test_a_page_left_open_neither_keeps_a_session_alive_nor_brings_one_back(
    logged_in: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("agent")
    client.get("/")
    assert "Set-Cookie" not in client.get("/").headers
    assert "Set-Cookie" not in client.get("/oncall").headers
    real_s = time.time
    monkeypatch.setattr(time, "time", lambda: real_s() + 12 * 3600 - 60)
    assert client.get("/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: real_s() + 12 * 3600 + 60)
    assert client.get("/").location == "/login"


def test_a_shift_ends_twelve_hours_after_the_log_in_whatever_was_done_meanwhile(
    logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    client, path = logged_in("supervisor"), f"/tickets/{evening.refs['lift']}/note"
    later(hours=6)
    assert client.get("/").status_code == 200
    later(hours=5)
    answer = client.sends(path, text="看过了")
    assert answer.status_code == 303
    assert "Set-Cookie" in answer.headers, "the word of thanks signs the session anew"
    assert client.get("/?lang=en").status_code == 200
    later(minutes=59)
    assert client.get("/").status_code == 200
    later(minutes=1)
    assert client.get("/").location == "/login"
    assert client.sends(path, text="还在").location == "/login"


@pytest.mark.parametrize(("login", "password"), [("agent", "wrong"), ("nobody", PASSWORD), ("agent", "x" * 4000)])
def test_a_wrong_pair_does_not_say_which_half_was_wrong(
    browser: Open, evening: Evening, login: str, password: str
) -> None:
    client = browser()
    answer = client.logs_in(login, password)
    assert answer.status_code == 401
    assert say("login.wrong", "zh") in answer.text
    assert password not in answer.text
    assert client.get("/").status_code == 303


def test_somebody_without_a_password_or_who_left_cannot_come_in(browser: Open, evening: Evening) -> None:
    with transaction() as session:
        session.get(Staff, evening.staff["agent"]).password_hash = ""
        session.get(Staff, evening.staff["manager"]).is_active = False
    assert browser().logs_in("agent", "").status_code == 422
    assert browser().logs_in("agent", "nobody has this password").status_code == 401
    assert browser().logs_in("manager").status_code == 401


@pytest.mark.parametrize("change", ["password_hash", "is_active"])
def test_what_is_changed_while_a_password_is_looked_at_is_not_undone(
    browser: Open, evening: Evening, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    looks, id = passwords.is_right, evening.staff["agent"]
    new = passwords.hashed("another one") if change == "password_hash" else False

    def looks_long(password: str, stored: str) -> bool:
        with transaction() as session:
            setattr(session.get_one(Staff, id), change, new)
        return looks(password, stored)

    monkeypatch.setattr(passwords, "is_right", looks_long)
    client = browser()
    assert client.logs_in("agent").status_code == 401
    assert client.get("/").status_code == 303
    with reading() as session:
        assert getattr(session.get_one(Staff, id), change) == new


def test_a_password_that_was_stored_weaker_is_stored_anew_when_it_is_used(browser: Open, evening: Evening) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with transaction() as session:
        session.get_one(Staff, evening.staff["agent"]).password_hash = weak
    assert passwords.is_old(weak)
    assert browser().logs_in("agent").status_code == 303
    with reading() as session:
        stored = session.get_one(Staff, evening.staff["agent"]).password_hash
    assert stored.startswith("$argon2id$")
    assert not passwords.is_old(stored)
    assert browser().logs_in("agent").status_code == 303


def test_who_mistypes_waits_longer_each_time_and_is_told_how_long(browser: Open, evening: Evening) -> None:
    client = browser()
    assert [client.logs_in("agent", "wrong").status_code for _ in range(4)] == [401] * 4
    fifth = client.logs_in("agent", "wrong")
    assert (fifth.status_code, fifth.headers["Retry-After"]) == (429, "30")
    assert say("login.wait", "zh", wait="30 秒") in fifth.text
    assert client.logs_in("agent").status_code == 429, "the right one waits too"
    assert browser().logs_in("supervisor").status_code == 303, "and nobody else does"
    form = {"csrf_token": client.token("/login"), "login": "agent", "password": PASSWORD}
    elsewhere = client.post("/login", data=form, environ_base={"REMOTE_ADDR": "127.0.0.2"})
    assert elsewhere.status_code == 303, "nobody is locked out from elsewhere"


def test_after_the_wait_the_right_one_comes_in_and_what_went_before_is_forgotten(
    browser: Open, evening: Evening
) -> None:
    client = browser()
    for _ in range(5):
        client.logs_in("agent", "wrong")
    later(seconds=31)
    sixth = client.logs_in("agent", "wrong")
    assert say("login.wait", "en", wait="1 minute") not in sixth.text
    assert say("login.wait", "zh", wait="60 秒") in sixth.text
    later(seconds=61)
    assert client.logs_in("agent").status_code == 303
    client.sends("/logout")
    later(minutes=2)
    assert client.logs_in("agent", "wrong").status_code == 401


def test_more_than_ten_tries_a_minute_are_too_many_whatever_the_clock_says(browser: Open, evening: Evening) -> None:
    client = browser()
    assert [client.logs_in("agent", "wrong").status_code for _ in range(11)] == [401] * 4 + [429] * 7
    assert say("error.too_often.text", "zh") in client.logs_in("agent").text


def test_one_address_cannot_try_many_names(browser: Open, evening: Evening) -> None:
    client = browser()
    token = client.token("/login")
    form = {"csrf_token": token, "password": ""}
    tries = [client.post("/login", data=form | {"login": f"name{n}"}).status_code for n in range(61)]
    assert tries == [422] * 60 + [429]
    elsewhere = client.post("/login", data=form | {"login": "name"}, environ_base={"REMOTE_ADDR": "127.0.0.2"})
    assert elsewhere.status_code == 422


@pytest.mark.parametrize(("proxies", "last"), [(1, [422, 422]), (0, [429, 429])])
def test_tries_are_counted_by_whom_our_own_proxy_brings(
    settings: Settings, app: Flask, evening: Evening, proxies: int, last: list[int]
) -> None:
    behind = create_app(settings.model_copy(update={"trusted_proxies": proxies}))
    behind.before_request_funcs[None] = []  # as in production: strangers may come
    behind.test_client_class = Browser
    client: Browser = behind.test_client()  # type: ignore[assignment]  # of the class just set
    form = {"csrf_token": client.token("/login"), "password": ""}

    def tries(name: str, *brought: str) -> int:
        headers = [("X-Forwarded-For", ", ".join(brought))]
        return client.post("/login", data=form | {"login": name}, headers=headers).status_code

    assert 429 in [tries(f"name{n}", "203.0.113.7") for n in range(61)]
    # another address; and one who writes the header themselves is known by what our proxy adds
    assert [tries("name", "203.0.113.8"), tries("name", "203.0.113.7", "203.0.113.9")] == last
    behind.extensions["database"].engine.dispose()
    behind.extensions["hints"].connection.close()


def test_log_in_and_its_throttle_work_while_redis_is_away(settings: Settings, app: Flask, evening: Evening) -> None:
    alone = create_app(settings.model_copy(update={"redis_url": "unix:///nowhere/valkey.sock"}))
    alone.test_client_class = Browser
    client: Browser = alone.test_client()  # type: ignore[assignment]  # of the class just set
    assert client.logs_in("agent").status_code == 303
    another: Browser = alone.test_client()  # type: ignore[assignment]  # of the class just set
    wrong = [another.logs_in("quality", "wrong") for _ in range(11)]
    assert wrong[-1].status_code == 429
    assert say("error.too_often.text", "zh") in wrong[-1].text
    alone.extensions["database"].engine.dispose()
    alone.extensions["hints"].connection.close()


def test_the_way_back_is_a_page_of_ours(browser: Open, evening: Evening) -> None:
    client = browser()
    away = client.get("/oncall?x=1")
    assert (away.status_code, away.location) == (303, "/login?next=/oncall?x%3D1")
    assert client.logs_in("agent", next="/oncall?x=1").location == "/oncall?x=1"
    assert browser().logs_in("agent", next="https://elsewhere.example/").location == "/"
    assert browser().get("/login?next=//[").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "//[",
        "https://[x",
        "https://evil.example",
        "javascript:alert(1)",
        "",
        "evil",
        "/a\\b",
        "/\tx",
    ],
)
def test_another_site_is_not_a_way_back(address: str) -> None:
    assert not is_local(address)


def test_a_form_without_its_token_changes_nothing(
    app: Flask, logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    client = logged_in("admin")
    forms = [
        path_of(rule.rule, evening)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "POST" in rule.methods
    ]
    assert len(forms) > 100
    for path in forms:
        answer = client.post(path, data={"text": "x", "q": "x"})
        assert answer.status_code == 400, path
        assert say("error.stale.title", "zh") in answer.text
    assert "待接单" in client.get(f"/tickets/{evening.refs['lift']}").text
    assert client.post("/login", data={"login": "agent", "password": PASSWORD}).status_code == 400


def test_going_out_ends_the_session_and_so_does_a_new_password(
    logged_in: Callable[[str], Browser], evening: Evening
) -> None:
    client, other = logged_in("agent"), logged_in("agent")
    assert client.sends("/logout").status_code == 303
    assert client.get("/").status_code == 303
    assert other.get("/").status_code == 200
    with transaction() as session:
        session.get(Staff, evening.staff["agent"]).password_hash = passwords.hashed("another one")
    assert other.get("/").status_code == 303


def test_a_page_that_polls_is_sent_to_the_log_in_and_not_swapped_for_it(browser: Open, evening: Evening) -> None:
    answer = browser().get("/board", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data, answer.headers["HX-Redirect"]) == (401, b"", "/login")


def test_files_are_kept_for_ever_under_the_name_of_their_edition_only(browser: Open, app: Flask) -> None:
    client = browser()
    now = client.get(f"/static/{edition()}/desk.css")
    assert now.status_code == 200
    assert "immutable" in now.headers["Cache-Control"]
    assert "immutable" not in client.get("/static/older/desk.css").headers["Cache-Control"]
    assert client.get(f"/static/{edition()}/../web.py").status_code == 404
    now.close()


def test_files_travel_packed_to_whoever_can_unpack_them(browser: Open, app: Flask) -> None:
    client, address = browser(), f"/static/{edition()}/desk.css"
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_type == plain.content_type
    assert "immutable" in packed.headers["Cache-Control"]
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in plain.vary
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/static/older/desk.css", headers=again).status_code == 304
    for missing in ("nothing.css", "../static_files.js", "vendor"):
        assert client.get(f"/static/{edition()}/{missing}", headers=again).status_code == 404
    plain.close()


def test_the_language_is_chosen_and_stays(browser: Open, evening: Evening) -> None:
    client = browser()
    assert say("login.do", "zh") in client.get("/login").text
    assert 'lang="en"' in client.get("/login?lang=en").text
    client.logs_in("agent")
    assert say("desk.title", "en") in client.get("/").text
    assert say("desk.title", "zh") in client.get("/?lang=zh").text
    assert say("desk.title", "zh") in client.get("/").text
    assert 'lang="zh-CN"' in client.get("/?lang=xx").text


def test_the_language_is_the_persons_and_whoever_comes_next_to_the_same_desk_has_their_own(
    browser: Open, evening: Evening
) -> None:
    shared = browser()
    shared.logs_in("agent")
    assert say("desk.title", "en") in shared.get("/?lang=en").text
    with reading() as session:
        assert session.get_one(Staff, evening.staff["agent"]).language is Language.ZH, "they are called as before"
    shared.sends("/logout")
    assert 'lang="en"' in shared.get("/login").text, "whoever reads the page just now goes on reading it"
    shared.logs_in("supervisor")
    assert say("desk.title", "zh") in shared.get("/").text
    elsewhere = browser()
    elsewhere.logs_in("agent")
    assert say("desk.title", "en") in elsewhere.get("/").text
    shared.sends("/logout")
    shared.get("/login?lang=en")
    shared.logs_in("manager")
    anew = browser()
    anew.logs_in("manager")
    assert say("desk.title", "en") in anew.get("/").text, "chosen at the door it is kept too"
