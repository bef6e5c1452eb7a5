"""The pages of people: found by name, number or room; one person with everything we have with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from console.care import care_of
from console.door import Answer, door, language
from console.finding import people_like
from console.lifeline import lifeline
from console.masks import masked
from console.resident import Place, Resident, about, number_of, places_today, read_resident
from console.scope import DESK, MAY_FORGET, READERS
from console.staff import Me, me
from console.walls import person_for
from console.words import say
from directory.actions import record_choice, record_consent
from directory.audit import LONGEST, write_down
from directory.auditmodels import AuditWhat
from directory.consent import REFUSABLE, Choice, choosable
from directory.models import Person
from telephony.numbers import at_home
from tickets.lifecycle import Channel

SAID_BY = (Channel.CALL, Channel.DESK, Channel.WALK_IN, Channel.PAPER, Channel.GROUP, Channel.EMAIL)
"""The ways in which somebody tells a person of ours what they want; a text is written down by itself."""
EVERY = "all"


@dataclass(frozen=True, slots=True)
class Found:
    """One person as a line of the search."""

    id: int
    name: str
    salutation: str
    places: tuple[Place, ...]
    numbers: tuple[str, ...]
    needs_check: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed on a person's page and refused: `faults` by field, `values` as they were."""

    form: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()


@door.get("/people")
@guarded_by(*READERS)
def people() -> Answer:
    """A field to ask in: nobody's owners are listed without a question."""
    return render_template("people.html", asked="", found=None)


@door.post("/people")
@guarded_by(*READERS)
def find_people() -> Answer:
    """By name, by number or its last four digits, or by room."""
    asked = request.form.get("q", "").strip()[:60]
    if not asked:
        return redirect(url_for("console.people"), 303)
    who, words = me(), language()
    with reading() as session:
        found = found_people(session, people_like(session, who, asked), who, words)
    return render_template("people.html", asked=asked, found=found, here=url_for("console.people"))


@door.get("/people/<id:id>")
@guarded_by(*READERS)
def person(id: int) -> Answer:
    """One person."""
    return _show(id)


@door.post("/people/<id:id>/reveal")
@guarded_by(*READERS)
def reveal_numbers(id: int) -> Answer:
    """Their whole numbers once, for a reason that is kept with who asked."""
    reason = request.form.get("text", "").strip()[:LONGEST]
    if not reason:
        return _show(id, Kept("reveal", {"text": say("fault.reason", language())})), 422
    with transaction() as session:
        who = person_for(session, me(), id)
        write_down(session, staff_id=me().id, what=AuditWhat.REVEAL, about=about(who), reason=reason, at=now())
        numbers = tuple(at_home(n.number) + (f" #{n.extension}" if n.extension else "") for n in who.numbers)
    return _show(id, Kept(numbers=numbers))


@door.post("/people/<id:id>/wishes")
@guarded_by(*DESK)
def record_wish(id: int) -> Answer:
    """What they want or no longer want, how they said it and in which words; who wrote it down is kept."""
    form = {name: request.form.get(name, "").strip() for name in ("number", "class", "wish", "channel", "words")}
    words, at = language(), now()
    with transaction() as session:
        who = person_for(session, me(), id)
        number = number_of(who, form["number"])
        faults = _faults(form, choosable(number.number) if number is not None else REFUSABLE, words)
        if number is None:
            faults["number"] = say("fault.wish.number", words)
        if not faults and number is not None:
            _write_wish(session, number.number, form, at)
            write_down(session, staff_id=me().id, what=AuditWhat.CONSENT, about=about(who), reason=form["words"], at=at)
    if faults:
        return _show(id, Kept("wish", faults, form)), 422
    flash("done.wish")
    return redirect(url_for("console.person", id=id), 303)


def _show(id: int, kept: Kept | None = None) -> str:
    who, words, at = me(), language(), now()
    with reading() as session:
        found = person_for(session, who, id)
        seen, care = read_resident(session, found, who, at=at, language=words), care_of(found, at=at)
        before = request.args.get("before", "")
        line = lifeline(session, found, who, before=before, language=words)
    return render_template(
        "person.html",
        one=seen,
        care=care,
        line=line,
        is_older=bool(before),
        at=at,
        kept=kept or Kept(),
        options=_options(seen, words),
        may_record=who.role in DESK,
        may_forget=who.role in MAY_FORGET,
    )


def _options(seen: Resident, words: str) -> dict[str, list[tuple[object, str]]]:
    """What the dialog of a wish offers, field by field, with its words."""
    classes = dict.fromkeys((EVERY, *REFUSABLE, *(wish.message_class for wish in seen.wishes)))
    return {
        "class": [(one, say(f"class.{one}", words)) for one in classes],
        "number": [(number.id, number.number) for number in seen.numbers],
        "channel": [(one.value, say(f"said_by.{one.value}", words)) for one in SAID_BY],
    }


def found_people(session: Session, people: Sequence[Person], who: Me, words: str) -> list[Found]:
    """People as lines of a search, with the homes of today that `who` may see."""
    places = places_today(session, [person.id for person in people], who, words)
    return [
        Found(
            person.id, person.name, person.salutation, places.get(person.id, ()),
            tuple(masked(number.number) for number in person.numbers),
            any(number.needs_check for number in person.numbers),
        )
        for person in people
    ]  # fmt: skip


def _faults(form: dict[str, str], classes: Sequence[str], words: str) -> dict[str, str]:
    right = {
        "class": form["class"] in {*classes, EVERY},
        "wish": form["wish"] in set(Choice),
        "channel": form["channel"] in set(SAID_BY),
        "words": bool(form["words"]),
    }
    return {name: say(f"fault.wish.{name}", words) for name, is_right in right.items() if not is_right}


def _write_wish(session: Session, number: str, form: dict[str, str], at: datetime) -> None:
    wish, said = Choice(form["wish"]), form["words"][:LONGEST]
    if form["class"] == EVERY:
        record_choice(session, number, wish, at=at, channel=form["channel"], words=said, staff_id=me().id)
        return
    granted = wish is Choice.OPT_IN
    record_consent(
        session, number, form["class"], granted=granted, at=at, channel=form["channel"], words=said, staff_id=me().id
    )
