"""What is usually hidden is seen for a reason, and heard by those who may; who did is written down."""

from sqlalchemy import select

from base.clock import now
from base.database import reading, transaction
from console.words import say
from directory.auditmodels import Audit, AuditWhat
from directory.models import Consent
from outreach.actions import Incoming, take_text
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening


def looks(what: AuditWhat) -> list[tuple[str, str, int]]:
    with reading() as session:
        query = select(Audit).where(Audit.what == what).order_by(Audit.id)
        return [(one.about, one.reason, one.staff_id) for one in session.scalars(query)]


def test_each_listening_is_written_down_once_whatever_a_player_asks_for(logged_in: LogIn, evening: Evening) -> None:
    browser, path = logged_in("agent"), f"/recordings/{evening.recording}"
    about = f"recording:{evening.recording}"
    browser.head(path)
    assert looks(AuditWhat.LISTENED) == [], "nobody has begun to listen"
    for part in ("bytes=44-", "bytes=0-", "bytes=4000-", "bytes=0-1"):
        assert browser.get(path, headers={"Range": part}).status_code == 206
        heard = looks(AuditWhat.LISTENED)
        assert heard == [(about, "", evening.staff["agent"])], "also where only the beginning is left out"
    later(minutes=11)
    browser.get(path)
    logged_in("technician").get(path)
    agent, technician = evening.staff["agent"], evening.staff["technician"]
    assert [who for _, _, who in looks(AuditWhat.LISTENED)] == [agent, agent, technician]


def test_whoever_may_not_see_the_ticket_hears_nothing_and_leaves_no_trace(logged_in: LogIn, evening: Evening) -> None:
    above = evening.sounds["headquarters"]
    for login, id in (("abroad", evening.recording), ("agent", above), ("quality", above), ("elsewhere", above)):
        assert logged_in(login).get(f"/recordings/{id}").status_code == 404, login
    assert looks(AuditWhat.LISTENED) == []
    assert logged_in("director").get(f"/recordings/{above}").status_code == 200


def test_those_in_charge_see_on_the_ticket_who_listened(logged_in: LogIn, evening: Evening) -> None:
    page, mark = f"/tickets/{evening.refs['lift']}", f'id="heard-{evening.recording}"'
    assert mark not in logged_in("supervisor").get(page).text
    logged_in("technician").get(f"/recordings/{evening.recording}")
    shown = logged_in("supervisor").get(page).text.split(mark)[1].split("</p>")[0]
    assert "周建国" in shown
    assert "19:30" in shown
    assert mark not in logged_in("agent").get(page).text


def test_the_number_of_a_message_is_shown_whole_for_a_reason_only(logged_in: LogIn, evening: Evening) -> None:
    browser, path = logged_in("agent"), f"/messages/{evening.messages['refused']}"
    assert BARE not in browser.get(path).text
    refused = browser.sends(f"{path}/reveal", text=" ")
    assert refused.status_code == 422
    assert say("fault.reason", "zh") in refused.text
    assert BARE not in refused.text
    assert BARE in browser.sends(f"{path}/reveal", text="核对送达").text
    assert BARE not in browser.get(path).text
    about = f"message:{evening.messages['refused']}"
    assert looks(AuditWhat.REVEAL) == [(about, "核对送达", evening.staff["agent"])]
    assert "核对送达" not in browser.get(path).text
    assert "核对送达" in logged_in("supervisor").get(path).text
    assert logged_in("abroad").sends(f"{path}/reveal", text="x").status_code == 404
    assert len(looks(AuditWhat.REVEAL)) == 1


def test_a_wish_by_text_names_the_text_that_is_its_proof(logged_in: LogIn, evening: Evening) -> None:
    later(minutes=1)
    with transaction() as session:
        take_text(session, Incoming("SM-proof", OWNER, "+864008001234", "退订"), at=now())
    with reading() as session:
        said = session.scalars(select(Consent).where(Consent.sid == "SM-proof")).all()
    assert {(one.message_class, one.granted, one.words, one.staff_id) for one in said} == {
        (kind, False, "退订", None) for kind in ("survey", "care", "marketing")
    }
    assert "SM-proof" in logged_in("agent").get(f"/people/{evening.owner}").text
