"""Opening a ticket by hand: at the counter, from a note, a group chat, an email, a call taken elsewhere."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.ids import as_id
from console import acts
from console.callers import call_for
from console.door import Answer, door, language
from console.facts import project_name
from console.masks import masked
from console.newticket import CATEGORIES, CHANNELS, Filled, read_form, typed
from console.resident import homes_of
from console.scope import READERS, WORKERS, projects_of
from console.staff import me
from console.walls import person_for
from console.words import say
from directory.actions import place_of
from directory.actions.places import homes_like
from directory.models import Home
from tickets.lifecycle import GRAVITY, Channel, Kind, Level


@door.get("/tickets/new")
@guarded_by(*WORKERS)
def new_ticket() -> Answer:
    """The empty form; `person` in the address is somebody already found, `call` is one that goes on."""
    asked, call = request.args.get("person", ""), request.args.get("call", type=as_id)
    who = asked if me().role in READERS else ""
    begun = {"channel": Channel.CALL, "call": str(call)} if call else {"channel": CHANNELS[0]}
    return _form(typed({**begun, "kind": Kind.REPAIR, "person": who, "once": uuid4().hex}))


@door.post("/tickets")
@guarded_by(*WORKERS)
def open_by_hand() -> Answer:
    """Open it and go there. What cannot be used is said beside its field; nothing typed is lost, twice opens once."""
    form, who, words = typed(request.form), me(), language()
    with transaction() as session:
        filled = read_form(session, who, form, words)
        if filled.draft is not None:
            once_key = f"desk/{who.id}/{form['once'] or uuid4().hex}"
            ref = acts.open_ticket(session, filled.draft, who.id, at=now(), once_key=once_key).ref
    if filled.draft is None:
        return _form(form, filled), 422
    flash("done.open")
    return redirect(url_for("console.ticket", ref=ref), 303)


@door.post("/tickets/new/homes")
@guarded_by(*WORKERS)
def homes() -> Answer:
    """The homes that what is typed so far may mean."""
    form, who = typed(request.form), me()
    with reading() as session:
        theirs = projects_of(session, who)
        project = theirs[0] if len(theirs) == 1 else next((p for p in theirs if str(p.id) == form["project"]), None)
        found = homes_like(session, project.id, form["place"]) if project else ()
        named = _named(found)
    return render_template("_homes.html", homes=named, form=form)


def _form(form: Mapping[str, str], filled: Filled | None = None) -> str:
    who, words = me(), language()
    with reading() as session:
        projects = [(project.id, project_name(project, words)) for project in projects_of(session, who)]
        person = person_for(session, who, as_id(form["person"])) if form["person"].isdecimal() else None
        theirs = [tie for tie in homes_of(session, person, who) if tie.ended_at is None] if person else []
        named = _named(filled.homes if filled else [tie.home for tie in theirs])
        name = person.name if person else ""
        call = call_for(session, who, as_id(form["call"])) if form["call"].isdecimal() else None
        shown = call.from_number if call else person.numbers[0].number if person and person.numbers else None
        known_project = theirs[0].home.building.project_id if theirs else call.project_id if call else None
        if known_project and not form["project"]:
            form = {**form, "project": str(known_project)}
    return render_template(
        "new.html", form=form, faults=filled.faults if filled else {}, homes=named, projects=projects, name=name,
        number=masked(shown), channels=CHANNELS, here=url_for("console.new_ticket"), **_options(words),
    )  # fmt: skip


def _options(words: str) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen; a category says how urgent it makes the matter."""
    english = words == "en"
    return {
        "kind_options": [(one.value, say(f"kind.{one.value}", words)) for one in Kind],
        "category_options": [
            (
                one.code,
                say("new.category.of", words, what=one.en if english else one.zh, level=_level(one.level, words)),
            )
            for one in CATEGORIES
        ],
        "level_options": [(one.value, _level(one, words)) for one in GRAVITY],
    }


def _level(level: Level, words: str) -> str:
    return say(f"level.{level.value}.long", words)


def _named(homes: Sequence[Home]) -> list[tuple[int, str]]:
    return [(home.id, place_of(home, language())) for home in homes]
