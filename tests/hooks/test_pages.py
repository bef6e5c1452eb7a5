"""An admin subscribes a system, sees what it was told and what it answered, and sends it again."""

import re

import pytest

from base import clock
from base.database import reading
from console.hooks.models import Hook
from console.hooks.retries import AGAIN_AFTER
from console.words import say
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.hooks.conftest import Receiver
from tests.hooks.test_telling import deliveries, note


def test_a_secret_is_shown_once_and_never_again(receiver: Receiver, logged_in: LogIn, evening: Evening) -> None:
    admin = logged_in("admin")
    form = {"name": "ERP", "url": f"{receiver.origin}/in", "event": ["ticket.noted", "incident.*"], "project": ""}
    made = admin.sends("/webhooks", **form)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    (secret,) = re.findall(r'id="secret">([^<]+)<', made.text)
    note(evening)
    assert receiver.hears() == ["ticket.noted"]
    assert receiver.arrived[0].is_signed_with(secret)
    for page in ("/webhooks", "/webhooks/1", "/webhooks/deliveries/1"):
        shown = admin.get(page)
        assert shown.status_code == 200
        assert secret not in shown.text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"url": "http://erp.example.com/"}, "https"), ({"url": "https://10.0.0.1/"}, "内网"), ({"name": " "}, "名称"),
        ({"event": []}, "至少"), ({"event": ["ticket.eaten"]}, "ticket.eaten"), ({"project": "9999"}, "项目"),
        ({"project": "x"}, "项目"),
    ],
)  # fmt: skip
def test_what_cannot_be_subscribed_says_why_and_keeps_what_was_filled_in(
    receiver: Receiver, logged_in: LogIn, wrong: dict, why: str
) -> None:
    form = {"name": "仓库", "url": f"{receiver.origin}/stock", "event": ["message.failed"], "project": ""} | wrong
    refused = logged_in("admin").sends("/webhooks", **form)
    assert refused.status_code == 422
    assert why in refused.text.split('id="hk-fault"')[1].split("</p>")[0]
    assert f'value="{form["url"]}"' in refused.text
    assert ('value="message.failed" checked' in refused.text) == (form["event"] == ["message.failed"])
    with reading() as session:
        assert session.query(Hook).count() == 0


def test_what_was_given_up_is_shown_with_its_answers_and_sent_again(
    receiver: Receiver, logged_in: LogIn, evening: Evening
) -> None:
    id, _ = receiver.wants("ticket.*")
    receiver.status, receiver.answer = 500, b"<b>out of paper</b>"
    note(evening)
    receiver.hears()
    for wait in AGAIN_AFTER:
        later(seconds=wait.total_seconds())
        receiver.hears()
    admin = logged_in("admin")
    assert say("hooks.n_given_up", "zh", n=1) in admin.get("/webhooks").text
    listed = admin.get(f"/webhooks/{id}?tab=given_up").text
    assert 'id="hd-1"' in listed
    assert evening.refs["lift"] in listed
    assert 'id="hd-1"' not in admin.get(f"/webhooks/{id}?tab=delivered").text
    page = admin.get("/webhooks/deliveries/1").text
    assert page.count(say("hooks.status", "zh", n=500)) == len(AGAIN_AFTER) + 1
    assert "&lt;b&gt;out of paper" in page
    assert "138****6021" in page  # as it was told: masked
    receiver.status = 200
    assert admin.sends("/webhooks/deliveries/1/again").status_code == 303
    assert receiver.hears() == ["ticket.noted"]
    assert deliveries()[0].state == "delivered"
    assert admin.sends("/webhooks/deliveries/99/again").status_code == 404


def test_one_that_is_switched_off_says_so_and_sends_nothing_again(
    receiver: Receiver, logged_in: LogIn, evening: Evening
) -> None:
    id, _ = receiver.wants("ticket.*")
    note(evening)
    receiver.hears()
    admin = logged_in("admin")
    assert admin.sends(f"/webhooks/{id}/switch", state="off", sure="yes").status_code == 303
    assert say("hooks.do_on", "zh") in admin.get(f"/webhooks/{id}").text
    assert admin.sends("/webhooks/deliveries/1/again").status_code == 409
    assert admin.sends(f"/webhooks/{id}/again").status_code == 409
    admin.sends(f"/webhooks/{id}/switch", state="on")
    assert admin.sends(f"/webhooks/{id}/again").status_code == 303
    assert receiver.hears() == []  # nothing was given up


def test_a_long_log_goes_on_a_page_at_a_time(receiver: Receiver, logged_in: LogIn, evening: Evening) -> None:
    id, _ = receiver.wants("ticket.*")
    for _ in range(43):
        note(evening)
    receiver.hears()
    admin = logged_in("admin")
    first = admin.get(f"/webhooks/{id}").text
    assert (first.count('id="hd-'), 'id="hd-43"' in first) == (40, True)
    rest = admin.get(f"/webhooks/{id}?after=4").text
    assert re.findall(r'id="hd-(\d+)"', rest) == ["3", "2", "1"]
    assert clock.now() == evening.at
