"""A technician's day: which job fills the screen, what stands under it, and presses that come twice."""

import re

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.board import Row
from console.day import day_of, more_urgent
from console.words import say
from directory.models import Staff
from messages.models import Message
from oncall.models import Page, PageKind
from tests.console.conftest import EVENING, LogIn
from tests.console.evening import BARE, Evening
from tests.console.test_ticket import events, ticket
from tickets import actions
from tickets.lifecycle import Level, Status
from tickets.models import EventType

ME, HER = 1, 2


def a_row(ref: str, level: Level, status: Status, assignee_id: int | None) -> Row:
    return Row(
        ref=ref, level=level, status=status, what="", where="", number="", assignee="", assignee_id=assignee_id,
        is_alarming=False, is_headquarters=False, urged=0, reworked=0, opened_at=EVENING, waits_for="", standing=(),
    )  # fmt: skip


OURS = a_row("ours", Level.P2, Status.ACKNOWLEDGED, ME)
WAITS = a_row("waits", Level.P1, Status.WAITING, ME)
FREE = a_row("free", Level.P1, Status.OPEN, None)
DANGER = a_row("danger", Level.P0, Status.OPEN, None)
MY_DANGER = a_row("my danger", Level.P0, Status.IN_PROGRESS, ME)
HERS = a_row("hers", Level.P0, Status.ACKNOWLEDGED, HER)
DONE = a_row("done", Level.P0, Status.RESOLVED, ME)


@pytest.mark.parametrize(
    ("rows", "wanted", "job", "mine", "free"),
    [
        ([], "", None, [], []),
        ([DONE], "", None, [], []),
        ([FREE, WAITS, OURS], "", "ours", ["waits"], ["free"]),
        ([OURS, DANGER], "", "danger", ["ours"], []),
        ([OURS, DANGER, MY_DANGER], "", "my danger", ["ours"], ["danger"]),
        ([OURS, DANGER], "ours", "ours", [], ["danger"]),
        ([OURS, DONE], "done", None, ["ours"], []),
        ([FREE], "", "free", [], []),
    ],
)
def test_which_job_fills_the_screen(
    rows: list[Row], wanted: str, job: str | None, mine: list[str], free: list[str]
) -> None:
    day = day_of(rows, ME, wanted=wanted, at=EVENING, zone="Asia/Shanghai")
    assert (day.job.ref if day.job else None) == job
    assert ([row.ref for row in day.mine], [row.ref for row in day.free]) == (mine, free)


def test_danger_to_life_is_said_beside_a_lesser_job_and_never_beside_another_danger() -> None:
    def beside(*rows: Row) -> Row | None:
        return more_urgent(day_of(rows, ME, wanted=rows[0].ref, at=EVENING, zone="Asia/Shanghai"))

    assert beside(OURS, DANGER) is DANGER
    assert beside(OURS, FREE) is None
    assert beside(MY_DANGER, DANGER) is None


def the_job(page: str) -> str:
    found = re.search(r'class="card job[^"]*" id="tk-([\d-]+)"', page)
    assert found, page
    return found[1]


def test_a_technician_sees_the_job_its_words_and_one_big_next_step(logged_in: LogIn, evening: Evening) -> None:
    browser, refs = logged_in("technician"), evening.refs
    page = browser.get("/").text
    assert the_job(page) == refs["alarm"], "danger to life first"
    page = browser.get(f"/?job={refs['mine']}").text
    assert the_job(page) == refs["mine"]
    bar = page.split('id="fbar"')[1].split("<dialog")[0]
    assert bar.count("btn-primary") == 1
    assert 'id="do-arrive"' in bar
    assert f'id="urgent-{refs["alarm"]}"' in page, "what is graver is said, and does not push the job away"
    assert BARE not in page
    assert "<dialog" in page.split('id="call_owner"')[0]


def test_others_see_the_board_and_a_technician_may_too(logged_in: LogIn, evening: Evening) -> None:
    assert 'id="board-card"' in logged_in("agent").get("/").text
    browser = logged_in("technician")
    assert 'id="day-main"' in browser.get("/?lang=en").text
    board = browser.get("/?show=open&lang=zh").text
    assert 'id="board-card"' in board
    assert 'href="/?show=open"' in board


def test_take_come_and_finish_lead_to_the_next_job(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["late"]
    for act, then in (("acknowledge", Status.ACKNOWLEDGED), ("arrive", Status.IN_PROGRESS)):
        answer = browser.sends(f"/tickets/{ref}/{act}", **{"from": "day"})
        assert (answer.status_code, answer.location) == (303, f"/?job={ref}")
        assert ticket(ref).status is then
    answer = browser.sends(f"/tickets/{ref}/resolve", text="关了阀门", **{"from": "day"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert 'id="day-gone"' in browser.get(f"/day?job={ref}").text


def test_the_day_is_sent_again_only_when_something_changed(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    tag = browser.get(f"/?job={ref}").headers["HX-PTag"]
    assert browser.get(f"/day?job={ref}", headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        actions.note(session, ticket(ref).id, evening.staff["agent"], at=clock.now(), text="业主在家")
    assert browser.get(f"/day?job={ref}", headers={"HX-PTag": tag}).status_code == 200
    assert 'id="day-gone"' in logged_in("second").get(f"/day?job={ref}").text, "another's job is not shown"


@pytest.mark.parametrize(
    ("act", "fact", "form"),
    [("acknowledge", EventType.ACKNOWLEDGED, {}), ("arrive", EventType.ARRIVED, {}),
     ("resolve", EventType.RESOLVED, {"text": "修好了"}), ("note", EventType.NOTED, {"text": "在路上", "again": "1"})],
)  # fmt: skip
def test_a_press_that_comes_twice_is_made_once_and_is_no_error(
    logged_in: LogIn, evening: Evening, act: str, fact: EventType, form: dict[str, str]
) -> None:
    browser, ref = logged_in("technician"), evening.refs["late"]
    for _ in range(2):
        assert browser.sends(f"/tickets/{ref}/{act}", seen="open.0", **form).status_code == 303
    assert [event.type for event in events(ref)].count(fact) == 1


def test_a_late_press_does_not_undo_what_a_colleague_did_since(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["late"]
    browser.sends(f"/tickets/{ref}/arrive")
    logged_in("supervisor").sends(f"/tickets/{ref}/wait", reason="parts")
    assert browser.sends(f"/tickets/{ref}/arrive", again="1").status_code == 303
    assert ticket(ref).status is Status.WAITING


def test_what_was_opened_again_has_to_be_done_again(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["late"]
    browser.sends(f"/tickets/{ref}/resolve", text="修好了")
    logged_in("supervisor").sends(f"/tickets/{ref}/reopen", text="还在漏")
    browser.sends(f"/tickets/{ref}/resolve", text="又修好了", again="1")
    assert [event.type for event in events(ref)].count(EventType.RESOLVED) == 2


def test_the_same_press_of_a_colleague_is_refused_as_before(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["late"]
    logged_in("technician").sends(f"/tickets/{ref}/acknowledge")
    assert logged_in("supervisor").sends(f"/tickets/{ref}/acknowledge", again="1").status_code == 409


def test_an_arrival_that_waited_for_a_network_says_how_long(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["late"]
    logged_in("technician").sends(f"/tickets/{ref}/arrive", again="1", waited="490")
    assert events(ref)[-1].text == say("press.waited", "zh", n=8)


def test_help_is_called_once_from_whoever_has_it(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["late"]
    browser = logged_in("technician")
    for _ in range(2):
        assert browser.sends(f"/tickets/{ref}/help", **{"from": "day"}).status_code == 303
    with reading() as session:
        (page,) = session.scalars(select(Page).where(Page.ticket_id == ticket(ref).id, Page.kind == PageKind.HELP))
        assert page.staff_id == evening.staff["second"] or page.staff_id == evening.staff["supervisor"]
        number = session.get_one(Staff, page.staff_id).number
        assert session.scalars(
            select(Message.id).where(Message.about.startswith("page:"), Message.number == number)
        ).all()
    assert ticket(ref).assignee_id == evening.staff["technician"], "whoever asks for help takes it"
    assert logged_in("supervisor").sends(f"/tickets/{ref}/help").status_code == 409
