"""The page of who takes which calls: what each member of staff is good at, ticked by those who lead them."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound
from console.door import Answer, door, language
from console.facts import project_name
from console.scope import LEADERS
from console.staff import Me, me
from console.words import say
from directory.models import Staff
from oncall.actions.skills import set_skills
from oncall.skills import DEPARTMENTS, ENGLISH, SKILLS
from tickets.triage import category_words


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whose telephone may be rung, with what is ticked for them; `more` are categories that they know."""

    id: int
    name: str
    role: str
    project: str
    ticked: frozenset[str]
    more: tuple[str, ...]


@door.get("/oncall/skills")
@guarded_by(*LEADERS)
def skills() -> Answer:
    """Everybody whom one leads, and what they are good at."""
    words = language()
    with reading() as session:
        led = select(Staff).where(_led_by(me())).order_by(Staff.id)
        found = [_colleague(one, words) for one in session.scalars(led)]
    offered = [(one, say(f"department.{one}", words)) for one in DEPARTMENTS]
    offered.append((ENGLISH, say("skills.english", words)))
    categories = sorted(SKILLS - {ENGLISH, *DEPARTMENTS})
    return render_template(
        "oncall_skills.html", staff=found, offered=offered,
        categories=[(one, category_words(one, words)) for one in categories],
    )  # fmt: skip


@door.post("/oncall/skills/<id:id>")
@guarded_by(*LEADERS)
def set_staff_skills(id: int) -> Answer:
    """What is ticked now is what they are good at, and nothing else."""
    with transaction() as session:
        set_skills(session, _for(session, me(), id), request.form.getlist("skill"), by_id=me().id, at=now())
    flash("skills.done")
    return redirect(url_for("console.skills") + f"#s-{id}", 303)


def _led_by(who: Me) -> ColumnElement[bool]:
    """Those who work here, of one's own project; whoever serves all of them leads everybody."""
    is_theirs = true() if who.project_id is None else Staff.project_id == who.project_id
    return is_theirs & Staff.is_active & (Staff.number != "")


def _for(session: Session, who: Me, id: int) -> Staff:
    """The colleague, if `who` leads them. Raises `NotFound` otherwise."""
    found = session.scalar(select(Staff).where(Staff.id == id, _led_by(who)))
    if found is None:
        raise NotFound("没有这位员工，或者不归您管。There is no such member of staff, or they are not of your project.")
    return found


def _colleague(one: Staff, words: str) -> Colleague:
    known = [category_words(skill, words) for skill in one.skills if skill not in {ENGLISH, *DEPARTMENTS}]
    where = project_name(one.project, words) if one.project else ""
    return Colleague(one.id, one.name, one.role.value, where, frozenset(one.skills), tuple(known))
