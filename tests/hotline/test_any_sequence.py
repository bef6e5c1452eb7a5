"""Whatever a caller, a colleague or the carrier does, in any order: words at every step, a lawful end, one ticket."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import transaction
from directory.models import Language, Occupancy, Staff
from hotline.actions.codes import code_of
from hotline.intake import Intake, leaves_ticket
from hotline.models import Call, CallEvent, Recording
from tests.conftest import SigningCarrier
from tests.hotline.caller import HOTLINE
from tests.hotline.conftest import BY_DAY, BY_NIGHT
from tests.make import a_home, a_member_of_staff, an_owner
from tickets.actions.incidents import IncidentDraft, open_incident
from tickets.lifecycle import IncidentKind, Kind, Status
from tickets.models import EventType, Ticket, TicketEvent

CALLERS = (
    "owner", "stranger", "withheld", "staff", "two_homes", "care", "family", "landline", "empty", "incident",
    "reported", "queue", "english", "short", "service",
)  # fmt: skip
"""`family`: two people of two homes behind one number; `incident`: something is wrong at their home; `reported`: they
did so yesterday; `queue`: everybody on duty is speaking; `short` and `service` (a 400 number) cannot be rung back.
"""
UNNAMED_LINES = {"withheld": "anonymous", "short": "95588", "service": "+864008208888"}
KEYS = st.sampled_from([*"0123456789*#", "3", "2", "1502", "0000", "99", "A", "２", "12345678901234567890"])
WORDS = st.sampled_from([
    "漏水了", "电梯困人", "着火了，快来", "楼上太吵", "物业费", "建议多种树", "There is a leak", "somebody is trapped",
    "喂", "嗯？", "x" * 400,
])  # fmt: skip
MOVES = st.one_of(
    st.tuples(st.just("key"), KEYS),
    st.tuples(st.just("key"), KEYS),
    st.tuples(st.just("speaks"), WORDS),
    st.tuples(st.sampled_from(["lines", "empty_home", "right_code"]), st.sampled_from("12345")),
    st.tuples(st.just("says"), st.sampled_from(["#", "0", "*"])),
    st.tuples(
        st.sampled_from(
            ["silent", "bare_hash", "says_nothing", "breaks_off", "joined", "no_answer", "hangs_up", "told_ended"]
        ),
        st.just(""),
    ),
    st.tuples(st.sampled_from(["again", "older", "ahead", "incoming", "recorded", "waits"]), st.just("")),
)
LONGEST = 60
"""Steps of a caller who says nothing any more: by then every call is over."""
WAITING = {"Gather", "Record", "Dial", "Hangup", "Reject"}
UNNAMED = {"", "person", "missed_call"}
_callers = itertools.count(1)
KNOWN_AT_HOME = {"care", "incident", "reported", "queue"}


@dataclass
class AnyCall:
    """One call as the carrier has it. `told` are the webhooks that were answered, with their answers."""

    posts: SigningCarrier
    number: str
    to: str = HOTLINE
    sid: str = ""
    answer: bytes = b""
    told: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    recorded: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    has_ended: bool = False

    # -- what the carrier posts ----------------------------------------------------------------------------

    def post(self, path: str, **form: str) -> None:
        response = self.posts(path, CallSid=self.sid, From=self.number, To=self.to, **form)
        assert response.status_code == 200, f"{path} {form}: {response.status}"
        self.answer = response.get_data()
        self.is_lawful()
        self.told.append((path, form, self.answer))

    def repeat(self, place: int) -> None:
        path, form, answer = self.told[place]
        again = self.posts(path, CallSid=self.sid, From=self.number, To=self.to, **form).get_data()
        assert nameless(again) == nameless(answer), f"another answer to the same webhook: {path} {form}"

    def tell(self, path: str, **form: str) -> None:
        status = self.posts(path, CallSid=self.sid, From=self.number, To=self.to, **form).status_code
        assert status == 204, f"{path}: {status}"

    def is_lawful(self) -> None:
        """It waits for one thing, and something is said before; where nobody listens any more, it may just end."""
        verb = self.verb
        assert verb.tag in WAITING
        said = "".join("".join(say.itertext()) for say in self.document.iter("Say")).strip()
        assert said or (verb.tag == "Hangup" and self.has_ended), f"silence: {self.answer.decode()}"
        assert "非常抱歉，系统暂时出了问题" not in said, "a step raised"
        if verb.tag == "Dial":
            assert list(verb.iter("Number")), "nobody is rung"

    @property
    def document(self) -> etree._Element:
        return etree.fromstring(self.answer)

    @property
    def verb(self) -> etree._Element:
        """What the call waits for; of a message what comes after its words, through which keys are heard too."""
        return [e for e in self.document if e.tag in WAITING][-1]

    # -- what can happen -----------------------------------------------------------------------------------

    def does(self, what: str, keys: str) -> None:
        """One move; where the call does not stand so that it could be, nothing happens."""
        verb, action = self.verb, self.verb.get("action", "")
        waits = {
            "key": "Gather", "silent": "Gather", "says": "Record", "says_nothing": "Record", "breaks_off": "Record",
            "joined": "Dial", "no_answer": "Dial", "speaks": "Gather", "lines": "Gather", "empty_home": "Gather",
            "right_code": "Gather", "bare_hash": "Gather",
        }  # fmt: skip
        gather = self.document.find("Gather")
        if what == "key" and gather is not None:
            verb, action = gather, gather.get("action", "")
        if verb.tag != waits.get(what, verb.tag):
            return
        moves: dict[str, Callable[[], None]] = {
            "key": lambda: self.post(action, Digits=keys),
            "silent": lambda: self.post(action, Digits=""),
            "bare_hash": lambda: self.post(action, Digits="", FinishedOnKey=verb.get("finishOnKey", "")),
            # a carrier that was told to listen, or one that was not
            "speaks": lambda: self.post(action, SpeechResult=keys, Confidence="0.5"),
            "lines": lambda: self._keys("4", keys),
            "empty_home": lambda: self._keys("3", "2", keys),
            "right_code": lambda: self._keys("4", "5", *codes_there_are()),
            "says": lambda: self._records(verb, action, keys or "#", is_first=self.has_ended),
            "says_nothing": lambda: self.post(action),
            "breaks_off": lambda: self._breaks_off(verb, action),
            "joined": lambda: self._joined(verb, action),
            "no_answer": lambda: self.post(action, DialCallStatus="no-answer", DialBridged="false"),
            "hangs_up": self.ends,
            "told_ended": self.ends,
            "again": lambda: self.repeat(-1),
            "older": lambda: self.repeat(len(self.told) // 2),
            "incoming": lambda: self.repeat(0),
            "ahead": lambda: self._is_ahead(action),
            "recorded": self._recorded_again,
            "waits": lambda: clock.stop_at(clock.now() + timedelta(seconds=40)),
        }
        moves[what]()

    def _keys(self, *keys: str) -> None:
        """Several keys in a row, as somebody presses them who knows the way."""
        for key in keys:
            self.does("key", key)

    def _breaks_off(self, verb: etree._Element, action: str) -> None:
        self._records(verb, action, "hangup", is_first=True)
        self.ends()

    def _joined(self, verb: etree._Element, action: str) -> None:
        """The telephone that rings is picked up, and 1 is pressed there; then they have talked."""
        whisper = next(verb.iter("Number")).get("url", "")
        assert self.posts(whisper, CallSid="CA" + "e" * 32).status_code == 200
        assert self.posts(f"{whisper}/key?n=1", CallSid="CA" + "e" * 32, Digits="1").status_code == 200
        self.post(action, DialCallStatus="completed", DialBridged="true")

    def _recorded_again(self) -> None:
        if self.recorded:
            self.tell(self.recorded[-1][0], **self.recorded[-1][1])

    def _records(self, verb: etree._Element, action: str, keys: str, is_first: bool) -> None:
        assert keys == "hangup" or keys in verb.get("finishOnKey")
        sid = f"RE{len(self.recorded):02}{self.sid[4:]}"
        done = verb.get("recordingStatusCallback").partition("#")[0]
        form = {"RecordingSid": sid, "RecordingDuration": "4"}
        self.recorded.append((done, {**form, "RecordingStatus": "completed"}))
        if is_first:
            self.tell(done, **self.recorded[-1][1])
        self.post(action, RecordingUrl="https://elsewhere.test/x", Digits=keys, **form)
        self.tell(done, **self.recorded[-1][1])

    def _is_ahead(self, action: str) -> None:
        """A step we have not come to: it leads back to where the call stands."""
        if not action:
            return
        base, _, step = action.rpartition("/")
        ahead = self.posts(f"{base}/{int(step) + 7}", CallSid=self.sid, From=self.number, To=self.to, Digits="0")
        assert ahead.get_data() == self.answer

    def ends(self) -> None:
        self.has_ended = True
        self.tell("/voice/status", CallStatus="completed", Direction="inbound")

    def goes_silent(self) -> None:
        """Nothing comes any more: the call ends by itself, and soon."""
        for _ in range(LONGEST):
            if self.verb.tag in {"Hangup", "Reject"}:
                break
            self.does({"Gather": "silent", "Record": "says_nothing", "Dial": "no_answer"}[self.verb.tag], "")
        else:
            pytest.fail(f"it goes on for ever: {self.answer.decode()}")
        self.ends()


def nameless(answer: bytes) -> bytes:
    """Whoever asked to stay unnamed is greeted as anybody is, also in what was answered before."""
    for name in ("李女士", "张先生"):
        answer = answer.replace(name.encode(), "尊敬的业主".encode())
    return answer


def play(posts: SigningCarrier, number: str, moves: list[tuple[str, str]], *, ends_first: bool) -> AnyCall:
    """A whole call, to its end and beyond."""
    call = AnyCall(posts, number, sid=f"CA{next(_callers):032x}")
    if ends_first:
        call.ends()
    call.post("/voice/incoming", CallStatus="ringing", Direction="inbound")
    for what, keys in moves:
        call.does(what, keys)
    call.goes_silent()
    for place in range(len(call.told)):
        call.repeat(place)
    call.ends()
    return call


def codes_there_are() -> list[str]:
    """The newest code that somebody unnamed was told, if any was."""
    with transaction() as session:
        told = select(TicketEvent.ticket_id).where(TicketEvent.type == EventType.CODE_TOLD)
        newest = session.scalars(told.order_by(TicketEvent.id.desc()).limit(1)).all()
        return [code_of(session, ticket_id, at=clock.now()) for ticket_id in newest]


def check(call: AnyCall) -> None:
    """What the call has left behind."""
    with transaction() as session:
        row = session.scalars(select(Call).where(Call.sid == call.sid)).one()
        intake = Intake.from_json(row.intake)
        assert (row.ended_at, row.status) != (None, "ringing")
        assert not leaves_ticket(intake, has_ticket=row.ticket_id is not None, is_staff=row.staff_id is not None)
        steps = session.scalars(select(CallEvent.step).where(CallEvent.call_id == row.id).order_by(CallEvent.step))
        assert list(steps) == list(range(row.steps))
        own = _opened_by(session, row.id)
        event(f"{len(own)} tickets")
        open_now = [ticket for ticket in own if ticket.status is not Status.MERGED]
        kinds = Counter(ticket.kind is Kind.EMERGENCY for ticket in open_now)
        assert all(count == 1 for count in kinds.values()), [(t.ref, t.kind, t.category) for t in open_now]
        for ticket in own:
            told = Counter(e.type for e in ticket.events)
            assert told[EventType.OPENED] == 1
        for said in session.scalars(select(Recording).where(Recording.call_id == row.id)):
            assert said.ticket_id is not None or row.ticket_id is None


def one_ticket_a_matter(number: str) -> None:
    """What one caller said about one thing, in however many calls, is one ticket.

    Whoever asked for a person, or was missed, may have had something else in mind each time.
    """
    with transaction() as session:
        matters = Counter(
            (t.kind, t.category, t.home_id, t.owner_desk)
            for t in session.scalars(select(Ticket).where(Ticket.caller_number == number))
            if t.status in {Status.OPEN, Status.ACKNOWLEDGED}
            and t.kind is not Kind.EMERGENCY
            and t.category not in UNNAMED
        )
    assert all(count == 1 for count in matters.values()), matters


def _opened_by(session, call_id: int) -> list[Ticket]:
    keys = (f"call/{call_id}", f"call/{call_id}/emergency")
    return [
        ticket
        for ticket in session.scalars(select(Ticket).order_by(Ticket.id))
        if any(e.type is EventType.OPENED and e.once_key in keys for e in ticket.events)
    ]


@pytest.fixture
def posts(app, settings, estate) -> SigningCarrier:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"speech_menus": True})
    return SigningCarrier(app.test_client(), settings)


def number_of(who: str, estate: dict[str, int]) -> str:
    """A telephone of its own for each example: what one left is nothing to the next."""
    place = next(_callers)
    number = f"+8621{60_000_000 + place}" if who == "landline" else f"+86138{place:08}"
    if who in UNNAMED_LINES:
        return UNNAMED_LINES[who]
    with transaction() as session:
        project = session.get_one(Staff, estate["first"]).project
        assert project is not None
        if who == "staff":
            a_member_of_staff(session, f"员工{place}", number, Role.TECHNICIAN, project)
        elif who == "owner":
            an_owner(session, a_home(session, project, f"7-1-{place}"), number)
        elif who == "english":
            an_owner(session, a_home(session, project, f"7-1-{place}"), number, language=Language.EN)
        elif who == "two_homes":
            an_owner(session, [a_home(session, project, f"{b}-1-{place}") for b in (8, 9)], number)
        elif who == "family":
            for building, name in ((8, "李芳"), (9, "张伟")):
                salutation = "张先生" if name == "张伟" else "李女士"
                an_owner(session, a_home(session, project, f"{building}-1-{place}"), number, name, salutation)
        elif who == "empty":
            home = a_home(session, project, f"7-1-{place}", occupancy=Occupancy.VACANT)
            an_owner(session, home, number)
        elif who in KNOWN_AT_HOME:
            home = a_home(session, project, f"{20 + place}-1-101")
            an_owner(session, home, number, special_care="独居老人" if who == "care" else "")
            if who == "incident":
                draft = IncidentDraft(
                    kind=IncidentKind.WATER, project_id=project.id, building_ids=(home.building_id,), cause="抢修",
                    promised_end_at=clock.now() + timedelta(hours=2),
                )  # fmt: skip
                open_incident(session, draft, by_id=None, at=clock.now())
    return number


def reports_yesterday(posts: SigningCarrier, number: str) -> None:
    """A leak, on a call of its own."""
    today = clock.now()
    clock.stop_at(today - timedelta(days=1))
    play(posts, number, [("key", "1"), ("key", "1"), ("key", "1"), ("says", "")], ends_first=False)
    clock.stop_at(today)
    with transaction() as session:
        assert session.scalars(select(Ticket).where(Ticket.caller_number == number)).one().category == "burst_pipe"


def engages_everybody(posts: SigningCarrier) -> list[AnyCall]:
    """Others speak with each person on duty until their calls end."""
    calls = []
    for _ in range(2):
        place = next(_callers)
        call = AnyCall(posts, f"+86137{place:08}", sid=f"CA{place:032x}")
        call.post("/voice/incoming", CallStatus="ringing", Direction="inbound")
        call.does("key", "9")
        whisper = next(call.verb.iter("Number")).get("url", "")
        for path, form in ((whisper, {}), (f"{whisper}/key?n=1", {"Digits": "1"})):
            assert posts(path, CallSid=f"CA{next(_callers):032x}", **form).status_code == 200
        calls.append(call)
    return calls


@settings(
    print_blob=False, max_examples=60, deadline=None, derandomize=True, database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    who=st.sampled_from(CALLERS),
    is_night=st.booleans(),
    ends_first=st.sampled_from([False, False, False, True]),
    calls=st.lists(st.lists(MOVES, max_size=14), min_size=1, max_size=2),
)
@example(who="owner", is_night=False, ends_first=True, calls=[[("key", "0"), ("joined", "")]])
@example(
    who="stranger", is_night=True, ends_first=False,
    calls=[[("key", "1"), ("key", "4"), ("key", "7")], [("key", "1"), ("key", "4"), ("hangs_up", ""), ("key", "0")]],
)  # fmt: skip
@example(
    who="owner", is_night=False, ends_first=False,
    calls=[[("lines", "4"), ("key", "2"), ("says", "")], [("right_code", ""), ("key", "1"), ("says", "")]],
)  # fmt: skip
@example(
    who="two_homes",
    is_night=True,
    ends_first=False,
    calls=[[("speaks", "着火了，快来"), ("silent", ""), ("silent", "")]],
)
@example(who="care", is_night=True, ends_first=False, calls=[[("key", "9"), ("key", "1")], [("silent", "")]])
@example(
    who="family", is_night=False, ends_first=False, calls=[[("key", "1"), ("key", "3"), ("key", "2"), ("says", "")]]
)
@example(
    who="owner", is_night=False, ends_first=False,
    calls=[[("key", "1"), ("key", "3"), ("says", "0"), ("no_answer", ""), ("no_answer", ""), ("key", "0")]],
)  # fmt: skip
@example(who="queue", is_night=False, ends_first=False, calls=[[("key", "9"), ("key", "2"), ("key", "0")]])
@example(
    who="stranger", is_night=True, ends_first=True,
    calls=[[("key", "1"), ("key", "3"), ("bare_hash", ""), ("key", "3"), ("bare_hash", "")]],
)  # fmt: skip
@example(
    who="stranger", is_night=False, ends_first=True,
    calls=[[("key", "2"), ("key", "1"), ("key", "3"), ("key", "5"), ("says", "*"), ("says", "0")]],
)  # fmt: skip
@example(
    who="english", is_night=True, ends_first=False, calls=[[("key", "1"), ("speaks", "There is a leak"), ("key", "1")]]
)
@example(who="english", is_night=False, ends_first=True, calls=[[("key", "0"), ("no_answer", ""), ("says", "*")]])
@example(who="short", is_night=False, ends_first=False, calls=[[("key", "3"), ("key", "1"), ("bare_hash", "")]])
@example(
    who="service", is_night=True, ends_first=False, calls=[[("lines", "4"), ("key", "13800138111"), ("says", "0")]]
)
@example(who="landline", is_night=False, ends_first=False, calls=[[("key", "1"), ("key", "3"), ("key", "3")]])
@example(who="empty", is_night=False, ends_first=False, calls=[[("key", "3"), ("key", "2"), ("says", "")]])
@example(who="incident", is_night=False, ends_first=False, calls=[[("key", "1")], [("key", "2"), ("key", "0")]])
@example(who="reported", is_night=False, ends_first=False, calls=[[("key", "1"), ("says", "")]])
@example(who="queue", is_night=False, ends_first=False, calls=[[("key", "9"), ("silent", ""), ("key", "1")]])
@example(who="queue", is_night=False, ends_first=False, calls=[[("key", "9"), ("again", ""), ("key", "2")]])
def test_any_sequence_ends_lawfully_with_one_ticket_a_matter(posts, estate, who, is_night, ends_first, calls):
    clock.stop_at(BY_NIGHT if is_night else BY_DAY)
    number = number_of(who, estate)
    if who == "reported":
        reports_yesterday(posts, number)
    others = engages_everybody(posts) if who == "queue" else []
    for moves in calls:
        check(play(posts, number, moves, ends_first=ends_first))
    for other in others:
        other.ends()
    if who != "staff":  # a colleague's number speaks for many homes, and for none
        one_ticket_a_matter(number)
