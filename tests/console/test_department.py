"""Which department sees to a ticket can be changed by hand, for a reason that stays on the timeline."""

from collections.abc import Callable

from base.database import reading
from console.words import say
from tests.api.conftest import Program, document, program  # noqa: F401  fixtures
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_handing import dialog, line
from tests.console.test_ticket import events, ticket
from tickets import actions


def test_a_department_is_changed_with_a_reason_only_and_the_timeline_keeps_both(
    logged_in: LogIn, evening: Evening
) -> None:
    browser, ref = logged_in("agent"), evening.refs["soon"]
    belongs = say("todo.department", "zh", what=say("department.security", "zh"))
    assert belongs in browser.get(f"/tickets/{ref}").text, "door access is security's"
    refused = browser.sends(f"/tickets/{ref}/department", department="engineering")
    assert refused.status_code == 422
    assert say("fault.department", "zh") in dialog(refused.text, "department")
    refused = browser.sends(f"/tickets/{ref}/department", department="dragons", text="门锁是电控的")
    assert refused.status_code == 422
    assert "门锁是电控的</textarea>" in dialog(refused.text, "department")
    assert browser.sends(f"/tickets/{ref}/department", department="security", text="一样").status_code == 409
    before = ticket(ref)
    assert browser.sends(f"/tickets/{ref}/department", department="engineering", text="门锁是电控的").status_code == 303
    page = browser.get(f"/tickets/{ref}?lang=en").text
    was, now = say("department.security", "en"), say("department.engineering", "en")
    assert say("event.amended.department", "en", before=was, now=now) in line(page)
    assert "门锁是电控的" in line(page)
    assert say("todo.department", "en", what=now) in page
    after = ticket(ref)
    assert (after.status, after.level, after.page_due_at) == (before.status, before.level, before.page_due_at)


def test_programs_change_it_too_and_whom_a_complaint_was_put_to_stays(
    program: Callable[..., Program],  # noqa: F811
    evening: Evening,
) -> None:
    who, ref = program("supervisor"), evening.refs["later"]
    assert who.posts(f"/tickets/{ref}/events", type="ask").json["department"] == "desk"
    with reading() as session:
        before = [(hop.department, hop.staff_id, hop.answer) for hop in actions.hops_of(session, ticket(ref).id)]
    assert before
    assert who.posts(f"/tickets/{ref}/events", type="department", department="finance").status_code == 422
    told = who.posts(f"/tickets/{ref}/events", type="department", department="finance", text="是收费的事").json
    assert told["department"] == "finance"
    assert told["timeline"][-1]["data"] == {"department": "finance", "department_before": "desk"}
    assert events(ref)[-1].text == "是收费的事"
    with reading() as session:
        assert before == [
            (hop.department, hop.staff_id, hop.answer) for hop in actions.hops_of(session, ticket(ref).id)
        ]
    again = who.posts(f"/tickets/{ref}/events", type="department", department="finance", text="再说一遍")
    assert again.status_code == 409
