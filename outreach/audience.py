"""Who is in, who is out and why: people and their numbers become one recipient a number. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, NamedTuple

from directory.consent import Skipped, may_send
from messages.lifecycle import MessageClass, Way
from telephony.numbers import NumberKind, is_withheld, sms_capable


class Reason(StrEnum):
    """Why somebody of an audience gets nothing."""

    NO_NUMBER = "no_number"
    EXTENSION = "extension"
    NOT_A_MOBILE = "not_a_mobile"
    NEEDS_CHECK = "number_needs_check"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    ALREADY = "already"
    BEREAVED = "bereaved"
    OPEN_COMPLAINT = "open_complaint"
    OUTAGE = "outage"
    EXCLUDED = "excluded"
    ASKED_TWICE = "asked_twice"
    NOT_DRAWN = "not_drawn"
    ONE_A_HOME = "one_a_home"
    ONE_CALL_A_HOME = "one_call_a_home"
    HOME_HAS_HEARD = "home_has_heard"


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom a campaign is for, by ids and words of the directory; an empty part means everybody.

    `risers`: rooms over one another, by the end of their names. `is_on_care_list`: whoever needs special care, and
    whom the elders' own festival is for. `owes_answer`: whoever was asked about a finished ticket and has not said.
    `person_ids`: a list that somebody brought. Whoever is in any of `without` is taken out again; where one of them
    names no place, those of the same places are meant.
    """

    project_id: int | None = None
    building_ids: tuple[int, ...] = ()
    occupancy: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    lowest_floor: int | None = None
    highest_floor: int | None = None
    risers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_on_care_list: bool = False
    is_abroad: bool = False
    owes_answer: bool = False
    person_ids: tuple[int, ...] | None = None
    without: "tuple[Filter, ...]" = ()

    def kept(self) -> dict[str, object]:
        """What is written down of it: every part that says something."""
        said = {
            each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) != each.default
        }
        return said | ({"without": [one.kept() for one in self.without]} if self.without else {})

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Filter":
        """The same again, from what was written down; what is none of its parts is passed over."""
        parts = {each.name: kept[each.name] for each in fields(cls) if kept.get(each.name) is not None}
        parts = {name: tuple(value) if isinstance(value, list) else value for name, value in parts.items()}
        if "without" in parts:
            parts["without"] = tuple(cls.of(one) for one in parts["without"])
        return cls(**parts)

    @property
    def left_behind(self) -> "tuple[Filter, ...]":
        """Whom it takes out again, in the places it is about."""
        return tuple(
            replace(
                one, project_id=one.project_id or self.project_id, building_ids=one.building_ids or self.building_ids
            )
            for one in self.without
        )


EVERYBODY = Filter()


class Line(NamedTuple):
    """One telephone number of a person, as the directory knows it. A tuple: there are very many."""

    number: str
    kind: NumberKind
    extension: str = ""
    needs_check: bool = False


class Candidate(NamedTuple):
    """A person of the audience: how they want to be spoken to, their homes in it, their numbers, the main one first.

    `roles`: what they are to each of those homes, in the same order.
    """

    person_id: int
    language: str
    salutation: str
    homes: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    is_demo: bool = False
    is_excluded: bool = False
    roles: tuple[str, ...] = ()


@dataclass(slots=True)
class Recipient:
    """One number that gets one text or one call, for all the people and homes behind it.

    `language` and `salutation` are those of the first of them; several people are addressed by no name. `letter` is
    that of a question, where several are open at the number. `may_wake`: whether it is rung at night where life is in
    danger.
    """

    number: str
    way: Way
    language: str
    salutation: str
    is_demo: bool
    people: int = 1
    homes: dict[int, str] = field(default_factory=dict)
    letter: str = ""
    may_wake: bool = True


class Left(NamedTuple):
    """Somebody to whom it does not go, the number that was looked at, if there is one, and why."""

    person_id: int
    number: str
    reason: Reason


@dataclass(slots=True)
class Audience:
    """Everybody it goes to, by number, and everybody else."""

    recipients: dict[str, Recipient] = field(default_factory=dict)
    left_out: list[Left] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many people are behind those numbers."""
        return sum(one.people for one in self.recipients.values())

    def __iter__(self) -> Iterator[Recipient | Left]:
        """One after the other, as `one_by_one` finds them."""
        yield from self.left_out
        yield from self.recipients.values()


def gather(
    candidates: Iterable[Candidate], message_class: MessageClass, wishes: Mapping[str, bool], before: frozenset[str],
    barred: Callable[[Candidate, str], Reason | None] = lambda _candidate, _number: None,
) -> Audience:  # fmt: skip
    """Choose one number for each person and one message for each number.

    `wishes`: the newest word about this class by number. `before`: numbers that have had this already. `barred`: what
    else stands in the way of somebody at a number.
    Texts go to mobiles only; whoever has none is called with an emergency, one call a home, and left out of anything
    else.
    """
    found = Audience()
    for one in one_by_one(candidates, message_class, wishes, before, barred, lambda _number: False):
        if isinstance(one, Left):
            found.left_out.append(one)
        else:
            found.recipients[one.number] = one
    return found


def one_by_one(
    candidates: Iterable[Candidate], message_class: MessageClass, wishes: Mapping[str, bool], before: frozenset[str],
    barred: Callable[[Candidate, str], Reason | None], is_alone: Callable[[str], bool],
) -> Iterator[Recipient | Left]:  # fmt: skip
    """The same as they are read, for very many: only those are kept until the end whose number others may have too, and
    those who are called.

    `is_alone`: whether a number belongs to one person only.
    """
    shared: dict[str, Recipient] = {}
    called: list[tuple[Candidate, Line]] = []
    for candidate in candidates:
        chosen = _chosen(candidate, message_class, wishes, before, barred)
        if isinstance(chosen, Left):
            yield chosen
        elif not sms_capable(chosen.kind):
            called.append((candidate, chosen))
        elif is_alone(chosen.number):
            yield _recipient(candidate, chosen, Way.TEXT)
        else:
            add(shared, candidate, chosen, Way.TEXT)
    yield from shared.values()
    yield from _one_call_a_home(called)


def _one_call_a_home(called: Iterable[tuple[Candidate, Line]]) -> Iterator[Recipient | Left]:
    """Of those who can only be called one for each home, at a number that is known to work where there is one.

    The others are left to the ladder: it tries them next where nobody has picked up.
    """
    calls: dict[str, Recipient] = {}
    rung: set[int] = set()
    for candidate, line in sorted(called, key=lambda one: one[1].needs_check):
        homes = {home_id for home_id, _ in candidate.homes}
        if line.number in calls or not homes or not homes <= rung:
            add(calls, candidate, line, Way.CALL)
            rung |= homes
        else:
            yield Left(candidate.person_id, line.number, Reason.ONE_CALL_A_HOME)
    yield from calls.values()


def _chosen(
    candidate: Candidate, message_class: MessageClass, wishes: Mapping[str, bool], before: frozenset[str],
    barred: Callable[[Candidate, str], Reason | None],
) -> Line | Left:  # fmt: skip
    if candidate.is_excluded:
        return Left(candidate.person_id, "", Reason.EXCLUDED)
    chosen = choose(candidate.lines, message_class, wishes)
    if not isinstance(chosen, Line):
        return Left(candidate.person_id, *chosen)
    why_not = Reason.ALREADY if chosen.number in before else barred(candidate, chosen.number)
    return chosen if why_not is None else Left(candidate.person_id, chosen.number, why_not)


def choose(
    lines: Iterable[Line], message_class: MessageClass, wishes: Mapping[str, bool], *, may_ring: bool = False
) -> Line | tuple[str, Reason]:  # fmt: skip
    """The number to use for a person, or one of theirs with the reason why none may be used.

    A landline is used in danger, and for what `may_ring` anybody. One number on which they refused speaks for all of
    theirs: another must not be used to get round it.
    """
    usable: list[Line] = []
    why: tuple[str, Reason] = ("", Reason.NO_NUMBER)
    is_emergency = message_class is MessageClass.EMERGENCY
    for line in lines:
        reason = _unusable(line, is_emergency=is_emergency, may_ring=may_ring or is_emergency)
        if reason is not None:
            why = why if why[0] else (line.number, reason)
            continue
        allowed = may_send(message_class, wishes.get(line.number), line.number, to_many=True)
        if isinstance(allowed, Skipped):
            if allowed.reason == Reason.OPTED_OUT:
                return line.number, Reason.OPTED_OUT
            why = (line.number, Reason.NO_CONSENT)
            continue
        usable.append(line)
    # a text is read when there is time for it: a mobile comes before a landline wherever it stands, but in danger
    # a landline that somebody answers comes before a mobile that nobody does
    usable.sort(key=lambda line: (line.needs_check, not sms_capable(line.kind)))
    return usable[0] if usable else why


def reaches(line: Line) -> bool:
    """Whether an emergency can reach this number at all."""
    return _unusable(line, is_emergency=True, may_ring=True) is None


def _unusable(line: Line, *, is_emergency: bool, may_ring: bool) -> Reason | None:
    if is_withheld(line.number):
        return Reason.NO_NUMBER
    if line.extension:
        return Reason.EXTENSION
    if not sms_capable(line.kind) and not (may_ring and line.kind == NumberKind.LANDLINE):
        return Reason.NOT_A_MOBILE
    # in danger it goes whatever is believed of the number
    return Reason.NEEDS_CHECK if line.needs_check and not is_emergency else None


def add(recipients: dict[str, Recipient], candidate: Candidate, line: Line, way: Way) -> None:
    """Put somebody behind one of their numbers: the first decides the words, several are addressed by no name."""
    known = recipients.get(line.number)
    if known is None:
        recipients[line.number] = _recipient(candidate, line, way)
        return
    known.people += 1
    known.salutation = ""
    known.is_demo = known.is_demo or candidate.is_demo
    known.homes.update(candidate.homes)


def _recipient(candidate: Candidate, line: Line, way: Way) -> Recipient:
    return Recipient(
        line.number, way, candidate.language, candidate.salutation, candidate.is_demo, 1, dict(candidate.homes)
    )
