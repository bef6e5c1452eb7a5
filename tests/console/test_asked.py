"""What keys have told us is said in the reader's language; what somebody said or wrote stays theirs."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from console.asked import keyed
from console.parts import lang_of
from console.timeline import NOT_REACHED, Told, timeline
from console.words import say
from oncall import actions as oncall
from oncall import words
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import PASSWORD, WRITTEN, Evening, stored
from tests.hotline.conftest import FIRST, dials, estate, every, only  # noqa: F401  fixtures
from tickets.lifecycle import Channel, Kind
from tickets.models import EventType, Ticket

HAN = re.compile(r"[\u3400-\u9fff]+")
SAID = re.compile(r'<blockquote.*?</blockquote>|<p class="(?:ev__say|sent__w)".*?</p>', re.S)
NAMES = ("周建国", "何磊", "刘洋", "张敏", "林婷", "林女士", "王强", "赵敏", "李梅", "李女士", "新人")
PLACE = re.compile(r"\d+号楼(?:\d单元)?\d*室?")


def ours(page: str) -> list[str]:
    """What is Chinese on a page beside names, places and quotations: the first sign of a face counts as its name."""
    left = SAID.sub("", page.split('<div class="case"')[1].split("<dialog", maxsplit=1)[0])
    left = PLACE.sub("", re.sub(r'<span class="face[^>]*>.</span>', "", left))
    for name in NAMES:
        left = left.replace(name, "")
    return HAN.findall(left)


def asked(page: str) -> str:
    """The card of what was asked."""
    return page.split('id="words"')[1].split("</section>", maxsplit=1)[0]


def test_a_call_broken_off_says_so_in_the_language_of_the_reader(logged_in: LogIn, evening: Evening) -> None:
    browser, path = logged_in("agent"), f"/tickets/{evening.refs['half_way']}"
    chinese, english = asked(browser.get(path).text), asked(browser.get(f"{path}?lang=en").text)
    for key in ("reason.broken_off", "reason.call_back", "words.none"):
        assert say(key, "zh") in chinese
        assert say(key, "en") in english
    assert "投诉 · 噪音扰民或装修" in chinese
    assert "Complaint · Noise or building work" in english
    assert not HAN.search(english)
    assert "<blockquote" not in chinese + english, "the caller said none of it"


def test_what_somebody_wrote_is_quoted_in_the_language_they_wrote_in(logged_in: LogIn, evening: Evening) -> None:
    card = asked(logged_in("agent").get(f"/tickets/{evening.refs['texted']}").text)
    assert f'<blockquote id="said" lang="en">{WRITTEN}</blockquote>' in card
    assert 'id="keyed"' not in card, "a text presses no keys"


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("Water!", "en"),
        ("水管漏了", "zh-CN"),
        ("Unit 3 漏水", "zh-CN"),
        ("café", "en"),
        ("漏水了👍🏽", "zh-CN"),
        ("123", "en"),
    ],
)
def test_the_language_of_a_quotation_is_that_of_its_words(written: str, language: str) -> None:
    assert lang_of(written) == language


@pytest.mark.parametrize(
    ("kind", "category", "told", "has_number", "lines"),
    [
        (Kind.REPAIR, "blocked pipe", {}, True, ["By keys: Repair · Blocked pipe"]),
        (Kind.COMPLAINT, "complaint", {}, True, ["By keys: Complaint"]),
        (Kind.HELP, "transfer to a person", {}, True, ["By keys: Transfer to a person"]),
        (
            Kind.HELP, "transfer to a person", {"reason": "silent"}, True,
            ["No key came, so they were put through to a person"],
        ),
        (
            Kind.HELP, "transfer to a person", {"reason": "lost"}, True,
            ["Their keys led nowhere, so they were put through to a person"],
        ),
        (Kind.HELP, "", {}, True, []),
        (
            Kind.HELP, "missed call", {"reason": "missed"}, True,
            ["The call ended before they said what it is about", "Please call back"],
        ),
        (
            Kind.COMPLAINT, "fees", {"reason": "broken_off", "unnamed": "anonymous"}, False,
            [
                "By keys: Complaint · Fees", "The call ended before they had said everything",
                "Anonymous: neither name nor number is kept",
            ],
        ),
        (Kind.HELP, "", {"unnamed": "withheld"}, False, ["The number was withheld"]),
        (Kind.HELP, "", {"unnamed": "withheld"}, True, []),
        (
            Kind.EMERGENCY, "fire", {"before": "261122-0001"}, True,
            ["By keys: Emergency · Fire", "Somebody has an earlier emergency of theirs in hand: 261122-0001"],
        ),
        (Kind.REPAIR, "", {"reason": "of another release"}, True, ["By keys: Repair", "Please call back"]),
    ],
)  # fmt: skip
def test_what_was_keyed_is_a_line_a_fact(
    kind: Kind, category: str, told: dict[str, str], has_number: bool, lines: list[str]
) -> None:
    found = keyed(
        kind, category, Channel.CALL, told, is_headquarters=False, has_number=has_number, language="en"
    )  # fmt: skip
    assert list(found) == lines


def test_headquarters_is_said_and_a_text_was_not_keyed() -> None:
    found = keyed(Kind.ENQUIRY, "text", Channel.TEXT, {}, is_headquarters=True, has_number=True, language="zh")
    assert found == (say("asked.headquarters", "zh"),)


def test_an_english_page_of_any_ticket_has_no_chinese_words_of_ours(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("director")
    for name, ref in evening.refs.items():
        page = browser.get(f"/tickets/{ref}?lang=en").text
        assert ours(page) == [], name


def test_nor_has_that_of_a_ticket_that_went_the_whole_way_by_telephone(
    browser: Callable[[], Browser], dials: Callable, estate: dict[str, int], only: Callable  # noqa: F811  fixtures
) -> None:  # fmt: skip
    with transaction() as session:
        make.a_member_of_staff(session, "新人", "+8613900000077", Role.ADMIN, password_hash=stored())
    caller = dials("+8613800138000").presses("0").nobody_answers().nobody_answers().presses("1")
    caller.says().hangs_up()
    dials("+8613800138000").presses("0").hangs_up()
    ticket_id = only(Ticket).id
    for seconds in (60, 400, 700):
        clock.stop_at(clock.now() + timedelta(seconds=seconds))
        with transaction() as session:
            oncall.climb(session, ticket_id, at=clock.now())
    dials(FIRST).presses("3", "1", "2")
    ticket = only(Ticket)
    happened = {event.type for event in ticket.events}
    assert happened >= {
        EventType.CALLED_AGAIN, EventType.PAGED, EventType.PAGE_RESULT, EventType.ACKNOWLEDGED, EventType.ARRIVED,
        EventType.RESOLVED, EventType.AMENDED, EventType.RECORDING,
    }  # fmt: skip
    client = browser()
    client.logs_in("新人", PASSWORD)
    english, chinese = client.get(f"/tickets/{ticket.ref}?lang=en").text, client.get(f"/tickets/{ticket.ref}?lang=zh")
    assert ours(english) == []
    assert english.count('class="ev__say"') == 0, "nobody wrote a word"
    for key in ("event.arrived", "event.resolved.bare", "how.called_in"):
        assert say(key, "en") in english
        assert say(key, "zh") in chinese.text
    assert say("event.resolved", "en") not in english, "no result follows"


@pytest.mark.parametrize(
    ("keys", "key"),
    [(["9"], None), (["", ""], "reason.silent"), (["7", "7", "7"], "reason.lost"), (["", "9"], None),
     (["5", "1", "1", "1", "1", "1", "1"], "reason.lost")],
)  # fmt: skip
def test_who_was_brought_to_a_person_unasked_is_not_said_to_have_pressed_for_one(
    browser: Callable[[], Browser], dials: Callable, estate: dict[str, int], only: Callable,  # noqa: F811  fixtures
    keys: list[str], key: str | None,
) -> None:  # fmt: skip
    with transaction() as session:
        make.a_member_of_staff(session, "新人", "+8613900000077", Role.ADMIN, password_hash=stored())
    call = dials("+8613800138000")
    for pressed in keys:
        call = call.presses(pressed) if pressed else call.is_silent()
    assert call.hears("正在为您转接人工服务").rung == [FIRST]
    client = browser()
    client.logs_in("新人", PASSWORD)
    for language in ("zh", "en"):
        card = asked(client.get(f"/tickets/{only(Ticket).ref}?lang={language}").text)
        by_keys = say("asked.by_keys", language, what={"zh": "转人工", "en": "Transfer to a person"}[language])
        assert (by_keys in card) is (key is None)
        assert key is None or say(key, language) in card


def entry(kind: EventType, text: str = "", **data: object) -> str:
    """How one event reads in English, with its quotation."""
    (one,) = timeline([Told(1, kind, EVENING, "", text, dict(data))], opened_at=EVENING, language="en")
    return f"{one.words} [{one.chip}] {one.quote}"


@pytest.mark.parametrize("kind", list(EventType))
def test_every_kind_of_event_without_words_reads_to_its_end(kind: EventType) -> None:
    read = entry(kind)
    assert not HAN.search(read)
    if kind is not EventType.REVEALED:  # never without a reason
        assert not re.search(r"(?:because|for|with the result) \[", read), read


@pytest.mark.parametrize("line", sorted(words.LINE))
def test_every_line_of_a_page_is_in_the_readers_language_and_no_quotation(line: str) -> None:
    stored_text = words.LINE[line][0]
    assert not HAN.search(entry(EventType.PAGED, stored_text, line=line))
    if "{" not in stored_text:
        assert entry(EventType.PAGE_RESULT, stored_text, result=line).startswith(words.LINE[line][1])
    assert not HAN.search(entry(EventType.PAGE_RESULT, stored_text, result="of another release"))
    assert set(words.LINE) >= NOT_REACHED


def test_a_text_on_an_open_ticket_is_quoted_and_a_second_call_is_not() -> None:
    assert entry(EventType.CALLED_AGAIN, "来电人再次来电", call=3) == "Called again about the same matter [] "
    urged = entry(EventType.CALLED_AGAIN, "来电人催办：已超过约定时间", call=3, urged=True)
    assert urged == f"{say('event.called_again.urged', 'en')} [] "
    assert entry(EventType.CALLED_AGAIN, "还是漏水", channel="text") == "Texted again [] 还是漏水"


def test_a_call_we_had_trouble_with_is_not_said_to_have_been_missed_nor_to_have_chosen(
    browser: Callable[[], Browser], carrier_posts: Callable, estate: dict[str, int], only: Callable,  # noqa: F811
) -> None:  # fmt: skip
    with transaction() as session:
        make.a_member_of_staff(session, "新人", "+8613900000077", Role.ADMIN, password_hash=stored())
    carrier_posts("/voice/status", CallSid="CA" + "9" * 32, From="+8613800138000", To="+864008001234",
                  CallStatus="completed", Direction="inbound")  # fmt: skip
    client = browser()
    client.logs_in("新人", PASSWORD)
    for language in ("zh", "en"):
        page = client.get(f"/tickets/{only(Ticket).ref}?lang={language}").text
        assert say("reason.trouble", language) in asked(page)
        assert say("reason.call_back", language) in asked(page)
        assert say("asked.by_keys", language, what="") not in asked(page)
        assert "未接" not in page
        assert "issed call" not in page


def test_what_a_late_key_told_is_not_said_to_be_untold(
    browser: Callable[[], Browser], dials: Callable, estate: dict[str, int], only: Callable,  # noqa: F811
) -> None:  # fmt: skip
    with transaction() as session:
        make.a_member_of_staff(session, "新人", "+8613900000077", Role.ADMIN, password_hash=stored())
    call = dials("+8613800138000")
    call.hangs_up()
    call.post(call.verb.get("action"), Digits="0")
    client = browser()
    client.logs_in("新人", PASSWORD)
    for language in ("zh", "en"):
        page = client.get(f"/tickets/{only(Ticket).ref}?lang={language}").text
        assert say("reason.missed", language) not in asked(page)
        assert say("kind.emergency", language) in asked(page)
        assert say("event.amended", language) in page


@pytest.mark.parametrize(
    ("kind", "data", "read"),
    [
        (EventType.SCORED, {"score": 2, "key": "4"}, "The owner's answer: dissatisfied"),
        (EventType.REOPENED, {"score": 1, "survey": 3}, "The owner scored it “very dissatisfied”: reopened"),
        (EventType.REOPENED, {"wants": "supervisor", "survey": 3}, "The owner asks for a supervisor: reopened"),
        (EventType.CLOSED, {"why": "satisfied"}, "Closed: the owner is satisfied"),
        (EventType.CLOSED, {"why": "no_objection"}, "Closed: nobody objected to the result"),
        (EventType.CLOSED, {"why": "override"}, "closed it without the owner's answer"),
        (EventType.MESSAGE, {"what": "result"}, "The caller is told the result by text"),
        (EventType.MESSAGE, {"what": "survey_call"}, "The caller is rung and asked how it was"),
        (EventType.MESSAGE, {"what": "of another release"}, "Message to the caller"),
    ],
)
def test_what_an_owner_answered_and_why_it_was_closed_is_told_in_the_readers_language(
    kind: EventType, data: dict[str, object], read: str
) -> None:
    assert entry(kind, **data).startswith(read)
    assert not HAN.search(entry(kind, **data))
