"""The pages of the reports: what they count, whose they are, and that every number leads to as many rows."""

import html
import io
import itertools
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from base.database import transaction
from hotline.intake import RINGING
from hotline.models import Call, RingBack, Waiting
from hotline.ringback import RingBackWhy
from hotline.waitingline import LeftHow
from oncall.models import Page, PageKind, PageState
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import Evening
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, Status
from tickets.models import Ticket

_numbers = itertools.count(1)
LONG_AGO = datetime.fromisoformat("2026-08-03T09:30:00+08:00")
"""A Monday of a month in which nothing else happened."""


def a_ticket(evening: Evening, at: datetime, **more: object) -> int:
    """One ticket of the home project; its id."""
    values = {
        "kind": Kind.REPAIR, "category": "lift", "level": Level.P2, "status": Status.CLOSED, "channel": Channel.CALL,
        "project_id": evening.home_project, "ref": f"260101-{next(_numbers):04}", "caller_number": "+8613812346021",
    }  # fmt: skip
    with transaction() as session:
        ticket = Ticket(opened_at=at, **values | more)
        session.add(ticket)
        session.flush()
        return ticket.id


def a_call(
    evening: Evening, at: datetime, *, how: LeftHow | None = None, spoke_after_s: float | None = None,
    has_ended: bool = True, **more: object,
) -> None:  # fmt: skip
    """One call of a resident, and what became of it."""
    ticket_id = a_ticket(evening, at, project_id=more.get("project_id", evening.home_project))
    values = {"project_id": evening.home_project, "from_number": "+8613812346021", "to_number": "+864008001234"}
    with transaction() as session:
        ended_at = at + timedelta(minutes=5) if has_ended else None
        call = Call(sid=f"CB{next(_numbers):032}", began_at=at, ended_at=ended_at, ticket_id=ticket_id, **values | more)
        session.add(call)
        session.flush()
        if how:
            session.add(
                Waiting(
                    call_id=call.id, ticket_id=ticket_id, rank=2, since_at=at, seen_at=at, left_at=ended_at, how=how
                )
            )
        if spoke_after_s is not None:
            joined_at = at + timedelta(seconds=10 + spoke_after_s)
            session.add(
                Page(
                    ticket_id=ticket_id, staff_id=evening.staff["agent"], kind=PageKind.LIVE, step=-1,
                    joined_at=joined_at, state=PageState.ACKNOWLEDGED, paged_at=at + timedelta(seconds=10),
                )
            )  # fmt: skip


def cells(page: str, section: str, name: str) -> list[str]:
    """The cells of a line of a section's table."""
    lines = page.split(f'id="{section}"')[1].split("</section>", maxsplit=1)[0].split("<tr>")
    found = next(line for line in lines if re.search(rf'<th scope="row">(<a[^>]*>)?{re.escape(name)}<', line))
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", found)]


def title(page: str, section: str) -> str:
    found = re.search(rf'id="h-{section}">(.*?)</h2>', page)
    assert found, section
    return html.unescape(found[1])


def number_of_rows(client: Browser, address: str) -> int:
    """How many rows stand behind a number, over all their pages."""
    return len(rows_behind(client, address))


def rows_behind(client: Browser, address: str) -> list[str]:
    """What became of each row behind a number, over all their pages."""
    found = []
    while address:
        page = client.get(address).text
        found += re.findall(r'class="rpr__state"><span class="chip">([^<]*)<', page)
        assert page.count('class="rpr__i"') == page.count('class="rpr__state"')
        onward = re.search(r'class="book__on">.*?href="(/reports/[^"]*after=[^"]*)"', page, re.S)
        address = html.unescape(onward[1]) if onward else ""
    return found


@pytest.fixture
def august(app: Flask, evening: Evening) -> None:
    """Calls of a Monday in August: who spoke with a person, who hung up, who needed nobody."""
    a_call(evening, LONG_AGO, spoke_after_s=20)
    a_call(evening, LONG_AGO + timedelta(minutes=5), spoke_after_s=40)
    a_call(evening, LONG_AGO + timedelta(hours=1), how=LeftHow.HUNG_UP)
    a_call(evening, LONG_AGO + timedelta(hours=1), how=LeftHow.MESSAGE)
    a_call(evening, LONG_AGO + timedelta(days=1))
    a_call(evening, LONG_AGO, project_id=evening.other_project)
    a_call(evening, LONG_AGO, staff_id=evening.staff["technician"])


def test_calls_are_counted_by_what_became_of_them(logged_in: LogIn, august: None) -> None:
    page = logged_in("manager").get("/reports/calls?period=2026-08").text
    assert cells(page, "answered", "合计") == ["5", "2", "1", "1", "1", "50%", "25%", "0:30"]
    assert cells(page, "answered", "8月4日") == ["1", "0", "1", "0", "0", "–", "–", "–"]
    assert title(page, "answered") == "想找人工的来电，50% 接通了，25% 等待中挂断"
    assert title(page, "hours") == "周一 09:00 起的一小时来电最多，共 2 个"
    assert cells(page, "hours", "周一")[9:11] == ["2", "2"]


def test_whoever_hangs_up_while_it_rings_is_counted_each_time_and_without_a_number_too(
    logged_in: LogIn, evening: Evening
) -> None:
    at_the_telephone = {"place": RINGING}
    for minute, more in enumerate(({}, {}, {"from_number": None}, {"spoke_after_s": 20})):
        a_call(evening, LONG_AGO + timedelta(minutes=minute), intake=at_the_telephone, **more)
    a_call(evening, LONG_AGO, intake=at_the_telephone | {"was_told_taken": True})
    a_call(evening, LONG_AGO, intake={"place": "repair.message"})
    page = logged_in("manager").get("/reports/calls?period=2026-08").text
    assert cells(page, "answered", "合计") == ["6", "1", "2", "0", "3", "25%", "75%", "0:20"]


def test_whom_we_owe_a_call_hung_up_though_the_call_itself_says_nothing_of_it_any_more(
    logged_in: LogIn, evening: Evening
) -> None:
    for _ in range(2):
        a_call(evening, LONG_AGO)
    with transaction() as session:
        call = session.scalars(select(Call).where(Call.began_at == LONG_AGO).order_by(Call.id)).first()
        assert call is not None
        owed = RingBack(
            number="+8613812346021", ticket_id=call.ticket_id, last_call_id=call.id, why=RingBackWhy.WAITING,
            owed_at=LONG_AGO, due_at=LONG_AGO, settled_at=LONG_AGO,
        )  # fmt: skip
        session.add(owed)
    page = logged_in("manager").get("/reports/calls?period=2026-08").text
    assert cells(page, "answered", "合计") == ["2", "0", "1", "0", "1", "0%", "100%", "–"]


def test_whoever_stood_in_the_line_waited_from_then_on_and_not_since_it_rang(
    logged_in: LogIn, evening: Evening
) -> None:
    a_call(evening, LONG_AGO, how=LeftHow.SPOKEN, spoke_after_s=20)
    page = logged_in("manager").get("/reports/calls?period=2026-08").text
    assert cells(page, "answered", "合计")[-1] == "0:30"


def test_a_telephone_that_rang_after_the_call_was_over_answered_nobody(logged_in: LogIn, evening: Evening) -> None:
    a_call(evening, LONG_AGO, spoke_after_s=20)
    with transaction() as session:
        session.query(Call).filter(Call.began_at == LONG_AGO).update({"ended_at": LONG_AGO + timedelta(seconds=5)})
    page = logged_in("manager").get("/reports/calls?period=2026-08").text
    assert cells(page, "answered", "合计")[:5] == ["1", "0", "1", "0", "0"]


@pytest.mark.parametrize("period", ["2026-08", "2026-W32", "2026-Q3", "2026"])
def test_every_number_of_calls_leads_to_as_many_rows(logged_in: LogIn, august: None, period: str) -> None:
    leads_to_its_rows(logged_in("director"), f"/reports/calls?period={period}")


def leads_to_its_rows(client: Browser, address: str) -> None:
    """Every number of the tables of a page is a link: a count leads to as many rows, a sum to rows that add up to it, a
    share, a middle or a price to the rows it is made of.
    """
    page = client.get(address).text
    assert not [text for text in re.findall(r"<td[^>]*>([\d:,.]+%?)</td>", page) if re.search("[1-9]", text)], address
    found = set(re.findall(r'<td[^>]*><a href="([^"]+)">([^<]+)</a>', page))
    assert found, address
    behind = {link: rows_behind(client, html.unescape(link)) for link, _ in found}
    for link, shown in found:
        rows = behind[link]
        if re.search("of=(hours|weekends|segments)", link) or ("of=holes" in link and "." in shown):
            assert sum(float(re.findall(r"[\d.]+", row)[-1]) for row in rows) == pytest.approx(float(shown)), link
        elif shown.isdecimal():
            assert len(rows) == int(shown), link
        else:
            assert rows, link
            parts = {f"{round(100 * part / len(rows))}%" for part in range(len(rows) + 1)}
            assert not shown.endswith("%") or "of=met" in link or shown in parts, link


def test_a_project_sees_only_its_own(logged_in: LogIn, evening: Evening, august: None) -> None:
    other = f"/reports/calls?period=2026-08&project={evening.other_project}"
    assert cells(logged_in("manager").get(other).text, "answered", "合计")[0] == "5"
    director = logged_in("director")
    assert cells(director.get(other).text, "answered", "合计")[0] == "1"
    assert cells(director.get("/reports/calls?period=2026-08").text, "answered", "合计")[0] == "6"


def test_whoever_complained_past_their_project_is_not_known_by_their_number(
    logged_in: LogIn, evening: Evening
) -> None:  # fmt: skip
    a_call(evening, LONG_AGO)
    with transaction() as session:
        session.query(Ticket).filter(Ticket.opened_at == LONG_AGO).update({"owner_desk": HEADQUARTERS})
    rows = "/reports/calls/rows?of=all&period=2026-08"
    mine, all_of_it = (logged_in(who).get(rows).text for who in ("manager", "director"))
    assert "6021" not in mine
    assert "不显示号码" in mine
    assert "6021" in all_of_it


@pytest.fixture
def matters(app: Flask, evening: Evening) -> None:
    """Tickets of August: repairs, and complaints of which one came again."""
    with transaction() as session:
        home_id = session.query(Ticket.home_id).filter(Ticket.ref == evening.refs["lift"]).scalar()
    a_ticket(evening, LONG_AGO, home_id=home_id)
    a_ticket(evening, LONG_AGO, urged=2)
    a_ticket(evening, LONG_AGO, reworked=1, status=Status.RESOLVED)
    a_ticket(evening, LONG_AGO, status=Status.IN_PROGRESS, category="water_power")
    a_ticket(evening, LONG_AGO, status=Status.MERGED)
    a_ticket(evening, LONG_AGO, is_drill=True)
    a_ticket(evening, LONG_AGO, project_id=evening.other_project, category="access")
    noise = {"kind": Kind.COMPLAINT, "category": "noise", "home_id": home_id}
    a_ticket(evening, LONG_AGO - timedelta(days=9), **noise)  # in July
    a_ticket(evening, LONG_AGO, **noise)
    a_ticket(evening, LONG_AGO + timedelta(days=60), **noise)  # in October


def test_tickets_are_counted_by_matter_and_solved_at_once(logged_in: LogIn, matters: None) -> None:
    page = logged_in("manager").get("/reports/tickets?period=2026-08").text
    assert cells(page, "category", "合计") == ["5", "1", "4", "2", "1", "1", "50%"]
    assert cells(page, "category", "电梯故障") == ["3", "0", "3", "1", "1", "1", "33%"]
    assert title(page, "category") == "电梯故障最多，占 5 件的 60%；一次解决率 50%"
    assert cells(page, "building", "3号楼") == ["2", "1", "1"]
    assert cells(page, "again", "合计") == ["1", "1", "100%"]
    assert cells(logged_in("manager").get("/reports/tickets?period=2026-07").text, "again", "合计") == ["1", "0", "0%"]


@pytest.mark.parametrize("period", ["2026-08", "2026-W32", "2026-Q3", "2026", "2026-11"])
def test_every_number_of_tickets_leads_to_as_many_rows(logged_in: LogIn, matters: None, period: str) -> None:
    leads_to_its_rows(logged_in("director"), f"/reports/tickets?period={period}")


@pytest.mark.parametrize("kind", ["calls", "tickets"])
def test_a_period_in_which_nothing_happened_says_so(logged_in: LogIn, evening: Evening, kind: str) -> None:
    for lang in ("zh", "en"):
        answer = logged_in("admin").get(f"/reports/{kind}?period=2020-01&lang={lang}")
        assert answer.status_code == 200
        assert "{" not in re.sub(
            r'data-chart="[^"]*"', "", title(answer.text, "answered" if kind == "calls" else "time")
        )


@pytest.mark.parametrize("kind", ["calls", "tickets"])
def test_a_report_is_a_workbook_too(logged_in: LogIn, august: None, kind: str) -> None:
    client = logged_in("manager")
    answer = client.sends(f"/reports/{kind}.xlsx?period=2026-08", reason="月度例会")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kind}-2026-08.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    page = client.get(f"/reports/{kind}?period=2026-08").text
    assert len(book.sheet_names) == page.count('class="card rp"')
    rows, first = book.get_sheet_by_index(0).to_python(), re.findall(r'class="card rp" id="(\w+)"', page)[0]
    assert rows[0][0] == title(page, first)
    assert ["合计", float(cells(page, first, "合计")[0])] in [row[:2] for row in rows]


def test_what_is_no_period_and_no_report_is_refused_in_words(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("manager")
    refused = client.get("/reports/calls?period=2026-77")
    assert refused.status_code == 422
    assert "2026-77" in refused.text
    assert client.get("/reports/moon").status_code == 404
    assert client.sends("/reports/moon.xlsx", reason="月度例会").status_code == 404
    assert client.get("/reports").status_code == 200


def test_rows_can_be_asked_for_with_anything_and_answer(logged_in: LogIn, august: None) -> None:
    client = logged_in("manager")
    for kind in ("calls", "tickets"):
        for odd in ("of=moon", "piece=99", "piece=x", "weekday=9&hour=77", "building=99999999999999999999", "after=1"):
            assert client.get(f"/reports/{kind}/rows?{odd}").status_code == 200, odd


def test_an_address_gives_no_orders_to_the_addresses_on_its_page(logged_in: LogIn, august: None) -> None:
    orders = "_external=1&_scheme=javascript&_anchor=x&_method=PUT&endpoint=y"
    client = logged_in("manager")
    for path in ("/reports/calls/rows?of=all&period=2026-08&after=99999", "/reports/calls?period=2026-08"):
        answer = client.get(f"{path}&{orders}")
        assert answer.status_code == 200, path
        assert "javascript:" not in answer.text


def test_the_evening_itself_is_this_month(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("manager").get("/reports/tickets").text
    assert f"{EVENING.year} 年 {EVENING.month} 月" in page
