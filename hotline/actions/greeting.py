"""Who calls, where, and how they are greeted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from base.rows import write_new
from base.wiring import settings
from directory import actions as directory
from directory.actions import Caller
from directory.models import EMPTY, Contact, ContactRole, Project
from hotline import prompts
from hotline.actions import editions
from hotline.actions.turn import Next, Turn, tongue
from hotline.intake import Intake
from hotline.models import Call
from telephony.numbers import NumberKind, ReadNumber, Shown, read_number, shown
from telephony.speech import Say

_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
OWNERS = frozenset({ContactRole.OWNER, ContactRole.CO_OWNER, ContactRole.KEEPER})
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Line:
    """The two numbers of a call, cleaned: `caller` is None when withheld, absurd, or nobody can be rung back there."""

    caller: str | None
    called: str
    shown: Shown = Shown.NUMBER


def line_of(raw_from: str, raw_to: str) -> Line:
    """What `From` and `To` of a webhook mean. Never raises; a sentinel or nonsense is nobody's number."""
    called = _clean(raw_to) or settings().hotline
    kind = shown(raw_from)
    clean = None if kind is Shown.WITHHELD else _clean(raw_from)
    # our own number as the caller is for the door to turn away, also where it is a 400 number
    caller = clean if kind is Shown.NUMBER or clean == called else None
    return Line(caller, called, Shown.WITHHELD if caller is None and kind is Shown.NUMBER else kind)


def arriving(session: Session, sid: str, line: Line, *, at: datetime) -> Call:
    """A call that just arrived, with what its two numbers say; it is not written yet, and may be known already."""
    caller = directory.who_calls(session, line.caller, line.called)
    project = caller.dialled or _only_project(session, caller)
    call = Call(sid=sid, from_number=line.caller, to_number=line.called, began_at=at, steps=0, language="zh")
    intake = _recognised(call, caller, project).having(shown=line.shown.value if line.caller is None else "")
    call.intake = intake.to_json()
    return call


def new_call(session: Session, sid: str, line: Line, *, at: datetime) -> None:
    """Write down a call that nobody answered, unless it is known already."""
    call = arriving(session, sid, line, at=at)
    call.menu_key = editions.key_now(session)
    write_new(session, call, once="sid")


def greet(turn: Turn) -> Next:
    """The first words of a call, and where it begins."""
    if turn.call.staff_id:
        turn.say("staff.hello")
        return "@staff"
    turn.say("main.hello", salutation=spoken_salutation(turn) or turn.words("main.everybody"))
    other = tongue("zh" if turn.language == "en" else "en")
    said = turn.book.words("main.other_language").piece(other)
    turn.says.append(Say(said.words, language=other, played=prompts.address(said.recorded)))
    turn.say("main.may_be_recorded")
    return top(turn)


def top(turn: Turn) -> str:
    """The question at the top: which estate, if nobody knows; else the menu of here and now."""
    if turn.call.project_id is None and not turn.intake.homes and directory.projects(turn.session):
        return "projects.choose"
    project = turn.session.get(Project, turn.call.project_id) if turn.call.project_id else None
    now = local(turn.at, settings().timezone).time()
    return turn.book.first(project.name if project else "", now, is_day=turn.is_day)


def to_the_top(turn: Turn) -> Next:
    """Back to the first menu, as an ordinary caller."""
    return top(turn)


def change_language(turn: Turn) -> Next:
    """The other language from here on."""
    turn.call.language = "zh" if turn.language == "en" else "en"
    turn.say("main.hello_again")
    return top(turn)


def project_chosen(turn: Turn) -> Next:
    """The estate an unknown caller chose."""
    project = turn.session.get(Project, turn.picked)
    turn.call.project = project
    turn.call.project_id = turn.picked
    return "@report" if turn.intake.purpose else top(turn)


def top_values(turn: Turn) -> Mapping[str, object]:
    """What only those hear whose home stands empty."""
    return {"empty": turn.words("empty.offer") if turn.intake.has_empty_home else ""}


def enquiry(turn: Turn) -> Next:
    """An enquiry; everybody is asked whether it is about an empty home, whoever is known to have one before others."""
    return "empty.which" if turn.intake.has_empty_home else "enquiry.which"


def projects_listed(turn: Turn) -> list[tuple[int, str]]:
    """All estates, as they are offered."""
    english = turn.language == "en"
    return [(p.id, (p.name_en or p.name) if english else p.name) for p in directory.projects(turn.session)]


def spoken_salutation(turn: Turn) -> str:
    """How the caller chose to be called, where this voice can say it; empty where they chose nothing."""
    chosen = turn.intake.salutation
    return "" if turn.language == "en" and _HAN.search(chosen) else chosen


def _recognised(call: Call, caller: Caller, project: Project | None) -> Intake:
    """Put on the call who it is. Of a number that several share, or a landline, nobody's name is used."""
    call.project, call.project_id = project, project.id if project else None
    if caller.staff is not None:
        call.staff_id, call.language = caller.staff.id, caller.staff.language.value
        if project is None and caller.staff.project is not None:
            call.project, call.project_id = caller.staff.project, caller.staff.project_id
    # the called number decides the estate: a caller's home in another one is not meant here
    homes = [h for h in caller.homes if project is None or h.building.project_id == project.id]
    is_shared = len(caller.people) > 1 or (bool(caller.people) and not is_mobile(call.from_number))
    if len(homes) == 1:
        call.home_id, call.home = homes[0].id, homes[0]
        call.project, call.project_id = homes[0].building.project, homes[0].building.project_id
    salutation = ""
    if len(caller.people) == 1:
        person = caller.people[0]
        if not is_shared:
            call.person_id, salutation = person.id, person.salutation
        if caller.staff is None:
            call.language = person.language.value
    return Intake(
        salutation=salutation,
        is_shared=is_shared,
        is_withheld=call.from_number is None,
        is_known=not caller.is_unknown,
        is_demo=caller.is_demo,
        is_past_projects=caller.is_past_projects,
        has_empty_home=not is_shared
        and any(_owns_empty(contact) for contact in caller.contacts if contact.home in homes),
        needs_care=caller.staff is None and any(person.special_care for person in caller.people),
        homes=tuple(h.id for h in homes),
        home_place=directory.place_of(homes[0]) if len(homes) == 1 else "",
    )


def _owns_empty(contact: Contact) -> bool:
    """Whether somebody looks after a home in which nobody lives, as its owner or its keeper."""
    return contact.home.occupancy in EMPTY and contact.role in OWNERS


def _only_project(session: Session, caller: Caller) -> Project | None:
    """On the company's number: the estate of all the caller's homes, or the only one there is."""
    own = {home.building.project_id: home.building.project for home in caller.homes}
    if len(own) == 1:
        return next(iter(own.values()))
    if own:
        return None
    every = session.scalars(select(Project).order_by(Project.id).limit(2)).all()
    return every[0] if len(every) == 1 else None


def _clean(raw: str) -> str | None:
    text = raw.strip()
    if _E164.fullmatch(text):
        return text
    read = read_number(text, region=settings().default_region)
    return read.number if isinstance(read, ReadNumber) and not read.extension else None


def is_mobile(number: str | None) -> bool:
    """Whether this is somebody's pocket; of a landline nobody knows who stands beside it."""
    read = read_number(number or "")
    return isinstance(read, ReadNumber) and read.kind == NumberKind.MOBILE
