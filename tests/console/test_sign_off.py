"""The owner of a finished repair signs it off: by a code that only they are told, and whoever did it enters."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from base.database import reading, transaction
from base.settings import Settings
from console.words import say
from messages.models import Message
from outreach.jobs import callbacks
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import OWNER, Evening
from tests.console.test_handing import dialog, line, staff_texts
from tests.console.test_ticket import events, ticket
from tickets import actions
from tickets.models import EventType, Ticket
from tickets.promisemodels import SignOff

TECHNICIAN = "+8613900000001"


def with_a_code(session: Session, evening: Evening) -> None:
    """The owner of what is done was told a code."""
    found = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["done"])).one()
    result = actions.resolution_of(session, found.id)
    assert result is not None
    session.add(SignOff(ticket_id=found.id, result_id=result.id, code="4821"))


def resolved(logged_in: LogIn, evening: Evening) -> tuple[str, str]:
    """A repair that is done, and the code in the text its owner gets."""
    ref = evening.refs["mine"]
    assert logged_in("technician").sends(f"/tickets/{ref}/resolve", text="换了水阀").status_code == 303
    callbacks.follow_due()
    with reading() as session:
        told = select(Message.body).where(Message.number == OWNER, Message.about.like("result:%"))
        [body] = [one for one in session.scalars(told) if ref in one]
    found = re.search(r"验收码(\d{4})$", body)
    assert found, body
    return ref, found[1]


def wrong(code: str) -> str:
    return "0000" if code != "0000" else "1111"


def test_the_code_is_in_the_text_to_the_owner_and_nowhere_on_the_desk(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    ref, code = resolved(logged_in, evening)
    page = logged_in("technician").get(f"/tickets/{ref}").text
    assert f"验收码{code}" not in page
    for part in (line(page), page.split('id="sent"')[1].split("</section>")[0]):
        assert "验收码****" in part, "on the timeline and among what was sent"
    assert say("seal.missing", "zh") in page.split('id="seal"')[1].split("</section>")[0]
    who = program("admin")
    assert f"验收码{code}" not in who.gets(f"/tickets/{ref}").text
    told = [one["text"] for one in who.gets("/messages", limit=100).json["items"] if ref in one["text"]]
    assert any("验收码****" in one for one in told)
    assert not any(code in one.split("验收码")[-1] for one in told)


def test_the_right_code_signs_it_off_once(logged_in: LogIn, evening: Evening) -> None:
    ref, code = resolved(logged_in, evening)
    browser = logged_in("technician")
    refused = browser.sends(f"/tickets/{ref}/sign_off", code=wrong(code))
    assert refused.status_code == 422
    assert say("fault.sign_off", "zh") in dialog(refused.text, "sign_off")
    assert say("seal.missing.how", "zh", n=4) in browser.get(f"/tickets/{ref}").text
    assert browser.sends(f"/tickets/{ref}/sign_off", code=f" {code} ").status_code == 303
    page = browser.get(f"/tickets/{ref}?lang=en").text
    assert say("seal.signed", "en") in page.split('id="seal"')[1].split("</section>")[0]
    assert say("event.signed_off", "en") in line(page)
    assert 'id="do-sign_off"' not in page
    assert browser.sends(f"/tickets/{ref}/sign_off", code=code).status_code == 409


@pytest.mark.parametrize("through", ["page", "api"])
def test_after_five_wrong_codes_none_is_taken_any_more_until_a_new_result(
    logged_in: LogIn,
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
    through: str,
) -> None:
    ref, code = resolved(logged_in, evening)
    browser, script = logged_in("technician"), program("technician")

    def enters(given: str) -> TestResponse:
        if through == "page":
            return browser.sends(f"/tickets/{ref}/sign_off", code=given)
        return script.posts(f"/tickets/{ref}/events", type="sign_off", code=given)

    for tries_left in range(4, -1, -1):
        enters(wrong(code))
        told = script.gets(f"/tickets/{ref}").json["sign_off"]
        assert (told["state"], told["tries_left"]) == ("missing", tries_left)
    assert enters(code).status_code == 409
    assert EventType.SIGNED_OFF not in {one.type for one in events(ref)}
    supervisor = logged_in("supervisor")
    assert supervisor.sends(f"/tickets/{ref}/reopen", text="复查").status_code == 303
    assert supervisor.sends(f"/tickets/{ref}/resolve", text="查过了").status_code == 303
    callbacks.follow_due()
    with reading() as session:
        result = actions.resolution_of(session, ticket(ref).id)
        assert result is not None
        fresh = session.scalars(select(SignOff.code).where(SignOff.result_id == result.id)).one()
    assert enters(fresh).status_code in {200, 303}
    assert script.gets(f"/tickets/{ref}").json["sign_off"]["state"] == "signed"


def test_whoever_did_it_may_text_the_code_to_the_hotline(
    logged_in: LogIn, evening: Evening, settings: Settings, carrier_posts: Callable[..., TestResponse]
) -> None:
    ref, code = resolved(logged_in, evening)

    def texts(body: str, sender: str = TECHNICIAN) -> None:
        sid = "SM" + f"{abs(hash((body, sender))):032x}"[-32:]
        form = {"MessageSid": sid, "From": sender, "To": settings.hotline, "Body": body, "NumMedia": "0"}
        assert carrier_posts("/sms/incoming", **form).status_code == 204

    texts(code, sender="+8613900000002")  # a colleague's code signs nothing of his
    texts(wrong(code))
    assert EventType.SIGNED_OFF not in {one.type for one in events(ref)}
    texts(code)
    signed = events(ref)[-1]
    assert (signed.type, signed.data, signed.staff_id) == (
        EventType.SIGNED_OFF, {"how": "reply"}, evening.staff["technician"],
    )  # fmt: skip
    assert f"已验收：{ref}" in staff_texts(TECHNICIAN)[-1]


def test_where_the_owner_was_sent_no_code_that_is_said_and_it_can_be_closed(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["done"]
    page = browser.get(f"/tickets/{ref}").text
    assert say("seal.no_code", "zh") in page.split('id="seal"')[1].split("</section>")[0]
    assert browser.sends(f"/tickets/{ref}/sign_off", code="4821").status_code == 409
    with transaction() as session:
        with_a_code(session, evening)
    assert browser.sends(f"/tickets/{ref}/close", text="业主口头确认").status_code == 303
    page = browser.get(f"/tickets/{ref}").text
    assert say("seal.missing", "zh") in page.split('id="seal"')[1].split("</section>")[0]
    assert browser.sends(f"/tickets/{ref}/sign_off", code="4821").status_code == 303, "also afterwards"


def test_a_complaint_is_not_signed_off(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("supervisor"), evening.refs["later"]
    assert browser.sends(f"/tickets/{ref}/resolve", text="已沟通").status_code == 303
    callbacks.follow_due()
    assert 'id="seal"' not in browser.get(f"/tickets/{ref}").text
    with reading() as session:
        assert not [one for one in session.scalars(select(Message.body)) if "验收码" in one and ref in one]
