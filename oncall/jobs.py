"""Jobs of the room: climb what is due, follow what became of pages, audit the watch, write tonight's numbers down."""

import structlog

import tickets.actions
from base.clock import now
from base.database import reading, transaction
from base.inturn import in_turn
from base.pulse import beat
from base.wiring import settings
from oncall import actions
from oncall.actions import drilling, holding, reminding, vendors
from oncall.audit import AUDITOR, HEARTBEAT
from oncall.beacon import beat_outside
from telephony.dark import write_tonight
from tickets.actions import incidents

log = structlog.get_logger(__name__)


def climb(ticket_id: int) -> None:
    """The due rung of one ticket; nothing if none is due (any more)."""
    with transaction() as session:
        actions.climb(session, ticket_id, at=now())


def climb_due() -> None:
    """The due rung of every ticket, gravest first, then what became of the pages before.

    One ticket that fails does not keep the others waiting.
    """
    with reading() as session:
        due = tickets.actions.pages_due(session, at=now())
    in_turn(due, actions.climb)
    close_calls()


def close_calls() -> None:
    """What became of pages that nobody has answered: one look at an index when there are none."""
    with reading() as session:
        open_pages = actions.pages_to_follow(session, at=now())
        open_calls = vendors.vendor_calls_to_follow(session)
    in_turn(open_pages, actions.follow)
    in_turn(open_calls, vendors.follow_vendor_call)


def alarm_due() -> None:
    """Every promise about a trouble that is about to pass, or has, without another word.

    Also every complaint of which nobody has said in time whose it is.
    """
    with reading() as session:
        due, unanswered = incidents.alarms_due(session, at=now()), tickets.actions.overdue_hops(session, at=now())
    in_turn(due, actions.alarm)
    in_turn(unanswered, actions.tell_above)


def put_complaints() -> None:
    """Every complaint of an estate that came in, and was put to nobody yet who says whose it is."""
    with reading() as session:
        due = tickets.actions.complaints_to_put(session, at=now())
    in_turn(due, actions.put_complaint)


def tell_overruns() -> None:
    """Whoever has to know that a deadline of a ticket is near, or has passed."""
    with reading() as session:
        due = actions.overruns_due(session, at=now())
    in_turn(due, actions.tell_overruns)


def mind_groups() -> None:
    """What somebody took, ended or has to be told of every group of calls that may be one trouble."""
    with reading() as session:
        due = tickets.actions.groups_due(session, at=now())
    in_turn(due, actions.mind_group)


def find_groups() -> None:
    """The groups that no single call made: a ticket came to its home, or its sort, later."""
    with transaction() as session:
        tickets.actions.find_groups(session, at=now())


def refresh_tonight() -> None:
    """Write down whom to ring when neither database nor queue answers."""
    with reading() as session:
        tonight = actions.tonight(session, at=now())
    write_tonight(settings(), tonight)


def audit() -> None:
    """Judge the watch, say what is wrong with it, and show life outside only while nothing is.

    What fails here, the judge itself or its database, shows no life either: whoever waits for it outside raises the
    alarm.
    """
    at, outside = now(), settings().heartbeat_url
    with transaction() as session:
        found = actions.audit(session, at=at)
        beat(session, AUDITOR, at=at)
    for finding in found:
        log.error("watch_not_kept", fault=finding.fault.value, ref=finding.ref, since=finding.since_at.isoformat())
    if found or outside is None or not beat_outside(outside.get_secret_value()):
        return
    with transaction() as session:
        beat(session, HEARTBEAT, at=at)


def look_after_taken() -> None:
    """Ask whoever took what wakes people, and was not heard of since; take back what nobody answers for."""
    with reading() as session:
        taken = holding.taken_and_watched(session)
    in_turn(taken, holding.look_after_taken)


def keep_drills() -> None:
    """Begin the rehearsals of the schedule that are due, and bring those under way up to date."""
    with reading() as session:
        due, running = drilling.drills_to_begin(session, at=now()), drilling.running_drills(session)
    in_turn(due, drilling.begin_by_schedule)
    in_turn(running, drilling.look_after_drill)


def remind_due() -> None:
    """Ask whoever is on duty soon, and take the next step of those who have not answered."""
    with reading() as session:
        coming, waiting = reminding.to_be_asked(session, at=now()), reminding.due(session, at=now())
    in_turn(coming, reminding.ask)
    in_turn(waiting, reminding.follow)
