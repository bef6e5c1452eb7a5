"""What is due, looked for again and again: the work of `worker.py clock`, which only enqueues."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import console.hooks.delivering
import console.hooks.gathering
import console.roster.hinting
import messages.ledger
import messages.ledger.plan
import messages.ledger.settle
import messages.ledger.silence
import oncall.actions
import oncall.jobs
import outreach.actions.askingon
import outreach.actions.birthdays
import outreach.actions.blocks
import outreach.actions.callbacks
import outreach.actions.entering
import outreach.actions.laddering
import outreach.actions.planning
import outreach.actions.spotasking
import tickets.actions
import tickets.actions.incidents
from base.clock import local, now, ticks_s
from base.database import reading, refresh_statistics, transaction
from base.pulse import CARRIER, beat, begin
from base.queue import Lane, hints
from base.trail import about
from base.wiring import settings
from oncall.actions.vendors import vendor_calls_to_follow

log = structlog.get_logger(__name__)

GAP = timedelta(seconds=60)
"""A silence of the clock longer than this may have cost us calls: the carrier is asked what came in meanwhile."""
COMPARED = timedelta(minutes=5)
"""How long the carrier is not asked when nothing seems to have gone wrong."""
SMALL_HOURS = range(2, 5)
"""When what is too old is put away: fewest call, and greetings are not sent."""
FEW_WAITING = 12
"""A lane with this many hints waiting needs no more of them."""


def hint_what_is_due() -> None:
    """One look at the database, each question at an index; a hint for whatever has something to do now."""
    at = now()
    with reading() as session:
        wanted = [(lane, "messages.jobs.work_lane", lane.value) for lane in messages.ledger.due_lanes(session, at=at)]
        if tickets.actions.pages_due(session, at=at, limit=1):
            wanted.insert(0, (Lane.URGENT, "oncall.jobs.climb_due", ""))
        elif oncall.actions.pages_to_follow(session, at=at) or vendor_calls_to_follow(session):
            wanted.append((Lane.URGENT, "oncall.jobs.close_calls", ""))
        if messages.ledger.plan.overtaken_calls(session, at=at):
            wanted.append((Lane.URGENT, "messages.jobs.stop_overtaken", ""))
        if messages.ledger.settle.is_due(session, at=at):
            # the carrier may be slow to show its lists: a page must not wait behind that
            wanted.append((Lane.NORMAL, "messages.jobs.settle_unknown", ""))
        if outreach.actions.callbacks.is_due(session, at=at):
            wanted.append((Lane.NORMAL, "outreach.jobs.callbacks.follow_due", ""))
        if messages.ledger.silence.is_due(session, at=at):
            wanted.append((Lane.NORMAL, "messages.jobs.ask_for_receipts", ""))
        if tickets.actions.incidents.alarms_due(session, at=at) or tickets.actions.overdue_hops(session, at=at):
            wanted.append((Lane.URGENT, "oncall.jobs.alarm_due", ""))
        if tickets.actions.complaints_to_put(session, at=at, limit=1):
            wanted.append((Lane.NORMAL, "oncall.jobs.put_complaints", ""))
        if tickets.actions.groups_due(session, at=at):
            wanted.append((Lane.URGENT, "oncall.jobs.mind_groups", ""))
        wanted += [(Lane.NORMAL, job, "") for job in _outreach_due(session, at)]
    for lane, job, word in wanted:
        _hint(lane, job, *([word] if word else []))


def _outreach_due(session: Session, at: datetime) -> list[str]:
    """What owners wait for. In the normal lane: it may read a whole audience, and a page must not wait behind that."""
    looked = (
        (outreach.actions.entering.due(session, at=at), "outreach.jobs.entries.look_due"),
        (outreach.actions.laddering.due(session, at=at), "outreach.jobs.laddering.climb_due"),
        (outreach.actions.askingon.due(session, at=at, limit=1), "outreach.jobs.waves.look_due"),
        (outreach.actions.spotasking.is_due(session, at=at), "outreach.jobs.callbacks.check_all_clears"),
        (outreach.actions.planning.to_be_planned(session, at=at), "outreach.jobs.planning.plan_unfinished"),
    )
    return [job for is_due, job in looked if is_due]


def _hint(lane: Lane, job: str, *ids: str) -> None:
    waiting = hints().waiting(lane)
    if waiting is not None and waiting <= FEW_WAITING:
        hints().push(lane, job, *ids, once=True)


def show_life() -> None:
    """Beat; after a gap, and now and then, have the carrier asked what came in: our web process may have been away.

    A lost hint or a failed job loses nothing: only a finished comparison moves the carrier's row on.
    """
    at = now()
    with transaction() as session:
        last_at = beat(session, "clock", at=at)
        compared_at = begin(session, CARRIER, at=last_at or at)
    if last_at is not None and at - last_at > GAP:
        log.warning("gap", since=last_at.isoformat())
        # at once, however many hints wait: the web process may have gone on hinting
        hints().push(Lane.NORMAL, "hotline.jobs.fill_gap")
    elif at - compared_at >= COMPARED:
        _hint(Lane.NORMAL, "hotline.jobs.fill_gap")


def sweep_greetings() -> None:
    """Have what stands in the way of greetings looked at, while any are about to go: none leaves without.

    At once, however many hints wait, and in their own lane: nothing else holds it up there.
    """
    with reading() as session:
        is_due = outreach.actions.blocks.is_due(session, at=now())
    if is_due:
        hints().push(Lane.BULK, "outreach.jobs.blocks.sweep")


def wish_birthdays() -> None:
    """Have whoever's birthday it is wished, while that is switched on; at once too."""
    with reading() as session:
        is_on = outreach.actions.birthdays.standing(session) is not None
    if is_on:
        hints().push(Lane.BULK, "outreach.jobs.birthdays.greet_due")


def tell_other_systems() -> None:
    """Have other systems told what happened, if any wants to know and there is something."""
    at = now()
    with reading() as session:
        is_due = console.hooks.gathering.has_news(session, at=at) or console.hooks.delivering.is_due(session, at=at)
    if is_due:
        _hint(Lane.NORMAL, "console.hooks.jobs.tell")


def write_down_sounds() -> None:
    """Have what was said after the beep written down, where the installation has something that can."""
    if settings().transcriber:
        _hint(Lane.BULK, "hotline.transcribing.transcribe_due")


def mirror_the_watch() -> None:
    """Have the group channels told what waits for them, where the installation has any."""
    if settings().mirrors:
        _hint(Lane.BULK, "oncall.mirrorjobs.tell_due")


def put_away_at_night() -> None:
    """Have what is too old put out of sight, in the small hours of the company's clock."""
    if local(now(), settings().timezone).hour in SMALL_HOURS:
        _hint(Lane.BULK, "console.privacy.keeping.put_away_tonight")


def mail_the_night() -> None:
    """Have the report of the night mailed, where the installation has anybody who wants it."""
    if settings().morning_readers:
        _hint(Lane.BULK, "console.jobs.mail_the_night")


def _every(seconds: float, lane: Lane, job: str) -> tuple[float, Callable[[], None]]:
    return seconds, partial(_hint, lane, job)


PERIODS: tuple[tuple[float, Callable[[], None]], ...] = (
    (1.0, hint_what_is_due),
    (15.0, show_life),
    _every(30.0, Lane.NORMAL, "oncall.jobs.find_groups"),
    _every(10.0, Lane.NORMAL, "hotline.jobs.recordings_due"),
    (30.0, write_down_sounds),
    (2.0, tell_other_systems),
    (5.0, console.roster.hinting.if_any_waits),
    _every(3600.0, Lane.BULK, "console.roster.jobs.forget_files"),
    _every(3600.0, Lane.BULK, "console.hooks.jobs.forget"),
    (15.0, mirror_the_watch),
    (60.0, mail_the_night),
    _every(60.0, Lane.NORMAL, "hotline.jobs.calls_left_open"),
    _every(30.0, Lane.NORMAL, "hotline.jobs.ring_backs_due"),
    _every(15.0, Lane.NORMAL, "oncall.jobs.tell_overruns"),
    _every(15.0, Lane.NORMAL, "outreach.jobs.lateness.tell_late"),
    _every(15.0, Lane.NORMAL, "outreach.jobs.changes.tell_changes"),
    _every(10.0, Lane.NORMAL, "oncall.jobs.remind_due"),
    _every(60.0, Lane.NORMAL, "console.jobs.hand_over"),
    _every(900.0, Lane.BULK, "console.jobs.tell_unanswered"),
    (30.0, oncall.jobs.refresh_tonight),  # here and not in a lane: the file is for the web process of this machine
    (10.0, oncall.jobs.keep_drills),  # here: it must give way to something real, whatever waits in a lane
    (15.0, oncall.jobs.look_after_taken),  # here: what nobody sees to must wake people, whatever waits in a lane
    (60.0, oncall.jobs.audit),  # here too: it must notice when no lane works
    _every(60.0, Lane.BULK, "outreach.jobs.planning.put_away_withdrawn"),
    (60.0, sweep_greetings),
    (300.0, wish_birthdays),
    _every(3600.0, Lane.BULK, "outreach.jobs.contactplans.refresh"),
    _every(3600.0, Lane.BULK, "messages.jobs.archive_old"),
    _every(3600.0, Lane.BULK, "hotline.jobs.delete_old_recordings"),
    (600.0, put_away_at_night),
    (3600.0, refresh_statistics),
    _every(3600.0, Lane.BULK, "hotline.jobs.delete_old_photos"),
    _every(
        1800.0, Lane.BULK, "console.jobs.forget_answers"
    ),  # also between the hours: then no other hints crowd it out
)


def tick(work: Callable[[], None]) -> None:
    """Do one piece of the clock's work; what is away now is looked at again next time."""
    try:
        work()
    except (SQLAlchemyError, RedisError) as error:
        log.warning("clock_could_not", error=type(error).__name__)


def run_clock(app: Flask) -> None:
    """Say what is due, for ever. Everything it starts is right with two clocks running.

    Each piece of work has a thread of its own: what is slow now holds up nothing else.
    """
    stops = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stops.set())
    for seconds, work in PERIODS:
        threading.Thread(target=again_and_again, args=(app, seconds, work, stops), daemon=True).start()
    stops.wait()


def again_and_again(app: Flask, seconds: float, work: Callable[[], None], stops: threading.Event) -> None:
    """Do one piece of the clock's work every so many seconds until it `stops`; what was missed is not made up.

    By the clock that only runs forward: when the hands of the wall clock jump, this one must not fall silent.
    """
    next_s = ticks_s()
    while not stops.is_set():
        try:
            with app.app_context(), about(work=getattr(work, "__name__", "hint")):
                tick(work)
        except Exception:
            log.exception("clock_stumbled")
        next_s = max(next_s + seconds, ticks_s())
        stops.wait(next_s - ticks_s())
