"""The ledger's pages: what is shown, to whom, and how far one request looks."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from base.database import database, reading, transaction
from console import ledger, mailbook
from console.words import catalogue, say
from directory.models import Project
from messages.ledger.archive import archive
from messages.ledger.batches import NOT_CONCERNED, WITHDRAWN
from messages.ledger.caps import ENOUGH_THIS_YEAR, ENOUGH_TODAY, ONE_A_DAY
from messages.ledger.plan import STOPPED, TAKEN_BACK
from messages.ledger.restored import RESTORED
from messages.ledger.ringing import RINGS
from messages.lifecycle import MessageClass, MessageState, Outcome, Way
from messages.models import Message
from outreach.audience import Reason
from telephony.refusals import MEANING
from tests import make
from tests.console.about import a_campaign, a_reply, abouts_of
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening, a_message
from tests.console.test_ticket import ticket


def shown(html: str) -> list[int]:
    return [int(id) for id in re.findall(r'id="bk-(\d+)"', html)]


def row(html: str, id: int) -> str:
    return html.split(f'id="bk-{id}"')[1].split("</li>", maxsplit=1)[0]


def test_each_message_says_to_whom_what_how_it_fared_and_why(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("admin").get("/messages").text
    refused = row(page, evening.messages["refused"])
    for words in (
        "138****6021",
        "服务",
        "您好",
        "没送到",
        "手机关机或不在服务区（代码 30003）",
        "试了 2 次",
        "19:30",
    ):
        assert words in refused
    assert say("why.opted_out", "zh") in row(page, evening.messages["held_back"])
    assert say("why.claim_ran_out", "zh") in row(page, evening.messages["stranger"])
    assert not re.search(r"1[3-9]\d{9}", page)
    assert shown(page) == sorted(shown(page), reverse=True)


def test_of_one_campaign_only_its_messages_are_shown_in_every_tab(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        first = session.get(Message, evening.messages["refused"])
        assert first is not None
        first.about = "campaign:7"
    browser = logged_in("admin")
    for page in (browser.get("/messages?campaign=7"), browser.get("/messages?campaign=7&class=service")):
        assert shown(page.text) == [evening.messages["refused"]]
        assert say("messages.of_campaign", "zh") in page.text
        assert "campaign=7" in page.text.split("</nav>")[1], "the tabs stay with it"
    assert len(shown(browser.get("/messages?campaign=x").text)) > 1


def test_tabs_count_and_hold_what_they_say(logged_in: LogIn, evening: Evening) -> None:
    browser, sent = logged_in("admin"), evening.messages
    page = browser.get("/messages").text
    counts = dict(re.findall(r"tab=(\w+)\"[^>]*>[^<]*<span class=\"num\">([\d+]+)", page))
    assert counts == {
        "planned": "2", "accepted": "0", "unknown": "1", "arrived": "1", "not_arrived": "2", "not_sent": "1",
    }  # fmt: skip
    assert shown(browser.get("/messages?tab=arrived").text) == [sent["arrived"]]
    assert shown(browser.get("/messages?tab=unknown").text) == [sent["stranger"]]
    assert shown(browser.get("/messages?tab=not_sent").text) == [sent["held_back"]]
    assert sent["waiting"] in shown(browser.get("/messages?tab=planned").text)
    assert say("messages.none.title", "zh") in browser.get("/messages?tab=accepted").text
    assert shown(browser.get("/messages?class=care").text) == [sent["held_back"]]
    assert shown(browser.get("/messages?way=call").text) == []
    assert len(shown(browser.get("/messages?tab=x&class=y&way=z&after=w").text)) == 7


def test_a_number_is_searched_by_post_whole_or_by_its_last_four_digits(logged_in: LogIn, evening: Evening) -> None:
    browser, sent = logged_in("admin"), evening.messages
    theirs = {sent["arrived"], sent["refused"], sent["held_back"]}
    for asked in ("6021", OWNER, "138 1234 6021"):
        answer = browser.sends("/messages", number=asked)
        assert set(shown(answer.text)) == theirs, asked
        assert f'value="{asked}"' in answer.text
    assert shown(browser.sends("/messages", number="6021", tab="arrived").text) == [sent["arrived"]]
    for piece in ("21", "021", "46021", "12346021", "3812346021"):
        refused = browser.sends("/messages", number=piece)
        assert (refused.status_code, shown(refused.text)) == (422, []), piece
        assert say("fault.number.short", "zh") in refused.text
    plain = browser.sends("/messages", number="", tab="arrived", **{"class": "service"})
    assert plain.location == "/messages?tab=arrived&class=service"


def test_the_ledger_is_read_a_page_at_a_time_and_nothing_is_left_out_or_shown_twice(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbook, "PAGE", 2)
    monkeypatch.setattr(mailbook, "LOOK", 3)
    browser, page, found = logged_in("admin"), "/messages", []
    for _ in range(20):
        html = browser.get(page).text
        found += shown(html)
        on = re.search(r'href="(/messages\?after=\d+[^"]*)"', html.split('class="book__on"')[-1])
        if not on:
            break
        page = on[1].replace("&amp;", "&")
    with reading() as session:
        everything = [id for (id,) in session.execute(text("SELECT id FROM message ORDER BY id DESC"))]
    assert found == everything
    html, found = browser.sends("/messages", number="6021").text, []
    for _ in range(20):
        found += shown(html)
        after = re.search(r'name="after" value="(\d+)"', html)
        if not after:
            break
        html = browser.sends("/messages", number="6021", after=after[1]).text
    assert len(found) == 3


def test_what_still_moves_is_found_by_its_own_index_however_long_the_history_is(
    evening: Evening, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the table, and rightly
    query = mailbook._traces(Message).where(*mailbook.Choice("unknown").clauses).limit(1000)
    with reading() as session:
        plan = session.execute(
            text("EXPLAIN QUERY PLAN " + str(query.compile(database().engine, compile_kwargs={"literal_binds": True})))
        ).all()
    assert "ix_message_moving" in str(plan)


def test_a_project_reads_what_went_to_its_people_and_of_no_ticket_it_does_not_see(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        at = later(seconds=1)
        river = session.get(Project, evening.other_project)
        make.an_owner(session, make.a_home(session, river, "9--0101"), "+8613611112222", "江上")
        theirs = a_message(session, "+8613611112222", at).id
        above = a_message(session, OWNER, at, about=f"ticket:{ticket(evening.refs['headquarters']).id}").id
        abroad = a_message(session, OWNER, at, about=f"ticket:{ticket(evening.refs['elsewhere']).id}").id
    sent = evening.messages
    home = set(shown(logged_in("agent").get("/messages").text))
    assert {sent["arrived"], sent["refused"], sent["held_back"], sent["waiting"]} <= home
    assert not home & {theirs, above, abroad, sent["stranger"]}
    river_sees = set(shown(logged_in("abroad").get("/messages").text))
    assert {theirs, abroad} <= river_sees
    assert not river_sees & {sent["arrived"], above}
    assert {theirs, above, abroad} <= set(shown(logged_in("director").get("/messages").text))
    for id in (theirs, above, abroad, sent["stranger"], 99999):
        assert logged_in("agent").get(f"/messages/{id}").status_code == 404
    assert logged_in("quality").get(f"/messages/{above}").status_code == 404
    assert logged_in("quality").get(f"/messages/{theirs}").status_code == 200
    assert '<span class="num">999' not in logged_in("agent").get("/messages").text
    unknown = logged_in("agent").get("/messages?tab=unknown").text
    assert re.search(r"tab=unknown\"[^>]*>[^<]*<span class=\"num\">0<", unknown), "counts tell no more than rows do"


@pytest.mark.parametrize("kind", ["ticket", "page", "result", "survey", "reply"])
def test_what_follows_from_a_complaint_to_headquarters_is_read_by_no_project(
    logged_in: LogIn, evening: Evening, kind: str
) -> None:
    with transaction() as session:
        above = abouts_of(session, evening.refs["headquarters"], evening.staff["technician"])
        here = abouts_of(session, evening.refs["lift"], evening.staff["technician"])
        hidden = a_message(session, OWNER, later(), about=above[kind]).id
        ours = a_message(session, OWNER, later(), about=here[kind]).id
    agent, quality, director = logged_in("agent"), logged_in("quality"), logged_in("director")
    assert ours in shown(agent.get("/messages").text)
    for who in (agent, quality):
        assert hidden not in shown(who.get("/messages").text)
        assert who.get(f"/messages/{hidden}").status_code == 404
    assert evening.refs["lift"] in agent.get(f"/messages/{ours}").text
    assert evening.refs["headquarters"] in director.get(f"/messages/{hidden}").text


def test_a_campaign_is_read_by_its_project_and_one_to_all_by_whoever_has_the_recipient(
    logged_in: LogIn, evening: Evening
) -> None:
    river = "+8613611112222"
    with transaction() as session:
        at, project = later(), session.get(Project, evening.other_project)
        make.an_owner(session, make.a_home(session, project, "9--0101"), river, "江上")
        to_river, to_all = a_campaign(session, project.id), a_campaign(session, None)
        ids = {
            "river": a_message(session, OWNER, at, about=f"campaign:{to_river}").id,
            "our share": a_message(session, OWNER, at, about=f"campaign:{to_all}").id,
            "their share": a_message(session, river, at, about=f"campaign:{to_all}").id,
        }
    ours, theirs = (set(shown(logged_in(who).get("/messages").text)) for who in ("agent", "abroad"))
    assert ours & set(ids.values()) == {ids["our share"]}
    assert theirs & set(ids.values()) == {ids["river"], ids["their share"]}


def test_a_text_that_belongs_to_no_ticket_is_read_by_whoever_has_its_sender(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        texts = {number: a_reply(session, number, None) for number in (OWNER, "+8613700001111", None)}
        ids = {number: a_message(session, OWNER, later(), about=f"reply:{id}").id for number, id in texts.items()}
    assert set(shown(logged_in("agent").get("/messages").text)) & set(ids.values()) == {ids[OWNER]}
    assert set(ids.values()) <= set(shown(logged_in("director").get("/messages").text))


@pytest.mark.parametrize("about", ["dragons:1", "survey:99999", "campaign:99999", "dragons"])
def test_what_cannot_be_placed_is_read_by_no_project(logged_in: LogIn, evening: Evening, about: str) -> None:
    with transaction() as session:
        id = a_message(session, OWNER, later(), about=about).id
    assert id not in shown(logged_in("agent").get("/messages").text)
    assert id in shown(logged_in("director").get("/messages").text)


def test_one_message_tells_every_attempt_in_words(logged_in: LogIn, evening: Evening) -> None:
    browser, id = logged_in("agent"), evening.messages["refused"]
    page = browser.get(f"/messages/{id}").text
    tries = page.split('class="tries"')[1].split("</ol>")[0]
    assert tries.index("发得太快，稍后再发（代码 20429）") < tries.index("手机关机或不在服务区（代码 30003）")
    assert say("outcome.retry", "zh") in tries
    assert say("outcome.undelivered", "zh") in tries
    assert evening.refs["lift"] in page
    assert BARE not in page
    assert "The telephone is off or out of reach (code 30003)" in browser.get(f"/messages/{id}?lang=en").text
    waiting = browser.get(f"/messages/{evening.messages['waiting']}?lang=zh").text
    assert say("message.untried", "zh") in waiting


def test_a_message_in_the_archive_still_has_its_page(logged_in: LogIn, evening: Evening) -> None:
    id, at = evening.messages["refused"], later(days=400)
    with transaction() as session:
        session.get(Message, id).final_at = at - timedelta(days=399)
        session.flush()
        archive(session, at=at, keep=timedelta(days=90))
        session.expire_all()
        assert session.get(Message, id) is None
    page = logged_in("agent").get(f"/messages/{id}").text
    assert "没送到" in page
    assert "代码 20429" in page


def test_everything_that_may_be_said_of_a_message_has_words() -> None:
    words = catalogue()
    for prefix, said in (
        ("sent", MessageState), ("class", MessageClass), ("way", Way), ("outcome", Outcome),
    ):  # fmt: skip
        assert {f"{prefix}.{one.value}" for one in said} <= set(words), prefix
    assert {f"refused.{code}" for code in MEANING} <= set(words)
    assert {f"messages.tab.{tab}" for tab in mailbook.TABS} <= set(words)
    reasons = {
        "quiet_hours", "valid_until", "refused", "unsettled", "opted_out", "no_consent", "number_needs_check",
        "claim ran out", TAKEN_BACK, STOPPED, WITHDRAWN, ONE_A_DAY, ENOUGH_THIS_YEAR, ENOUGH_TODAY,
        RINGS, NOT_CONCERNED, Reason.ASKED_TWICE.value, RESTORED,
    }  # fmt: skip
    assert {f"why.{reason.replace(' ', '_')}" for reason in reasons} <= set(words)
    assert {f"campaign.why.{reason}" for reason in (RINGS, NOT_CONCERNED, Reason.ASKED_TWICE.value, RESTORED)} <= set(
        words
    )


@pytest.mark.parametrize(
    ("state", "reason", "code", "key"),
    [
        (MessageState.UNKNOWN, "ReadTimeout", "", "why.silence"), (MessageState.FAILED, "odd", "", "why.other"),
        (MessageState.CANCELLED, "taken back", "", "why.taken_back"), (MessageState.PLANNED, "", "", ""),
        (MessageState.DELIVERED, "", "30003", ""),
    ],
)  # fmt: skip
def test_a_reason_is_said_in_words_and_where_there_is_none_nothing_is(
    state: MessageState, reason: str, code: str, key: str
) -> None:
    for language in ("zh", "en"):
        said = ledger.why(Message(state=state, reason=reason, error_code=code), language)
        assert said == (say(key, language) if key else "")
    unheard = ledger.why(Message(state=MessageState.FAILED, reason="refused", error_code="99999"), "en")
    assert unheard == "The carrier refuses (code 99999)"
