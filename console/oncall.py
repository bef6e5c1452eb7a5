"""The page of who is on duty: now, next, and where nobody is; and the link to the calendar of one's own shifts."""

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup

from base.access import EVERYBODY_ON_STAFF, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.wiring import settings
from console.door import Answer, door, language
from console.drill_new import rehearsals
from console.drills import drills
from console.duty import duty
from console.handover import handover
from console.mirrors import mirrors
from console.mypages import my_pages
from console.reminders import asked
from console.rota_ahead import ahead, hours, unknown_years
from console.scope import LEADERS, projects_of
from console.staff import me
from console.sure import must_be_sure
from console.takeover import desks
from directory.models import PageOrder
from oncall import actions
from oncall.ladder import Post
from oncall.ladderbook import ladders_of
from oncall.ladderdraw import draw


@door.get("/oncall")
@guarded_by(*EVERYBODY_ON_STAFF)
def oncall() -> Answer:
    """By project: the posts now, the next change, the gaps of the coming week."""
    return _page()


@door.get("/oncall/ahead")
@guarded_by(*EVERYBODY_ON_STAFF)
def rota_ahead() -> Answer:
    """By project: the next ninety days, where nobody is, where two are, and who carries how much."""
    with reading() as session:
        found = ahead(session, projects_of(session, me()), at=now(), zone=settings().timezone, language=language())
        unknown = unknown_years(session, now(), settings().timezone)
    return render_template("oncall_ahead.html", ahead=found, at=now(), hours=hours, unknown_years=unknown)


@door.get("/oncall/handover")
@guarded_by(*EVERYBODY_ON_STAFF)
def hand_over() -> Answer:
    """The sheet for whoever comes on duty: what is open, owed, late, lasting and noted. It prints."""
    at = now()
    with reading() as session:
        sheet = handover(session, me(), at=at, language=language())
    return render_template("oncall_handover.html", sheet=sheet, at=at)


@door.post("/oncall/calendar")
@guarded_by(*EVERYBODY_ON_STAFF)
def make_calendar() -> Answer:
    """A new link to one's own shifts, shown this once; the one before it is dead."""
    with reading() as session:
        is_anew = actions.link_made_at(session, me().id) is not None
    if is_anew:
        must_be_sure()
    with transaction() as session:
        secret = actions.make_link(session, me().id, at=now())
    return _page(f"{settings().address}/shifts/{secret}.ics")


@door.post("/oncall/calendar/revoke")
@guarded_by(*EVERYBODY_ON_STAFF)
def revoke_calendar() -> Answer:
    """The link is dead; telephones that had it show nothing new."""
    must_be_sure()
    with transaction() as session:
        actions.revoke_link(session, me().id)
    flash("calendar.revoked")
    return redirect(url_for("console.oncall"), 303)


def _page(link: str = "") -> Answer:
    """The page; `link` is the address that was just made."""
    at = now()
    with reading() as session:
        projects = projects_of(session, me())
        found = duty(session, projects, at=at, language=language())
        rehearsed = drills(session, projects, language=language())
        forms = desks(session, projects, at=at)
        may_change = me().role in LEADERS
        mine = my_pages(session)
        mirrored = mirrors(session, me(), projects, at=at, language=language())
        begins = rehearsals(session, projects, at=at) if may_change else {}
        questions = asked(session, projects, me(), at=at)
        made_at = actions.link_made_at(session, me().id)
    return render_template(
        "oncall.html", duty=found, at=at, gaps=sum(len(project.gaps) for project in found), made_at=made_at, link=link,
        drills=rehearsed, begins=begins, mine=mine, mirrors=mirrored, orders=tuple(PageOrder), forms=forms,
        asked=questions, may_change=may_change, posts=tuple(Post),
        ladders=Markup(draw(ladders_of(settings().ladders_file, settings().clocks_file), language())),  # noqa: S704  our words, escaped
        subscribe=urlsplit(link)._replace(scheme="webcal").geturl() if link else "",
    )  # fmt: skip
