"""One ticket: what its page says, what can be done on it, and what is refused without losing a word."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from base.clock import now
from base.database import reading, transaction
from console.masks import masked
from console.timeline import Told, folded, timeline
from console.words import say
from directory.models import Contact, Project
from hotline.models import Recording, RecordingState
from messages.models import Message
from oncall.models import Page, PageKind, PageState
from tests import make
from tests.console.conftest import EVENING, LogIn, later
from tests.console.evening import BARE, Evening
from tickets import actions
from tickets.lifecycle import Status
from tickets.models import EventType, Ticket, TicketEvent


def ticket(ref: str) -> Ticket:
    with reading() as session:
        found = session.scalar(select(Ticket).where(Ticket.ref == ref))
        session.expunge(found)
        return found


def events(ref: str) -> list[TicketEvent]:
    with reading() as session:
        query = select(TicketEvent).join(Ticket, Ticket.id == TicketEvent.ticket_id).where(Ticket.ref == ref)
        found = list(session.scalars(query.order_by(TicketEvent.id)))
        session.expunge_all()
        return found


def seen(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def test_the_page_says_what_where_how_urgent_whose_words_and_what_next(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("agent").get(f"/tickets/{evening.refs['lift']}").text
    for words in (
        "特急",
        "待接单",
        "电梯困人",
        "幸福里小区 · 3号楼2单元",
        "按键选择：突发事件 · 电梯困人",
        "林女士",
        "138****6021",
        "超 1:00",
    ):
        assert words in page
    assert page.split("<dialog", maxsplit=1)[0].count("btn-primary") == 1


def test_whoever_may_not_look_people_up_reads_how_to_address_them_and_no_whole_name(
    logged_in: LogIn, evening: Evening
) -> None:
    path = f"/tickets/{evening.refs['lift']}"
    assert "林婷" in logged_in("agent").get(path).text
    page = logged_in("technician").get(path).text
    assert "林婷" not in page
    assert "林**" in page
    assert say("who.say", "zh", **{"as": "林女士"}) in page


@pytest.mark.parametrize(
    ("ref", "home", "is_named", "has_page"),
    [("mine", "here", True, True), ("mine", "left", True, False), ("mine", "there", False, False),
     ("nowhere", "there", True, False)],
)  # fmt: skip
def test_who_sees_a_ticket_sees_who_called_unless_they_are_another_projects(
    logged_in: LogIn, evening: Evening, ref: str, home: str, is_named: bool, has_page: bool
) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.other_project if home == "there" else evening.home_project)
        person = make.an_owner(session, make.a_home(session, project, "9-1-0101"), "+8613700007777", "白芷", "白先生")
        if home == "left":
            session.scalars(select(Contact).where(Contact.person_id == person.id)).one().ended_at = evening.at
        session.scalars(select(Ticket).where(Ticket.ref == evening.refs[ref])).one().person_id = person.id
        id = person.id
    page = logged_in("agent").get(f"/tickets/{evening.refs[ref]}").text
    assert ("白芷" in page) is ("白先生" in page) is is_named
    assert (f'href="/people/{id}"' in page) is has_page
    assert "白芷" in logged_in("quality").get(f"/tickets/{evening.refs[ref]}").text


def test_the_timeline_is_newest_first_with_the_time_since_opening_and_says_what_does_not_count(
    logged_in: LogIn, evening: Evening
) -> None:
    page = logged_in("agent").get(f"/tickets/{evening.refs['lift']}").text
    line = page.split('id="tl"')[1]
    assert line.index("+0:34") < line.index("+0:03") < line.index("+0:00")
    assert "语音信箱/无按键，不算接单" in line
    assert "呼叫中" in line
    english = logged_in("agent").get(f"/tickets/{evening.refs['lift']}?lang=en").text.split('id="tl"')[1]
    assert "Voicemail or no key: not taken" in english
    assert "is being paged" in english


def test_how_somebody_took_it_stands_on_the_timeline(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("admin")
    assert "按键 1 接单" in browser.get(f"/tickets/{evening.refs['mine']}").text
    assert "拨打热线" in browser.get(f"/tickets/{evening.refs['done']}").text


def test_taking_it_at_the_desk_stops_the_ladder_and_its_pages(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    browser = logged_in("technician")
    answer = browser.sends(f"/tickets/{ref}/acknowledge", seen="open.0")
    assert (answer.status_code, answer.location) == (303, f"/tickets/{ref}")
    taken = ticket(ref)
    assert (taken.status, taken.assignee_id, taken.page_due_at) == (
        Status.ACKNOWLEDGED,
        evening.staff["technician"],
        None,
    )
    with reading() as session:
        states = set(session.scalars(select(Page.state).where(Page.ticket_id == taken.id)))
    assert PageState.CALLING not in states
    page = browser.get(f"/tickets/{ref}").text
    assert say("done.acknowledge", "zh") in page
    assert say("how.click", "zh") in page


def test_the_whole_way_take_arrive_resolve_close_reopen(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["soon"]
    browser = logged_in("supervisor")

    def does(move: str, **form: str) -> int:
        page = browser.get(f"/tickets/{ref}").text
        return browser.sends(f"/tickets/{ref}/{move}", seen=seen(page), **form).status_code

    steps = [
        ("acknowledge", {}),
        ("arrive", {}),
        ("resolve", {"text": "换了读卡器"}),
        ("close", {"text": "业主当面说好了"}),
        ("reopen", {"text": "又坏了"}),
    ]
    assert [does(move, **form) for move, form in steps] == [303] * 5
    assert ticket(ref).status == Status.OPEN
    assert [event.type for event in events(ref)] == [
        EventType.OPENED, EventType.ACKNOWLEDGED, EventType.ARRIVED, EventType.RESOLVED, EventType.CLOSED,
        EventType.REOPENED,
    ]  # fmt: skip
    assert {event.staff_id for event in events(ref)[1:]} == {evening.staff["supervisor"]}
    page = browser.get(f"/tickets/{ref}").text
    assert "换了读卡器" in page
    assert "又坏了" in page


def test_whoever_is_on_site_has_taken_it(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["alarm"]
    assert logged_in("technician").sends(f"/tickets/{ref}/arrive").status_code == 303
    there = ticket(ref)
    assert (there.status, there.assignee_id, there.is_alarming) == (
        Status.IN_PROGRESS,
        evening.staff["technician"],
        False,
    )


def test_a_result_is_required_and_the_dialog_comes_back_with_the_reason(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["mine"]
    answer = logged_in("technician").sends(f"/tickets/{ref}/resolve", text="   ")
    assert answer.status_code == 422
    assert say("fault.resolve", "zh") in answer.text
    assert 'id="resolve" aria-labelledby="resolve-h" data-show' in answer.text
    assert ticket(ref).status == Status.ACKNOWLEDGED


def test_an_illegal_move_is_a_clear_sentence_and_changes_nothing(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["soon"]
    answer = logged_in("agent").sends(f"/tickets/{ref}/close", text="重复")
    assert answer.status_code == 409
    assert say("conflict.illegal", "zh", status="待接单", move="关闭") in answer.text
    assert len(events(ref)) == 1


def test_whoever_comes_second_is_told_who_was_first(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    first, second = logged_in("technician"), logged_in("agent")
    assert first.sends(f"/tickets/{ref}/acknowledge", seen="open.0").status_code == 303
    answer = second.sends(f"/tickets/{ref}/acknowledge", seen="open.0")
    assert answer.status_code == 409
    assert say("conflict.taken", "zh", who="周建国") in answer.text
    assert ticket(ref).assignee_id == evening.staff["technician"]


def test_what_was_written_while_a_colleague_changed_the_ticket_is_kept(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["mine"]
    browser = logged_in("supervisor")
    before = seen(browser.get(f"/tickets/{ref}").text)
    with transaction() as session:
        actions.arrive(session, ticket(ref).id, evening.staff["technician"], at=now())
    answer = browser.sends(f"/tickets/{ref}/resolve", text="换了<b>水阀</b>", seen=before)
    assert answer.status_code == 409
    assert say("conflict.changed", "zh") in answer.text
    shown = answer.text.count(html.escape("换了<b>水阀</b>"))
    assert shown == 5, "in the dialog, in the owner's text, as a note, beside the colleague's, and to be sent as it is"
    assert ticket(ref).status == Status.IN_PROGRESS
    again = browser.sends(f"/tickets/{ref}/resolve", text="换了水阀", seen=seen(answer.text))
    assert again.status_code == 303


def test_a_step_of_the_ladder_is_no_conflict(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["late"]
    browser = logged_in("agent")
    before = seen(browser.get(f"/tickets/{ref}").text)
    with transaction() as session:
        actions.set_page_due(session, ticket(ref).id, due_at=now())
    assert browser.sends(f"/tickets/{ref}/acknowledge", seen=before).status_code == 303


def test_a_note_is_added_and_shown_as_text_and_not_as_markup(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["done"]
    browser = logged_in("quality")
    assert browser.sends(f"/tickets/{ref}/note", text="<script>alert(1)</script> 已回访").status_code == 303
    page = browser.get(f"/tickets/{ref}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 已回访" in page
    assert browser.sends(f"/tickets/{ref}/note", text="").status_code == 422


def test_another_number_that_was_keyed_is_masked_and_shown_for_the_same_reason(
    logged_in: LogIn, evening: Evening
) -> None:
    ref, browser = evening.refs["lift"], logged_in("agent")
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        actions.add_contact(session, ticket.id, "+8613700137000", call_id=1, at=evening.at)
    page = browser.get(f"/tickets/{ref}").text
    assert masked("+8613700137000") in page
    assert "13700137000" not in page
    assert "13700137000" in browser.sends(f"/tickets/{ref}/reveal", text="紧急联系").text


def test_a_whole_number_needs_a_reason_which_is_kept(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    browser = logged_in("agent")
    refused = browser.sends(f"/tickets/{ref}/reveal", text="")
    assert refused.status_code == 422
    assert BARE not in refused.text
    shown = browser.sends(f"/tickets/{ref}/reveal", text="紧急联系")
    assert shown.status_code == 200
    assert BARE in shown.text
    last = events(ref)[-1]
    assert (last.type, last.staff_id, last.text) == (EventType.REVEALED, evening.staff["agent"], "紧急联系")
    assert BARE not in str(last.data)
    after = browser.get(f"/tickets/{ref}").text
    assert BARE not in after
    assert say("event.revealed", "zh") in after


def test_looking_at_a_number_answers_no_complaint(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["later"]
    browser = logged_in("agent")
    browser.sends(f"/tickets/{ref}/reveal", text="核对资料")
    assert 'class="tile tile--run" id="clock-first_reply"' in browser.get(f"/tickets/{ref}").text
    browser.sends(f"/tickets/{ref}/note", text="已联系业主")
    assert 'class="tile tile--met" id="clock-first_reply"' in browser.get(f"/tickets/{ref}").text


def test_the_ticket_is_sent_again_only_when_something_happened(logged_in: LogIn, evening: Evening) -> None:
    ref = evening.refs["lift"]
    browser = logged_in("agent")
    tag = browser.get(f"/tickets/{ref}/case").headers["HX-PTag"]
    later(seconds=4)
    assert browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": tag}).status_code == 304
    browser.sends(f"/tickets/{ref}/note", text="在路上")
    assert browser.get(f"/tickets/{ref}/case", headers={"HX-PTag": tag}).status_code == 200


def test_what_was_said_is_sent_as_soon_as_it_is_written_down(logged_in: LogIn, evening: Evening) -> None:
    browser, path = logged_in("agent"), f"/tickets/{evening.refs['lift']}/case"
    tag = browser.get(path).headers["HX-PTag"]
    assert browser.get(path, headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        session.get_one(Recording, evening.recording).transcript = "电梯停在三楼，我们三个人"
    answer = browser.get(path, headers={"HX-PTag": tag})
    assert answer.status_code == 200
    assert "电梯停在三楼" in answer.text


def test_a_recording_plays_through_us_in_parts_for_those_who_may_see_its_ticket(
    logged_in: LogIn, evening: Evening
) -> None:
    browser = logged_in("agent")
    path = f"/recordings/{evening.recording}"
    assert path in browser.get(f"/tickets/{evening.refs['lift']}").text
    whole = browser.get(path)
    assert (whole.status_code, whole.mimetype, whole.data[:4]) == (200, "audio/x-wav", b"RIFF")
    part = browser.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")
    assert logged_in("abroad").get(path).status_code == 404
    assert browser.get("/recordings/999999").status_code == 404


@pytest.mark.parametrize("state", [one for one in RecordingState if one is not RecordingState.KEPT])
def test_a_recording_that_is_not_here_says_where_it_is(
    logged_in: LogIn, evening: Evening, state: RecordingState
) -> None:
    with transaction() as session:
        session.get(Recording, evening.recording).state = state
    browser = logged_in("agent")
    assert say(f"sound.{state.value}", "zh") in browser.get(f"/tickets/{evening.refs['lift']}").text
    assert browser.get(f"/recordings/{evening.recording}").status_code == 404


def test_a_recording_outside_its_folder_is_not_served(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        session.get(Recording, evening.recording).path = "../huiyin.db"
    assert logged_in("agent").get(f"/recordings/{evening.recording}").status_code == 404


def test_those_already_woken_are_told_when_it_is_resolved_without_being_taken(
    logged_in: LogIn, evening: Evening
) -> None:
    ref = evening.refs["lift"]
    with reading() as session:
        before = session.scalars(select(Message.id)).all()
    assert logged_in("agent").sends(f"/tickets/{ref}/resolve", text="误报").status_code == 303
    with reading() as session:
        assert PageState.CALLING not in set(session.scalars(select(Page.state).where(Page.ticket_id == ticket(ref).id)))
        assert session.scalars(select(Message.id)).all() == before, "nobody had been reached: nobody is told"


@pytest.mark.parametrize(
    ("ref", "way", "then"),
    [
        ("mine", ["acknowledge", "arrive", "resolve", "close"], "arrive"),
        ("half_way", ["acknowledge", "resolve", "close"], "resolve"),
    ],
)  # fmt: skip
def test_nobody_has_to_be_anywhere_for_what_wants_an_answer(
    logged_in: LogIn, evening: Evening, ref: str, way: list[str], then: str
) -> None:
    browser, ref = logged_in("supervisor"), evening.refs[ref]
    browser.sends(f"/tickets/{ref}/acknowledge")
    page = browser.get(f"/tickets/{ref}").text
    assert re.findall(r'id="step-(\w+)"', page) == way
    assert re.search(rf'<button[^>]*btn-primary[^>]*id="do-{then}"', page)


def told(id: int, what: EventType, minute: int) -> Told:
    return Told(id, what, EVENING + timedelta(minutes=minute), "胡志明", "", {})


def test_of_many_pages_in_a_row_all_but_the_newest_are_folded() -> None:
    happened = [told(1, EventType.OPENED, 0), *(told(n, EventType.PAGED, n) for n in range(2, 12))]
    happened += [told(12, EventType.NOTED, 12), *(told(n, EventType.PAGE_RESULT, n) for n in range(13, 21))]
    entries = timeline(happened, opened_at=EVENING, language="zh")
    runs = [[entry.id for entry in run] for run in folded(entries)]
    assert runs[:9] == [[20], [19], [18], [17], [16], [15], [14], [13], [12]], "eight are not many"
    assert runs[9:] == [[11], [10], [9], [8], [7, 6, 5, 4, 3, 2], [1]]
    assert [id for run in runs for id in run] == [entry.id for entry in entries]


def test_who_was_paged_again_and_again_stands_once_with_how_often(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["lift"])).one()
        first = session.scalars(select(Page).where(Page.ticket_id == ticket.id).order_by(Page.id)).first()
        for minute in range(3):
            session.add(Page(
                ticket_id=ticket.id, staff_id=first.staff_id, kind=PageKind.LADDER, step=20 + minute,
                state=PageState.MISSED, paged_at=evening.at + timedelta(minutes=minute),
            ))  # fmt: skip
        for minute in range(9):
            actions.add_event(session, ticket.id, EventType.PAGED, at=evening.at + timedelta(minutes=minute))
    page = logged_in("agent").get(f"/tickets/{evening.refs['lift']}").text
    ladder = page.split('id="ladder"')[1].split("</section>")[0]
    assert ladder.count("<li ") == len(set(re.findall(r"<b>(\w+)", ladder)))
    assert say("ladder.times", "zh", n=4) in ladder
    assert re.search(r'class="ev ev--fold" id="calls-\d+"', page)


def test_of_whoever_took_it_and_was_paged_once_more_it_is_said_that_they_took_it(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        lift = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs["lift"])).one()
        for minute, state in enumerate((PageState.ACKNOWLEDGED, PageState.MISSED)):
            page = Page(
                ticket_id=lift, staff_id=evening.staff["supervisor"], kind=PageKind.LADDER, step=20 + minute,
                state=state, paged_at=evening.at + timedelta(minutes=minute),
            )  # fmt: skip
            session.add(page)
    ladder = logged_in("agent").get(f"/tickets/{evening.refs['lift']}").text.split('id="ladder"')[1]
    row = ladder.split("</section>")[0].split("刘洋")[1].split("</li>")[0]
    assert say("page.acknowledged", "zh") in row
    assert say("page.missed", "zh") not in row


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_somebody_said_whom_we_had_called_is_not_said_to_be_a_callers(language: str) -> None:
    called = Told(1, EventType.RECORDING, EVENING, "", "留言 7 秒", {"recording": 1, "seconds": 7})
    ours = replace(called, data=called.data | {"speaker": "+8613800138000"})
    words = [timeline([told], opened_at=EVENING, language=language)[0].words for told in (called, ours)]
    assert words == [say("event.recording", language), say("event.recording.ours", language)]
