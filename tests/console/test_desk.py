"""The desk: groups, filters, alarms, first steps, and that it lives."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from base import clock
from base.access import Role
from base.database import Database, transaction
from console import board, desk, facts
from console.words import say
from tests import make
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import OWNER, PASSWORD, Evening, stored
from tickets import actions
from tickets.clocktable import table_of_the_house
from tickets.lifecycle import Level, Status
from tickets.models import Ticket

KEYS = re.compile(r'(?<= value=)"(?:[0-9a-f]{32}|[\w-]+\.[\w-]{6}\.[\w-]{27})"')
"""What a page draws at random for its forms, so that a press counts once and comes from it: any digits may follow."""


def refs_in(html: str) -> list[str]:
    """The tickets of a page, in the order shown."""
    return re.findall(r'id="tk-([\d-]+)"', html)


def asked_of(app: Flask) -> list[str]:
    """Every statement that the database is asked from now on, as it comes."""
    asked: list[str] = []
    database: Database = app.extensions["database"]

    @event.listens_for(database.engine, "before_cursor_execute")
    def hears(_c: object, _k: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    return asked


def groups(html: str) -> dict[str, list[str]]:
    """The refs of each group, in the order shown."""
    parts = re.split(r'id="grp-(\w+)"', html)
    return {name: refs_in(body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_tickets_stand_in_groups_by_urgency_and_inside_by_the_next_deadline(logged_in: LogIn, evening: Evening) -> None:
    shown = groups(logged_in("agent").get("/").text)
    refs = evening.refs
    assert list(shown) == ["danger", "broken", "soon", "today", "later", "paused"]
    assert shown["danger"] == [refs["alarm"], refs["lift"]]
    assert shown["broken"] == [refs["late"]]
    assert shown["soon"] == [refs["soon"]]
    assert shown["today"] == [refs["mine"]]
    assert shown["later"] == [refs["texted"], refs["nowhere"], refs["half_way"], refs["later"]]
    assert shown["paused"] == [refs["waits"]]


def test_what_was_asked_after_most_stands_first_in_its_group_and_says_so(logged_in: LogIn, evening: Evening) -> None:
    browser, refs = logged_in("agent"), evening.refs
    with transaction() as session:
        asked = {
            ref: session.scalars(select(Ticket.id).where(Ticket.ref == refs[ref])).one()
            for ref in ("later", "half_way")
        }
        for call_id in (1, 2, 2):
            actions.count_urge(session, asked["later"], call_id=call_id, at=clock.now(), text="", data={"urged": True})
        actions.count_urge(session, asked["half_way"], call_id=3, at=clock.now(), text="", data={"urged": True})
    html = browser.get("/").text
    assert groups(html)["later"] == [refs["later"], refs["half_way"], refs["texted"], refs["nowhere"]]
    assert say("urged", "zh", n=2) in html.split(f'id="tk-{refs["later"]}"')[1].split("</li>")[0]
    assert say("urged", "zh", n=2) in browser.get(f"/tickets/{refs['later']}").text
    assert say("urged", "zh", n=1) not in browser.get(f"/tickets/{refs['mine']}").text


def test_a_number_is_never_whole_on_any_page(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("admin")
    for page in (
        "/",
        "/?show=ended",
        "/oncall",
        f"/tickets/{evening.refs['lift']}",
        f"/tickets/{evening.refs['alarm']}/case",
    ):
        html = KEYS.sub("", browser.get(page).text)
        assert not re.search(r"1[3-9]\d{9}", html), page
    assert "138****6021" in browser.get("/").text


def test_a_place_is_read_in_the_language_of_the_page(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    zh, en = "3号楼2单元0902室", "Building 3, Unit 2, Room 0902"
    for page in ("/", f"/tickets/{evening.refs['lift']}"):
        assert zh in browser.get(f"{page}?lang=zh").text
        english = browser.get(f"{page}?lang=en").text
        assert en in english, page
        assert zh not in english, page


def test_the_board_is_sent_once_and_then_not_again_until_something_changes(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    tag = browser.get("/").headers["HX-PTag"]
    later(seconds=2)
    still = browser.get("/board", headers={"HX-PTag": tag})
    assert (still.status_code, still.data) == (304, b"")
    with transaction() as session:
        ticket = actions.find_by_ref(session, evening.refs["lift"])
        actions.acknowledge(session, ticket.id, evening.staff["technician"], at=later(seconds=1), how="key")
    changed = browser.get("/board", headers={"HX-PTag": tag})
    assert changed.status_code == 200
    assert changed.headers["HX-PTag"] != tag
    assert "<html" not in changed.text


def test_a_deadline_that_passes_moves_its_ticket_though_nobody_touched_it(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    later(minutes=9, seconds=50)
    tag = browser.get("/").headers["HX-PTag"]
    later(seconds=8)
    assert browser.get("/board", headers={"HX-PTag": tag}).status_code == 304
    later(seconds=3)
    moved = browser.get("/board", headers={"HX-PTag": tag})
    assert moved.status_code == 200
    assert evening.refs["soon"] in groups(moved.text)["broken"]


@pytest.mark.parametrize(
    ("moment", "ref", "before", "after"),
    [
        # until its end half an hour is left
        (timedelta(hours=3, minutes=30), "mine", "today", "soon"),
        # of tomorrow's it is one of today's from midnight on
        (timedelta(hours=4, minutes=30), "later", "later", "today"),
    ],
)
def test_time_alone_moves_a_ticket_and_the_desk_is_sent_again(
    logged_in: LogIn, evening: Evening, moment: timedelta, ref: str, before: str, after: str
) -> None:
    clock.stop_at(evening.at + moment - timedelta(seconds=10))
    browser, ref = logged_in("agent"), evening.refs[ref]
    begun = browser.get("/")
    assert ref in groups(begun.text)[before]
    tag = begun.headers["HX-PTag"]
    later(seconds=8)
    assert browser.get("/board", headers={"HX-PTag": tag}).status_code == 304
    later(seconds=3)
    moved = browser.get("/board", headers={"HX-PTag": tag})
    assert moved.status_code == 200
    assert ref in groups(moved.text)[after]


def test_an_alarm_stands_first_in_its_group_too(logged_in: LogIn, evening: Evening) -> None:
    refs = evening.refs
    with transaction() as session:
        ids = {name: session.scalars(select(Ticket.id).where(Ticket.ref == refs[name])).one() for name in refs}
        actions.count_urge(session, ids["half_way"], call_id=1, at=clock.now(), text="", data={"urged": True})
        actions.raise_alarm(session, ids["later"], at=evening.at)
    shown = groups(logged_in("agent").get("/").text)["later"]
    assert shown == [refs["later"], refs["half_way"], refs["texted"], refs["nowhere"]]


def test_an_alarm_stands_above_everything_until_somebody_takes_it(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    ref = evening.refs["alarm"]
    assert f'data-alarm="{ref}"' in browser.get("/").text
    assert browser.sends(f"/tickets/{ref}/acknowledge").status_code == 303
    assert f'data-alarm="{ref}"' not in browser.get("/").text


def test_several_alarms_are_one_card_of_which_the_first_are_seen_at_once(logged_in: LogIn, evening: Evening) -> None:
    names = ("alarm", "late", "soon", "later", "half_way")
    with transaction() as session:
        for name in names[1:]:
            id = session.scalars(select(Ticket.id).where(Ticket.ref == evening.refs[name])).one()
            actions.raise_alarm(session, id, at=evening.at)
    page = logged_in("agent").get("/").text
    card = page.split('id="alarms"')[1].split("</section>", maxsplit=1)[0]
    assert say("alarm.many", "zh", n=5) in card
    at_once, folded = card.split('id="alarms-more"')
    assert re.findall(r'data-alarm="([^"]+)"', at_once) == [evening.refs[name] for name in names[:3]], "gravest first"
    assert folded.count("data-alarm=") == 2
    assert say("alarm.more", "zh", n=2) in folded
    assert {name for name in names if f'data-alarm="{evening.refs[name]}"' in card} == set(names)


def test_only_mine_only_ended_only_one_project(logged_in: LogIn, evening: Evening) -> None:
    refs = evening.refs
    assert refs_in(logged_in("technician").get("/?show=mine").text) == [refs["mine"]]
    admin = logged_in("admin")
    assert refs_in(admin.get("/?show=ended").text) == [refs["done"]]
    there = refs_in(admin.get(f"/?project={evening.other_project}").text)
    assert sorted(there) == sorted([refs["elsewhere"], refs["nowhere"]])


def test_an_empty_board_says_what_to_do_next(browser: Callable[[], Browser], app: Flask) -> None:
    with transaction() as session:
        make.a_member_of_staff(session, "张敏", role=Role.AGENT, password_hash=stored())
    client = browser()
    client.logs_in("张敏", PASSWORD)
    html = client.get("/").text
    assert say("empty.open.title", "zh") in html
    assert say("steps.roster.how", "zh") in html
    assert "暂无数据" not in html
    assert html.index('id="steps"') < html.index('id="board-card"'), "of nothing at all the first steps are what counts"
    with transaction() as session:
        make.a_home(session, make.a_project(session), "3-2-0902")
    html = client.get("/").text
    assert html.index('id="steps"') > html.index('id="board-card"')
    assert 'id="step-roster" class="is-done"' in html
    assert html.count('id="steps"') == 1


def test_an_empty_board_in_production_has_a_button_for_what_comes_next(
    browser: Callable[[], Browser], app: Flask
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"is_development": False})
    with transaction() as session:
        for name, role in (("张敏", Role.AGENT), ("孙倩", Role.MANAGER)):
            make.a_member_of_staff(session, name, "", role, password_hash=stored())

    def button(login: str) -> str:
        client = browser()
        client.logs_in(login, PASSWORD)
        page = client.get("/").text.split('id="board-none"')[1].split("</section>")[0]
        found = re.findall(r'class="btn btn-primary" href="([^"]+)"', page)
        assert len(found) == 1
        return str(found[0])

    client = browser()
    client.logs_in("孙倩", PASSWORD)
    step = client.get("/").text.split('id="step-roster"')[1].split("</li>")[0]
    assert f'<a href="/roster">{say("nav.roster", "zh")}</a>' in step
    assert (button("孙倩"), button("张敏")) == ("/roster", "/tickets/new")
    with transaction() as session:
        make.a_home(session, make.a_project(session), "3-2-0902")
    assert (button("孙倩"), button("张敏")) == ("/oncall", "/tickets/new")


def test_search_is_posted_and_finds_by_number_tail_place_name_and_category(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    refs = evening.refs

    def found(asked: str) -> list[str]:
        return refs_in(browser.sends("/search", q=asked).text)

    assert found(refs["late"]) == [refs["late"]]
    assert refs["lift"] in found("林婷")
    assert found("8号楼") == [refs["late"]]
    assert found("corridor") == [refs["texted"]]
    assert found("爆管") == [refs["late"]]
    assert sorted(found("5532")) == sorted(refs[name] for name in ("alarm", "nowhere", "half_way", "texted"))
    assert refs["lift"] in found(OWNER)
    assert refs["lift"] in found("138 1234 6021")
    for piece in ("532", "55532", "87655532", "东门5532"):
        assert found(piece) == [], "neither a whole number nor its last four digits"
    assert say("find.nothing.text", "zh") in browser.sends("/search", q="55532").text
    assert found("%") == []
    assert browser.get("/search?q=6021").status_code == 302


def test_search_shows_nobody_what_is_not_theirs(logged_in: LogIn, evening: Evening) -> None:
    assert evening.refs["elsewhere"] not in logged_in("agent").sends("/search", q="7号楼").text
    assert evening.refs["elsewhere"] in logged_in("abroad").sends("/search", q="7号楼").text


def test_the_desk_says_who_is_on_duty_and_where_nobody_is(logged_in: LogIn, evening: Evening) -> None:
    html = logged_in("admin").get("/").text
    gap = html.split(f'id="duty-{evening.other_project}-second"')[1].split("</li>")[0]
    assert say("duty.nobody", "zh") in gap
    assert "周建国" in html.split(f'id="duty-{evening.home_project}-first"')[1].split("</li>")[0]


def test_danger_is_on_the_board_however_many_tickets_are_newer(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MOST_ROWS", 3)
    shown = refs_in(logged_in("admin").get("/").text)
    assert shown[:2] == [evening.refs["alarm"], evening.refs["lift"]]
    assert len(shown) == 3


def test_what_is_cut_off_is_never_danger_to_life(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MOST_ROWS", 2)
    assert set(refs_in(logged_in("agent").get("/").text)) == {evening.refs["lift"], evening.refs["alarm"]}


def test_what_is_cut_off_is_neither_overdue_nor_old_and_the_board_says_how_much(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "MOST_ROWS", 4)
    client, refs = logged_in("agent"), evening.refs
    page = client.get("/").text
    assert groups(page) == {"danger": [refs["alarm"], refs["lift"]], "broken": [refs["late"]], "soon": [refs["soon"]]}
    every = groups(client.get("/?long=1").text)
    count = sum(len(found) for found in every.values())
    assert say("board.more", "zh", n=count - 4) in page
    assert "board-more" not in client.get("/?long=1").text
    lives = client.get("/board?long=1")
    assert groups(lives.text) == every
    assert client.get("/board", headers={"HX-PTag": lives.headers["HX-PTag"]}).status_code == 200, "another board"
    ended = client.get("/?show=ended").text
    assert "long=1" not in ended, "what ended is looked for by the search"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("P0", 0), ("P1", 60)), (("P1", 0), ("P3", 90_000)), (("P2", 90), ("P2", 20)),
        (("P3", 900), ("P3", 800)), (("P3", 3000), ("P1", 3000, "waits")), (("P3", 5, "alarms"), ("C2", 300)),
        (("P3", 300), ("P3", 2000, "taken")), (("P3", 3100, "taken"), ("P3", 300)),
    ],
)  # fmt: skip
def test_of_very_many_those_are_read_that_matter_most(first: tuple[Any, ...], then: tuple[Any, ...]) -> None:
    """Level, minutes since it was opened, and what else is so."""

    def order(level: str, minutes: int, so: str = "") -> tuple[int, datetime]:
        opened_at = clock.now() - timedelta(minutes=minutes)
        return board.comes_first(
            Level(level), Status.WAITING if so == "waits" else Status.OPEN, is_alarming=so == "alarms",
            opened_at=opened_at, acknowledged_at=opened_at if so == "taken" else None,
            table=table_of_the_house(),
        )  # fmt: skip

    assert order(*first) < order(*then)


def test_ended_ones_are_not_counted_through_to_the_end(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_COUNTED_ENDED", 1)
    page = logged_in("agent").get("/").text
    assert re.search(r'id="show-ended".*?<span class="num">1\+</span>', page)
    assert not re.search(r'id="show-open".*?<span class="num">\d+\+</span>', page.split('id="show-mine"')[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_long_board_says_what_it_leaves_out_and_that_there_may_be_more_than_was_counted(
    logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setattr(desk, "MOST_MANY", 3)
    client = logged_in("agent")
    page = client.get(f"/?long=1&lang={lang}").text
    count = int(re.search(r'id="show-open".*?<span class="num">(\d+)</span>', page)[1])
    assert len(refs_in(page)) == 3 < count
    assert say("board.more", lang, n=count - 3) in page
    monkeypatch.setattr(desk, "MOST_COUNTED", count - 1)
    page = client.get(f"/?long=1&lang={lang}").text
    assert f'<span class="num">{count - 1}+</span>' in page
    assert say("board.more.many", lang, n=count - 4) in page


def test_the_board_of_what_ended_changes_with_whatever_happens(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("admin")
    first = browser.get("/board?show=ended")
    tag = first.headers["HX-PTag"]
    assert browser.get("/board?show=ended", headers={"HX-PTag": tag}).status_code == 304
    with transaction() as session:
        mine = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["mine"])).one()
        actions.resolve(session, mine.id, evening.staff["technician"], at=evening.at, text="修好了")
    after = browser.get("/board?show=ended", headers={"HX-PTag": tag})
    assert after.status_code == 200
    assert evening.refs["mine"] in refs_in(after.text)


def test_a_board_of_many_projects_asks_for_all_their_rotas_at_once(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    asked = asked_of(app)
    browser = logged_in("admin")
    with transaction() as session:
        for n in range(8):
            make.a_project(session, f"花园{n}期")
    asked.clear()
    browser.get("/")
    of_rota = [one for one in asked if "FROM override" in one]
    assert len(of_rota) <= 2, "the panel, and the alerts about gaps"


def test_what_changes_the_boards_of_colleagues_is_read_once_for_those_who_may_see_the_same(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    asked = asked_of(app)
    browsers = [logged_in(name) for name in ("agent", "agent", "abroad")]
    tags = [one.get("/").headers["HX-PTag"] for one in browsers]
    with transaction() as session:
        ticket = actions.find_by_ref(session, evening.refs["lift"])
        actions.note(session, ticket.id, evening.staff["agent"], at=later(seconds=1), text="维保在路上")
    read, lists = [], []
    for one, tag in zip(browsers, tags, strict=True):
        asked.clear()
        answer = one.get("/board", headers={"HX-PTag": tag})
        assert answer.status_code == 200
        lists.append(refs_in(answer.text))
        read.append(sum("FROM ticket_event" in each and "ORDER BY ticket_event.at" in each for each in asked))
    assert [bool(each) for each in read] == [True, False, True], (
        "the second colleague has what was read for the first; who may see other tickets has not"
    )
    assert lists[0] == lists[1] == refs_in(browsers[0].get("/").text)
    assert set(lists[2]) & set(lists[0]) <= {evening.refs["nowhere"]}


def test_two_who_look_at_what_is_their_own_never_see_each_others(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        mine, theirs = (actions.find_by_ref(session, evening.refs[name]) for name in ("soon", "later"))
        colleague = make.a_member_of_staff(
            session, "郑爽", "+8613900000099", Role.AGENT, mine.project, password_hash=stored()
        )
        colleague.login = "colleague"
        at = later(seconds=1)
        for ticket, id in ((mine, evening.staff["agent"]), (theirs, colleague.id)):
            actions.assign(session, ticket.id, id, to_staff_id=id, at=at)
    asks = {"HX-PTag": "an older one@0"}
    shown = [refs_in(logged_in(name).get("/board?show=mine", headers=asks).text) for name in ("agent", "colleague")]
    assert evening.refs["soon"] in shown[0]
    assert shown[1] == [evening.refs["later"]]
    assert evening.refs["later"] not in shown[0]


def test_how_many_are_ones_own_is_counted_for_each_though_all_else_was_read_for_a_colleague(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        soon = actions.find_by_ref(session, evening.refs["soon"])
        colleague = make.a_member_of_staff(
            session, "郑爽", "+8613900000099", Role.AGENT, soon.project, password_hash=stored()
        )
        colleague.login = "colleague"
        actions.assign(session, soon.id, colleague.id, to_staff_id=colleague.id, at=later(seconds=1))
    asks = {"HX-PTag": "an older one@0"}
    counts = []
    for name in ("colleague", "agent"):
        page = logged_in(name).get("/board", headers=asks).text
        counts += re.findall(r'id="show-mine".*?<span class="num">(\d+)</span>', page)
    assert counts == ["1", "0"]
