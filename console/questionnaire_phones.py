"""On which telephone a questionnaire is tried: one's own or, with the sandbox as carrier, one of an invented person."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from base.errors import BadInput
from base.wiring import settings
from console.facts import project_name
from console.scope import project_of
from console.staff import Me
from console.walls import known_people
from console.words import say
from directory.models import Person, Staff
from telephony.numbers import NumberKind

MOST_PEOPLE = 24
OWN = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone of the sandbox: `whose` as a form says it (`person:12`), and its owner in words."""

    whose: str
    words: str
    number: str


def phones(session: Session, who: Me, words: str) -> list[Phone]:
    """The sandbox's telephones that `who` may pick, colleagues first; none with any other carrier."""
    if not settings().is_development:
        return []
    staff = select(Staff).where(Staff.is_demo, Staff.is_active, Staff.id != who.id).order_by(Staff.id)
    if (project_id := project_of(who)) is not None:
        staff = staff.where(Staff.project_id == project_id)
    people = (
        select(Person).where(Person.is_demo, known_people(who)).options(selectinload(Person.numbers))
        .order_by(Person.id).limit(MOST_PEOPLE)
    )  # fmt: skip
    return [
        *(Phone(f"staff:{one.id}", _of_staff(one, words), one.number) for one in session.scalars(staff)),
        *(
            Phone(f"person:{one.id}", f"{one.name} · {say('qn.phone.owner', words)}", mobile)
            for one in session.scalars(people) if (mobile := _mobile(one))
        ),
    ]  # fmt: skip


def picked(session: Session, who: Me, whose: str) -> str:
    """The number of the telephone that a form names; empty for one's own. Raises `BadInput` for any other."""
    if whose == OWN:
        return ""
    found = next((one.number for one in phones(session, who, "zh") if one.whose == whose), "")
    if not found:
        raise BadInput("没有这部沙盘电话，请重新选。There is no such telephone of the sandbox; please choose another.")
    return found


def _of_staff(one: Staff, words: str) -> str:
    where = project_name(one.project, words) if one.project else ""
    return " · ".join(part for part in (one.name, say(f"role.{one.role.value}", words), where) if part)


def _mobile(person: Person) -> str:
    return next((one.number for one in person.numbers if one.kind is NumberKind.MOBILE), "")
