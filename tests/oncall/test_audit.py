"""The auditor: what is wrong with the watch, on the table, in the database, and as the outside hears it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import oncall.jobs
import tickets.actions
from base import clock
from base.database import reading, transaction
from base.pulse import last_beat
from base.settings import Settings
from messages.lifecycle import MessageState, Way
from messages.models import Message
from oncall import actions
from oncall.audit import AUDITOR, HEARTBEAT, Facts, Fault, Standing, judge, night_ends
from oncall.ladder import Post
from oncall.models import Reminder, ReminderState, Shift
from oncall.rota import Gap
from tests.make import a_home, a_project
from tests.oncall.estate import AT, Estate, a_stuck_lift, an_estate, later
from tickets.complaintmodels import ComplaintHop
from tickets.lifecycle import IncidentKind, IncidentState, Kind, Level
from tickets.models import Incident, Ticket
from tickets.proposalmodels import Proposal


def ago(seconds: float) -> Standing:
    return Standing("261122-0001", 1, AT - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (Facts(), []),
        (Facts(due=(ago(30),)), []),
        (Facts(due=(ago(31),)), [Fault.LATE]),
        (Facts(other_steps={Fault.NOTICE: (ago(30),)}), []),
        (
            Facts(other_steps={Fault.GROUP: (ago(31),), Fault.NOTICE: (ago(31),)}, due=(ago(31),), unsent=(ago(61),)),
            [Fault.LATE, Fault.NOTICE, Fault.GROUP, Fault.UNSENT],
        ),
        (Facts(unsent=(ago(60),)), []),
        (Facts(unsent=(ago(61),)), [Fault.UNSENT]),
        (Facts(not_taken={Level.P0: (ago(180),)}), []),
        (Facts(not_taken={Level.P0: (ago(181),)}), [Fault.NOBODY]),
        (Facts(not_taken={Level.P1: (ago(300),)}), []),
        (Facts(not_taken={Level.P1: (ago(301),)}), [Fault.NOBODY]),
        (Facts(not_taken={Level.C2: (ago(3601),)}), [Fault.NOBODY]),
        (Facts(gaps={1: (Gap(Post.FIRST, later(3600), later(7200)),)}), [Fault.GAP]),
        (
            Facts(due=(ago(31),), not_taken={Level.P0: (ago(900),)}, unsent=(ago(61),)),
            [Fault.NOBODY, Fault.LATE, Fault.UNSENT],
        ),
    ],
)
def test_what_is_wrong_is_found_at_its_limit_and_the_gravest_first(facts: Facts, faults: list[Fault]) -> None:
    assert [finding.fault for finding in judge(facts, at=AT)] == faults


@pytest.mark.parametrize(
    ("here", "ends"),
    [
        ("2026-11-23T02:30+08:00", "2026-11-23T08:30+08:00"),
        ("2026-11-23T08:30+08:00", "2026-11-24T08:30+08:00"),
        ("2026-11-23T14:00+08:00", "2026-11-24T08:30+08:00"),
        ("2026-11-23T23:59+08:00", "2026-11-24T08:30+08:00"),
    ],
)
def test_tonight_ends_on_the_next_morning(here: str, ends: str) -> None:
    at = datetime.fromisoformat(here).astimezone(UTC)
    assert night_ends(at, time(8, 30), "Asia/Shanghai") == datetime.fromisoformat(ends)


def faults(session: Session, at: datetime) -> list[Fault]:
    return [finding.fault for finding in actions.audit(session, at=at)]


def test_a_watch_that_is_kept_gives_nothing_to_find(session: Session) -> None:
    an_estate(session)
    assert faults(session, AT) == []


def test_a_step_that_nobody_takes_is_late_after_half_a_minute_and_the_emergency_is_nobodys_after_three(
    session: Session,
) -> None:
    a_stuck_lift(session, an_estate(session))
    assert faults(session, later(30)) == []
    assert faults(session, later(31)) == [Fault.LATE]
    assert faults(session, later(181)) == [Fault.NOBODY, Fault.LATE]


def test_an_emergency_that_was_taken_is_nothing_to_find_and_one_opened_again_counts_from_then(
    session: Session,
) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate)
    actions.climb(session, ticket.id, at=AT)
    session.execute(update(Message).values(state=MessageState.DELIVERED))
    actions.take_ticket(session, ticket.id, estate.first.id, how="click", at=later(60))
    session.execute(update(Message).values(state=MessageState.DELIVERED))
    assert faults(session, later(600)) == []
    tickets.actions.resolve(session, ticket.id, estate.first.id, at=later(700), text="人已救出")
    tickets.actions.reopen(session, ticket.id, estate.first.id, at=later(1000), text="又困住了")
    actions.climb(session, ticket.id, at=later(1000))
    session.execute(update(Message).values(state=MessageState.DELIVERED))
    assert faults(session, later(1100)) == []
    assert Fault.NOBODY in faults(session, later(1181))


@pytest.mark.parametrize(
    ("level", "allowed_s"), [(Level.P0, 180), (Level.P1, 300), (Level.C2, 3600), (Level.P2, None), (Level.P3, None)]
)
def test_whatever_wakes_people_is_nobodys_past_the_limit_of_its_own_level(
    session: Session, level: Level, allowed_s: int | None
) -> None:
    estate = an_estate(session)
    found = a_stuck_lift(session, estate, kind=Kind.REPAIR, category="other_repair", level=level)
    assert Fault.NOBODY not in faults(session, later(allowed_s or 0))
    late = [one.ref for one in actions.audit(session, at=later((allowed_s or 86400) + 1)) if one.fault is Fault.NOBODY]
    assert late == ([found.ref] if allowed_s else [])


def test_a_page_that_does_not_leave_the_house_is_found_once_a_ticket(session: Session) -> None:
    ticket = a_stuck_lift(session, an_estate(session))
    actions.climb(session, ticket.id, at=AT)
    assert faults(session, later(60)) == []
    found = actions.audit(session, at=later(61))
    assert [(one.fault, one.ref) for one in found] == [(Fault.UNSENT, ticket.ref)]
    session.execute(update(Message).values(state=MessageState.ACCEPTED))
    assert faults(session, later(61)) == []


def test_nobody_on_the_rota_tonight_is_found_for_each_project(session: Session) -> None:
    estate = an_estate(session)
    session.execute(update(Shift).where(Shift.staff_id == estate.first.id).values(ends_at=later(2 * 3600)))
    bare = a_project(session, "无人小区", name_en="Nobody's")
    found = actions.audit(session, at=AT)
    assert [(one.fault, one.project_id, one.since_at) for one in found] == [
        (Fault.GAP, estate.project.id, later(2 * 3600)), (Fault.GAP, bare.id, AT),
    ]  # fmt: skip


@pytest.mark.parametrize("state", IncidentState)
def test_an_alarm_about_a_promise_is_a_due_step_too(session: Session, state: IncidentState) -> None:
    """Also of one that is over while the word of it waits for its approval."""
    estate = an_estate(session)
    session.add(
        Incident(
            kind=IncidentKind.WATER, project_id=estate.project.id, opened_at=AT, alarm_due_at=AT, state=state
        )
    )  # fmt: skip
    session.flush()
    assert faults(session, later(30)) == []
    assert faults(session, later(31)) == [Fault.LATE]


@pytest.mark.parametrize("fault", [Fault.COMPLAINT, Fault.REMINDER, Fault.GROUP])
def test_every_other_step_that_is_due_and_not_taken_is_found_too(session: Session, fault: Fault) -> None:
    estate = an_estate(session)
    ticket = a_stuck_lift(session, estate, kind=Kind.COMPLAINT, category="", home_id=None)
    ticket.ask_due_at = None  # it was put to somebody
    building = a_home(session, estate.project).building
    owed = {
        Fault.COMPLAINT: ComplaintHop(
            ticket_id=ticket.id, place=90, asked_by_id=estate.first.id, asked_at=AT, due_at=AT, tell_up_at=AT
        ),
        Fault.REMINDER: Reminder(
            project_id=estate.project.id, post=Post.FIRST, staff_id=estate.first.id, starts_at=later(3600),
            ends_at=later(7200), state=ReminderState.AGAIN, way=Way.TEXT, asked_at=AT, due_at=AT, alarm_at=AT,
        ),
        Fault.GROUP: Proposal(
            project_id=estate.project.id, building_id=building.id, category="lift", leader_id=ticket.id, found_at=AT,
            tell_due_at=AT,
        ),
    }  # fmt: skip
    session.add(owed[fault])
    session.flush()
    assert faults(session, later(30)) == []
    [found] = actions.audit(session, at=later(31))
    ref = "" if fault is Fault.REMINDER else ticket.ref
    assert (found.fault, found.ref, found.project_id, found.since_at) == (fault, ref, estate.project.id, AT)


def test_a_complaint_that_nobody_was_asked_about_is_found_too(session: Session) -> None:
    ticket = a_stuck_lift(session, an_estate(session), kind=Kind.COMPLAINT, category="", home_id=None)
    assert faults(session, later(30)) == []
    [found] = actions.audit(session, at=later(31))
    assert (found.fault, found.ref, found.since_at) == (Fault.COMPLAINT, ticket.ref, AT)


class Outside:
    """Somebody outside who waits for our sign of life, and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.status = 200
        outside = self

        class _Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                outside.asked.append((self.command, self.path, self.rfile.read(length)))
                self.send_response(outside.status)
                if outside.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/beat/secret"


@pytest.fixture
def outside(app: Flask) -> Iterator[Outside]:
    listening = Outside()
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"heartbeat_url": SecretStr(listening.url)}
    )
    yield listening
    listening.server.shutdown()
    listening.server.server_close()


@pytest.fixture
def estate(app: Flask) -> Estate:
    clock.stop_at(AT)
    with transaction() as session:
        return an_estate(session)


def beaten_at(name: str) -> datetime | None:
    with reading() as session:
        return last_beat(session, name)


def test_the_outside_hears_from_us_while_all_is_well_and_no_private_word(outside: Outside, estate: Estate) -> None:
    oncall.jobs.audit()
    assert outside.asked == [("GET", "/beat/secret", b"")]
    assert beaten_at(HEARTBEAT) == AT


def test_the_outside_hears_nothing_as_soon_as_one_check_fails(outside: Outside, estate: Estate) -> None:
    with transaction() as session:
        a_stuck_lift(session, estate)
    clock.stop_at(later(31))
    oncall.jobs.audit()
    assert outside.asked == []
    assert (beaten_at(AUDITOR), beaten_at(HEARTBEAT)) == (later(31), None)
    oncall.jobs.climb_due()
    with transaction() as session:
        session.execute(update(Message).values(state=MessageState.DELIVERED))
    oncall.jobs.audit()
    assert len(outside.asked) == 1


def test_an_auditor_that_fails_shows_no_life(
    app: Flask, outside: Outside, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr(actions, "audit", gone)
    with pytest.raises(OperationalError):
        oncall.jobs.audit()
    assert outside.asked == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_the_outside_refuses_or_sends_elsewhere_is_not_taken(
    outside: Outside, estate: Estate, status: int
) -> None:
    outside.status = status
    oncall.jobs.audit()
    assert len(outside.asked) == 1, "where it points is not followed"
    assert beaten_at(HEARTBEAT) is None


def test_an_outside_that_is_away_hurts_nothing(app: Flask, outside: Outside, estate: Estate) -> None:
    outside.server.server_close()
    oncall.jobs.audit()
    assert (beaten_at(AUDITOR), beaten_at(HEARTBEAT)) == (AT, None)


@pytest.mark.parametrize("url", ["http://example.com/x", "ftp://127.0.0.1/x", "https:///x", "//127.0.0.1/x", "nothing"])
def test_only_https_or_this_machine_is_asked_and_a_refusal_tells_no_secret(url: str) -> None:
    with pytest.raises(ValueError, match="https") as refused:
        Settings(_env_file=None, heartbeat_url=SecretStr(url))
    assert "Value error" in str(refused.value)
    assert Settings(_env_file=None, heartbeat_url=SecretStr("https://watch.example/abc")).heartbeat_url
    assert Settings(_env_file=None, heartbeat_url=SecretStr("http://127.0.0.1:9/abc")).heartbeat_url


def test_the_step_of_a_ticket_that_is_over_is_not_owed(session: Session) -> None:
    ticket = a_stuck_lift(session, an_estate(session))
    tickets.actions.cancel(session, ticket.id, 1, at=later(5), text="误报")
    assert session.scalar(select(Ticket.page_due_at)) is None
    assert faults(session, later(600)) == []
