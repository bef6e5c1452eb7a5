"""What an operator looks at in the ledger: what waits, at which pace it goes, through whom, what the day has cost."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.accounts import FIRST, SECOND
from base.wiring import settings
from console import opsrules
from console.masks import masked
from console.opslook import Line, Looked, Section
from console.opsrules import Tone
from messages import pacing
from messages.ledger import due, paces, spending
from messages.lifecycle import MessageState
from messages.models import CarrierHealth, Pace

KINDS = ("emergency", "service", "care")
"""The classes that have a sender of their own in the settings."""


def messages(session: Session, look: Looked) -> Section:
    """What should have left, or been settled, by lane and class."""
    found = due.waiting(session, look.at)
    if not found:
        return Section("messages", (look.line("messages.none", Tone.OK, look.say("ops.empty")),))
    return Section("messages", tuple(_waiting(one, look) for one in found))


def senders(session: Session, look: Looked) -> Section:
    """Each pace: how much may go a second, and whether something holds it up."""
    known = {row.sender: row.next_at for row in session.scalars(select(Pace))}
    terms = paces.terms(settings())
    named = [(_of_kinds(sender, look), sender) for sender in terms.rates]
    named.append((look.say("ops.pace.calls"), pacing.CALLS))
    if terms.second is not None:
        named.append((look.say("ops.pace.second", number=masked(terms.second.sender)), terms.second.sender))
        named.append((look.say("ops.pace.second_calls"), pacing.SECOND_CALLS))

    def lines() -> Iterator[Line]:
        for n, (what, name) in enumerate(named):
            rate, held_until = terms.rate(name), known.get(name + pacing.HELD)
            unit = "ops.rate.calls" if name in {pacing.CALLS, pacing.SECOND_CALLS} else "ops.rate"
            said = look.say(unit, n=f"{rate:g}") if rate else look.say("ops.rate.none")
            is_held = held_until is not None and held_until > look.at
            if is_held:
                said = f"{said}{look.say('ops.rate.held', at=look.moment(held_until))}"
            yield look.line(f"pace.{n}", Tone.WARN if is_held else Tone.OK, said, what=what, words="pace")

    return Section("senders", tuple(lines()))


def carriers(session: Session, look: Looked) -> Section:
    """Each carrier: whether it takes what we give it, or is left alone."""
    health = {row.carrier: row for row in session.scalars(select(CarrierHealth))}

    def line(name: str) -> Line:
        row = health.get(name)
        failures, opened_at = (row.failures, row.opened_at) if row else (0, None)
        if opened_at is not None:
            said = look.say("ops.carrier.open", at=look.moment(opened_at), n=failures)
        else:
            said = look.say("ops.carrier.failing", n=failures) if failures else look.say("ops.carrier.well")
        return look.line(f"carrier.{name}", opsrules.of_carrier(failures, is_left_alone=opened_at is not None), said)

    names = (FIRST, SECOND) if settings().second_account else (FIRST,)
    return Section("carriers", tuple(map(line, names)))


def cost(session: Session, look: Looked) -> Section:
    """What the day has cost against what it may."""
    terms = paces.terms(settings())
    cap = terms.prices.cap
    if not cap:
        return Section("cost", (look.line("cost", Tone.TOLD, look.say("ops.cost.no_cap")),))
    spent = spending.spent(session, terms, at=look.at)
    said = look.say("ops.cost.spent", cost=f"{spent.cost:.2f}", cap=f"{cap:.2f}")
    if spent.held_at is not None:
        said = f"{said}{look.say('ops.cost.held', at=look.moment(spent.held_at))}"
    return Section("cost", (look.line("cost", Tone.WARN if spent.held_at else Tone.OK, said),))


def _waiting(one: due.Waiting, look: Looked) -> Line:
    is_settled = one.state is MessageState.PLANNED
    tone = opsrules.of_messages(one.lane.value, look.at - one.oldest_at, is_settled=is_settled)
    count = look.say("ops.waits.one" if one.count == 1 else "ops.waits", n=one.count)
    lane = look.say(f"ops.lane.{one.lane.value}")
    unsettled = "" if is_settled else look.say("ops.unsettled")
    return look.line(
        f"messages.{one.lane.value}.{one.message_class.value}.{one.state.value}", tone,
        f"{count}{look.say('ops.oldest', at=look.moment(one.oldest_at))}{unsettled}",
        what=f"{lane} · {look.say(f'class.{one.message_class.value}')}",
        words="messages" if is_settled else "messages.unknown",
    )  # fmt: skip


def _of_kinds(sender: str, look: Looked) -> str:
    kinds = [look.say(f"class.{kind}") for kind in KINDS if settings().sender(kind) == sender]
    return f"{look.say('ops.join').join(kinds)} · {masked(sender)}"
