"""The report of messages: what reached people, why the rest did not, and what it cost."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from base.wiring import settings
from console.ledger import code_words
from console.masks import masked
from console.reports.asked import Asked
from console.reports.measures.messages import SENT, Sent
from console.reports.shapes import Cell, Chart, Line, Section, Unit
from console.scope import project_of
from console.walls import Trace, numbers_of, readable
from console.words import say, say_or
from messages.ever import SLACK, TABLES, id_about
from messages.ledger.paces import prices
from messages.lifecycle import ARRIVED, NOT_ARRIVED, NOT_SENT, REFUSED, MessageClass, MessageState, Way
from telephony.regions import region_of

KIND = "messages"
PREFIX = 6
"""So many characters of a number say of which country it is."""
OF: dict[str, frozenset[MessageState]] = {
    "arrived": ARRIVED, "not_arrived": NOT_ARRIVED, "not_sent": NOT_SENT,
    "moving": frozenset(MessageState) - ARRIVED - NOT_ARRIVED - NOT_SENT,
}  # fmt: skip
MADE_OF: dict[str, frozenset[MessageState]] = {
    "settled": ARRIVED | NOT_ARRIVED, "segments": SENT, "calls": SENT, "charged": SENT,
}  # fmt: skip
"""What shares and sums are made of."""
CHARGED = ("segments", "calls", "charged")
WAYS: Mapping[str, Way] = {"segments": Way.TEXT, "calls": Way.CALL}
MOST_REASONS = 40


def sections(session: Session, asked: Asked) -> list[Section]:
    """By class, and why what did not arrive did not."""
    classes: defaultdict[MessageClass, Sent] = defaultdict(Sent)
    total, price = Sent(), prices(settings())
    sent = _of(session, asked).c
    begins = func.substr(sent.number, 1, PREFIX) if price.are_by_country else literal("")
    named = (
        select(
            sent.message_class, sent.state, sent.way, sent.reason, sent.error_code, sent.segments, sent.number,
            begins.label("begins"),
        )
        .subquery().c
    )  # fmt: skip
    sorts = (named.message_class, named.state, named.way, named.reason, named.error_code)
    query = select(*sorts, func.count(), func.sum(named.segments), func.min(named.number)).group_by(
        *sorts, named.begins
    )
    for message_class, state, way, reason, code, n, segments, example in session.execute(query):
        country = region_of(example) if price.are_by_country else ""
        cost = price.of(segments, 0, country) if way is Way.TEXT else price.of(0, n, country)
        for each in (classes[message_class], total):
            each.add(n, state=state, way=way, segments=segments, cost=cost, reason=reason, code=code)
    return [_reached(asked, total, classes, has_prices=price.are_known), _reasons(asked, total)]


def rows(session: Session, asked: Asked, given: Mapping[str, str], *, limit: int, after: int | None) -> list[Line]:
    """The messages behind a number that the reader may read, newest first."""
    of, sent = given.get("of", ""), _of(session, asked).c
    wanted: list[ColumnElement[bool]] = []
    if of in OF | MADE_OF:
        wanted.append(sent.state.in_(sorted((OF | MADE_OF)[of])))
    if of in CHARGED:
        wanted.append(sent.reason != REFUSED)
    if of in WAYS:
        wanted.append(sent.way == WAYS[of])
    if given.get("class", "") in set(MessageClass):
        wanted.append(sent.message_class == MessageClass(given["class"]))
    if given.get("state", "") in set(MessageState):
        wanted.append(sent.state == MessageState(given["state"]))
    for name, column in (("reason", sent.reason), ("code", sent.error_code)):
        if name in given:
            wanted.append(column == given[name])
    if after is not None:
        wanted.append(sent.id < after)
    found = session.execute(select(*sent).where(*wanted).order_by(sent.id.desc()).limit(limit)).all()
    mine = {trace.id for trace in readable(session, asked.me, (Trace(m.id, m.number, m.about) for m in found))}
    return [
        Line(
            one.id, "", url_for("console.message", id=one.id) if one.id in mine else "",
            masked(one.number) if one.id in mine else asked.say("calls.withheld"),
            say(f"class.{one.message_class.value}", asked.words), _became(asked, of, one.state, one.segments),
            one.planned_at,
        )
        for one in found
    ]  # fmt: skip


def _became(asked: Asked, of: str, state: MessageState, segments: int) -> str:
    """What became of a message; behind the number of segments, also how many it had."""
    words = say(f"sent.{state.value}", asked.words)
    return f"{words} · {asked.say('messages.row.segments', n=segments)}" if of == "segments" else words


def _of(session: Session, asked: Asked) -> Subquery:
    """What was planned in the period, also what has moved to the archive since: a month stays what it was.

    Of a project, what went to the numbers of its people and of our staff there.
    """
    return union_all(*(_planned(session, asked, table.c) for table in TABLES)).subquery()


def _planned(session: Session, asked: Asked, c: Any) -> Select[Any]:
    first, last = (id_about(session, c, at) for at in (asked.from_at - SLACK, asked.until_at + SLACK))
    clauses = [*asked.within(c.planned_at), c.id >= first, c.id <= last]
    if asked.project_id is not None:
        clauses.append(c.number.in_(numbers_of(asked.project_id)))
    return select(
        c.id, c.number, c.about, c.planned_at, c.message_class, c.state, c.way, c.reason, c.error_code, c.segments
    ).where(*clauses)


def _reached(asked: Asked, total: Sent, classes: Mapping[MessageClass, Sent], *, has_prices: bool) -> Section:
    title = (
        asked.say("messages.reached.title", n=total.all, percent="–" if total.reached is None else f"{total.reached}%")
        if total.all else asked.say("messages.none")
    )  # fmt: skip

    def of(name: str, one: Sent, **more: Any) -> list[Cell]:
        def n(which: str, value: int) -> Cell:
            return asked.count(KIND, which, value, **more)

        cells = [
            Cell(name), n("all", one.all), n("arrived", one.arrived), n("not_arrived", one.not_arrived),
            n("not_sent", one.not_sent), n("moving", one.moving),
            asked.made_of(KIND, "settled", one.reached, Unit.PERCENT, **more), n("segments", one.segments),
            n("calls", one.calls),
        ]  # fmt: skip
        is_charged = bool(one.segments or one.calls)
        cost = round(one.cost, 2)
        paid = asked.made_of(KIND, "charged", cost, Unit.MONEY, **more) if is_charged else Cell(cost, Unit.MONEY)
        return [*cells, paid] if has_prices else cells

    heads = ["all", *OF, "rate", "segments", "calls", *(["cost"] if has_prices else [])]
    there = [one for one in MessageClass if one in classes]
    names = [say(f"class.{one.value}", asked.words) for one in there]
    how = asked.say("messages.reached.how", days=settings().archive_kept_days)
    if asked.project_id is not None or project_of(asked.me) is not None:
        how += asked.say("messages.of_project")
    return Section(
        "reached", asked.say("messages.reached"), title, how, ["", *(asked.say(f"messages.{one}") for one in heads)],
        [
            of(asked.say("total"), total),
            *(of(name, classes[one], **{"class": one.value}) for name, one in zip(names, there, strict=True)),
        ],
        Chart("stack", names, {
            asked.say(f"messages.{which}"): [getattr(classes[one], which) for one in there] for which in OF
        }),
    )  # fmt: skip


def _reasons(asked: Asked, total: Sent) -> Section:
    ordered = total.reasons.most_common(MOST_REASONS)
    title = (
        asked.say("messages.reasons.title", n=total.not_arrived + total.not_sent,
                  why=_why(asked, *ordered[0][0]), most=ordered[0][1])
        if ordered else asked.say("messages.reasons.none")
    )  # fmt: skip
    return Section(
        "reasons", asked.say("messages.reasons"), title, asked.say("messages.reasons.how"),
        ["", *(asked.say(f"messages.{one}") for one in ("state", "n"))],
        [
            [
                Cell(_why(asked, state, reason, code)), Cell(say(f"sent.{state.value}", asked.words)),
                asked.count(KIND, "all", n, state=state.value, reason=reason, code=code),
            ]
            for (state, reason, code), n in ordered
        ],
    )  # fmt: skip


def _why(asked: Asked, state: MessageState, reason: str, code: str) -> str:
    """Why, in words: a code of the carrier's, a reason of ours, else what became of it."""
    if code:
        return code_words(code, asked.words)
    return say_or(f"why.{reason}", asked.words) or reason or say(f"sent.{state.value}", asked.words)
