"""The page of how finished work was found: its counts, the rows behind them, and who sees whose."""

import itertools
import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, true

from base.database import reading, transaction
from console.words import say
from messages.lifecycle import Way
from outreach.actions.measuring import Choice, Scope, rows
from outreach.measures import months_until
from outreach.surveymodels import Answer, Survey
from outreach.surveys import ONE_IS_BEST, SurveyState, Via
from tests.console.conftest import EVENING, Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_reports import number_of_rows
from tickets.lifecycle import HEADQUARTERS, Channel, Kind, Level, Status
from tickets.models import EventType, Ticket, TicketEvent

_refs = itertools.count(1)
MONTHS = months_until(EVENING.date(), EVENING.date().replace(month=1))


def a_result(
    evening: Evening, *, at: datetime = EVENING, score: int | None = None, state: SurveyState | None = None,
    reason: str = "", by: str | None = "technician", category: str = "water_power", elsewhere: bool = False,
    comment: str = "", owner_desk: str = "", status: Status = Status.CLOSED, score_now: int | None = None,
) -> str:  # fmt: skip
    """One finished ticket and what became of the question about it; its number."""
    state = state or (SurveyState.ANSWERED if score else SurveyState.NOT_ASKED)
    was_asked = state not in {SurveyState.NOT_ASKED, SurveyState.PLANNED} and reason != "opted_out"
    with transaction() as session:
        ticket = Ticket(
            ref=f"260102-{next(_refs):04}", kind=Kind.REPAIR, category=category, level=Level.P2, status=status,
            channel=Channel.CALL, project_id=evening.other_project if elsewhere else evening.home_project,
            owner_desk=owner_desk, opened_at=at - timedelta(days=1), score=score_now or score,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        staff_id = evening.staff[by] if by else None
        result = TicketEvent(ticket_id=ticket.id, at=at, type=EventType.RESOLVED, staff_id=staff_id, text="好了")
        session.add(result)
        session.flush()
        survey = Survey(
            ticket_id=ticket.id, result_id=result.id, state=state, reason=reason, way=Way.TEXT,
            asked_at=at if was_asked else None,
        )  # fmt: skip
        session.add(survey)
        session.flush()
        if score:
            session.add(
                Answer(
                    survey_id=survey.id, key=str(6 - score), mapping=ONE_IS_BEST, score=score, via=Via.TEXT,
                    answered_at=at, comment=comment,
                )
            )  # fmt: skip
        return ticket.ref


@pytest.fixture
def year(app: Flask, evening: Evening) -> dict[str, str]:
    """Results of two months: what each is, by its ticket."""
    october = datetime.fromisoformat("2026-10-31T23:30:00+08:00")
    return {
        "best": a_result(evening, score=5),
        "good": a_result(evening, score=4, by="second"),
        "low": a_result(evening, score=1, comment="还是滴水", status=Status.OPEN),
        "mended": a_result(evening, score=2, at=october, score_now=5, category="lift", by="second"),
        "silent": a_result(evening, state=SurveyState.UNANSWERED, reason="no_answer"),
        "refused": a_result(evening, state=SurveyState.UNANSWERED, reason="opted_out"),
        "numberless": a_result(evening, reason="no_number", by=None),
        "elsewhere": a_result(evening, score=1, elsewhere=True, by="elsewhere"),
        "headquarters": a_result(evening, score=1, owner_desk=HEADQUARTERS),
        "old": a_result(evening, score=1, at=EVENING - timedelta(days=700)),
    }


def heads(page: str) -> list[str]:
    """The numbers of the overview: asked, answered, rate, satisfaction, low."""
    card = page.split('class="card heads"')[1].split("</section>", maxsplit=1)[0]
    return [re.sub(r"<[^>]+>", "", dd) for dd in re.findall(r'<dd class="num">(.*?)</dd>', card)]


def below(page: str, year: dict[str, str]) -> set[str]:
    rows = page.split('id="rows"')[1]
    return {name for name, ref in year.items() if ref in rows}


def line(page: str, table: str, name: str) -> list[str]:
    """The cells of a line of one of the tables."""
    rows = page.split(f'id="by-{table}"')[1].split("</table>", maxsplit=1)[0].split("<tr>")
    found = next(row for row in rows if f'<th scope="row">{name}</th>' in row)
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", found)]


def test_the_overview_counts_what_the_reader_may_see_and_shows_how(logged_in: LogIn, year: dict[str, str]) -> None:
    page = logged_in("manager").get("/results").text
    assert heads(page) == ["5", "4", "80%", "50%", "2"]
    assert say("results.satisfaction.how", "zh", n=4) in page
    assert heads(logged_in("director").get("/results").text) == ["7", "6", "86%", "33%", "4"]


def test_from_which_score_on_somebody_is_satisfied_is_set_and_stands_in_the_formula(
    app: Flask, logged_in: LogIn, evening: Evening, year: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_result(evening, score=3)
    client, rows = logged_in("manager"), f"/reports/surveys/rows?period={EVENING:%Y-%m}&of=satisfied"
    assert heads(client.get("/results").text)[3] == "40%"
    usual = number_of_rows(client, rows)
    wider = app.extensions["settings"].model_copy(update={"satisfied_from": 3})
    monkeypatch.setitem(app.extensions, "settings", wider)
    page = client.get("/results").text
    assert heads(page)[3] == "60%"
    assert say("results.satisfaction.how", "zh", n=3) in page
    assert "打 3 分及以上的 ÷ 打分的" in client.get(f"/reports/surveys?period={EVENING:%Y-%m}").text
    assert number_of_rows(client, rows) == usual + 1


def test_the_low_ones_stand_below_with_what_became_of_them(logged_in: LogIn, year: dict[str, str]) -> None:
    page = logged_in("manager").get("/results").text
    assert below(page, year) == {"low", "mended"}
    low = page.split(f'/tickets/{year["low"]}"')[1].split("</li>")[0]
    assert say("status.open", "zh") in low
    assert "还是滴水" in low
    mended = page.split(f'/tickets/{year["mended"]}"')[1].split("</li>")[0]
    assert say("results.score.now", "zh", n=5) in mended


def test_the_last_half_hour_of_a_month_here_belongs_to_that_month(logged_in: LogIn, year: dict[str, str]) -> None:
    client = logged_in("manager")
    assert heads(client.get("/results?from=2026-10&to=2026-10").text) == ["1", "1", "100%", "0%", "1"]
    assert heads(client.get("/results?from=2026-11&to=2026-11").text) == ["4", "3", "75%", "67%", "1"]
    page = client.get("/results?of=answered&month=2026-10").text
    assert below(page, year) == {"mended"}


def test_every_line_counts_its_own_and_leads_to_its_rows(logged_in: LogIn, year: dict[str, str]) -> None:
    client = logged_in("director")
    page = client.get("/results").text
    assert line(page, "category", say_category("lift")) == ["1", "1", "100%", "0%", "0", "0", "0", "1", "0"]
    assert line(page, "staff", "何磊") == ["2", "2", "100%", "50%", "0", "1", "0", "1", "0"]
    assert line(page, "project", "滨江花园") == ["1", "1", "100%", "0%", "0", "0", "0", "0", "1"]
    for cell in re.findall(r'href="([^"]+)">(\d+)</a>', page):
        assert behind(client, cell[0]) == int(cell[1]), cell[0]


def test_every_share_leads_to_all_that_it_is_a_share_of(logged_in: LogIn, year: dict[str, str]) -> None:
    client = logged_in("director")
    page = client.get("/results").text
    shares = re.findall(r'(?:<a href="([^"]+)">)?(\d+)%<', page)
    assert len(shares) == page.count("%<") > 10
    for address, _ in shares:
        assert behind(client, address) > 0, address
    (rate, satisfaction) = re.findall(r'<dd class="num"><a href="([^"]+)">\d+%', page)
    assert (behind(client, rate), behind(client, satisfaction)) == (7, 6)
    lift = page.split(f'<th scope="row">{say_category("lift")}</th>')[1].split("</tr>")[0]
    assert [behind(client, address) for address in re.findall(r'href="([^"]+)">\d+%', lift)] == [1, 1]


def behind(client: Browser, address: str) -> int:
    """How many rows stand behind a number that is a link."""
    rows = client.get(address.replace("&amp;", "&").split("#")[0]).text.split('id="rows"')[1]
    return rows.count('class="ask"')


def say_category(code: str) -> str:
    return {"lift": "电梯故障"}[code]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("of=unanswered", {"silent"}), ("of=not_asked", {"refused", "numberless"}),
        ("of=not_asked&reason=no_number", {"numberless"}), ("of=answered&score=4", {"good"}),
        ("of=asked&staff=0", set()), ("of=not_asked&staff=0", {"numberless"}), ("of=satisfied", {"best", "good"}),
        ("of=moon&score=9&month=x&staff=x", {"low", "mended"}),
    ],
)  # fmt: skip
def test_no_answer_and_not_asked_are_told_apart_with_their_reasons(
    logged_in: LogIn, year: dict[str, str], address: str, names: set[str]
) -> None:
    assert below(logged_in("manager").get(f"/results?{address}").text, year) == names


def test_reasons_are_words_in_the_language_of_the_reader(logged_in: LogIn, year: dict[str, str]) -> None:
    for lang in ("zh", "en"):
        page = logged_in("manager").get(f"/results?lang={lang}").text
        for key in ("results.why.no_answer", "results.why.no_number", "why.opted_out"):
            assert say(key, lang) in page


def test_somebody_elses_project_is_not_looked_into(logged_in: LogIn, evening: Evening, year: dict[str, str]) -> None:
    page = logged_in("manager").get(f"/results?project={evening.other_project}").text
    assert heads(page) == ["5", "4", "80%", "50%", "2"]
    assert "elsewhere" not in below(page, year)
    assert heads(logged_in("director").get(f"/results?project={evening.other_project}").text)[0] == "1"


def test_a_long_list_goes_on_where_it_stopped(logged_in: LogIn, app: Flask, evening: Evening) -> None:
    for _ in range(60):
        a_result(evening, score=1)
    client = logged_in("manager")
    first = client.get("/results").text
    onward = re.search(r'href="(/results\?[^"]*after=\d+[^"]*)"', first)
    assert onward
    second = client.get(onward.group(1).replace("&amp;", "&").split("#")[0]).text
    assert (first.count('class="ask"'), second.count('class="ask"')) == (50, 10)


def test_nothing_yet_says_so(logged_in: LogIn, evening: Evening) -> None:
    page = logged_in("manager").get("/results?lang=en").text
    assert say("results.none", "en") in page
    with reading():
        assert heads(page) == ["0", "0", "–", "–", "0"]


def test_the_scores_of_a_month_are_looked_for_among_the_answers_since(
    app: Flask, evening: Evening, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the tables, and rightly
    a_result(evening, score=1)
    said: list[tuple[str, object]] = []
    event.listen(app.extensions["database"].engine, "before_cursor_execute", lambda _c, _k, *one: said.append(one[:2]))
    with reading() as session:
        scope = Scope(MONTHS, "Asia/Shanghai", true())
        assert len(rows(session, scope, Choice("low", EVENING.date().replace(day=1)), limit=9)) == 1
        asked = next(one for one in said if "answer.score <=" in one[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1]).all()
    assert "ix_answer_answered_at" in str(plan)
