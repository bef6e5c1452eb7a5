"""A matter written down by hand: what the form says, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.ids import as_id
from base.wiring import settings
from console.callers import call_for
from console.parts import lang_of
from console.scope import projects_of
from console.staff import Me
from console.walls import known_people, person_for
from console.words import say
from directory.actions import place_of, who_calls
from directory.actions.places import homes_like
from directory.models import Building, Home, Person, Project
from directory.places import spelt
from telephony.numbers import ReadNumber, read_number
from tickets import triage
from tickets.actions import TicketDraft
from tickets.lifecycle import Channel, Kind, Level

CHANNELS = (Channel.DESK, Channel.WALK_IN, Channel.CALL, Channel.PAPER, Channel.GROUP, Channel.EMAIL)
BY_CALL_ONLY = frozenset({"emergency", "person", "missed_call", "text"}) | triage.QUIET_LINES
"""Categories that say how somebody came to us, and nothing of what it is about."""
CATEGORIES = tuple(one for one in triage.CATEGORIES.values() if one.code not in BY_CALL_ONLY)
FIELDS = (
    "channel",
    "kind",
    "category",
    "level",
    "project",
    "place",
    "home",
    "number",
    "person",
    "call",
    "words",
    "once",
)
LONGEST = {"words": 2000, "place": 120}
"""Characters; of every other field 60."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of a form: a draft, or the faults by field and the homes that the place may mean."""

    draft: TicketDraft | None = None
    faults: dict[str, str] = field(default_factory=dict)
    homes: Sequence[Home] = ()


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Every field as it was typed, no longer than it may be."""
    return {name: form.get(name, "").strip()[: LONGEST.get(name, 60)] for name in FIELDS}


def read_form(session: Session, me: Me, form: Mapping[str, str], language: str) -> Filled:
    """The draft of a ticket, or what to mend beside which field. Raises `NotFound` for a person or call not theirs."""
    faults: dict[str, str] = {}
    chosen = _chosen(form, faults, language)
    project = _project(session, me, form["project"])
    if project is None:
        faults["project"] = say("fault.new.project", language)
    person = person_for(session, me, as_id(form["person"])) if form["person"].isdecimal() else None
    home, homes = _home(session, project, form, faults, language)
    # the number of who is on the line stands in no address and on no page
    calls = call_for(session, me, as_id(form["call"])).from_number if form["call"].isdecimal() else None
    number, caller = _caller(session, me, project, person, form["number"] or calls or "", faults, language)
    if faults:
        return Filled(faults=faults, homes=homes)
    draft = TicketDraft(
        **chosen, project_id=project.id if project else None, home_id=home.id if home else None,
        person_id=caller.id if caller else None, place=place_of(home) if home else form["place"],
        caller_number=number, summary=form["words"],
        language=caller.language.value if caller else "en" if lang_of(form["words"]) == "en" else "zh",
    )  # fmt: skip
    return Filled(draft)


def _chosen(form: Mapping[str, str], faults: dict[str, str], language: str) -> dict[str, Any]:
    channel, kind, category, level = (form[name] for name in ("channel", "kind", "category", "level"))
    wrong = {
        "channel": channel not in CHANNELS,
        "kind": kind not in set(Kind),
        "category": category not in {"", *(one.code for one in CATEGORIES)},
        "level": level not in {"", *Level},
        "words": not form["words"],
    }
    faults |= {name: say(f"fault.new.{name}", language) for name, is_wrong in wrong.items() if is_wrong}
    if faults:
        return {}
    if kind == Kind.EMERGENCY and not level and not triage.wakes(triage.level_of(Kind(kind), category)):
        faults["category"] = say("fault.new.emergency", language)
    return {
        "channel": Channel(channel), "kind": Kind(kind), "category": category, "level": Level(level) if level else None,
    }  # fmt: skip


def _project(session: Session, me: Me, given: str) -> Project | None:
    theirs = projects_of(session, me)
    if not given and len(theirs) == 1:
        return theirs[0]
    return next((project for project in theirs if str(project.id) == given), None)


def _home(
    session: Session, project: Project | None, form: Mapping[str, str], faults: dict[str, str], language: str
) -> tuple[Home | None, Sequence[Home]]:
    """The home that was chosen, or the only one the place can mean; a place that is no home stays in its words."""
    if project is None:
        return None, ()
    if form["home"].isdecimal() and (home := session.get(Home, as_id(form["home"]))) is not None:
        building = session.get_one(Building, home.building_id)
        if building.project_id == project.id:
            return home, ()
    homes = homes_like(session, project.id, form["place"])
    if len(homes) == 1:
        return homes[0], ()
    if homes:
        faults["place"] = say("fault.new.place.many", language)
    elif len(spelt(form["place"])) > 1 and form["place"][-1:].isdigit():
        faults["place"] = say("fault.new.place.none", language, place=form["place"])
    return None, homes


def _caller(
    session: Session,
    me: Me,
    project: Project | None,
    person: Person | None,
    given: str,
    faults: dict[str, str],
    language: str,
) -> tuple[str | None, Person | None]:
    """The number, and whose it is where that is certain and no other project's matter.

    Somebody chosen is reached at their main number.
    """
    if not given:
        main = next((n.number for n in person.numbers if not n.extension), None) if person else None
        return main, person
    area_code = project.area_code if project else ""
    read = read_number(given, region=settings().default_region, area_code=area_code)
    if not isinstance(read, ReadNumber):
        faults["number"] = read.why_en if language == "en" else read.why_zh
        return None, person
    known = who_calls(session, read.number).people
    if person is not None or len(known) != 1:
        return read.number, person
    is_ours = session.scalar(select(Person.id).where(Person.id == known[0].id, known_people(me)))
    return read.number, known[0] if is_ours else None
