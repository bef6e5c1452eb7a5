"""What a call has told us so far, and what it becomes. Pure."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from hotline.hearing import AskAgain, GoBack, Move, Tally
from tickets.lifecycle import HEADQUARTERS, Kind

RINGING = "@ringing"
"""Where a call is while telephones ring for it, instead of at a menu's question."""
TO_RING = "@to_ring"
"""The ticket stands; the first telephone is rung next."""


@dataclass(frozen=True)
class Intake:
    """Everything between two webhooks of a call; kept as JSON on its row.

    `place` is the question we wait on (`repair.category`) or `RINGING`; `homes` are those the caller may choose
    from, `home_place` is where the one they mean is, in Chinese; `listed` are the ids behind the entries just
    offered. `is_known` and `is_demo` are what the directory said of their number. `is_answered` means they got
    what they called for: hanging up leaves nothing to do. `missed_id` is the ticket that the call's end left, until
    a key that comes later says what it is about. `survey_id` is the question they missed, `score_key` their answer;
    `interview_id` is that of a wave. `unsaid` are words that wait for a commit before they are said.
    `trouble_ids` are the incidents they were told of. `way` are the questions that led to `place`, each with what
    the keys had told before it. `nobody_came`: every telephone that was rung for them stayed without an answer.
    `has_asked_call`: they chose to be called back, and it was written down.
    `shown` stands in the place of a number that cannot be rung back (`withheld`, `machine`, `short`, `service`);
    `callback` is the one they keyed instead, on the way to the question `message_step`.
    `after_home` is where a confirmed home leads, if not to a ticket. `has_empty_home`: they look after one in which
    nobody lives. `live_page_id` is the page of the telephone that rings, `rung_with_it` those of the
    others that do, `rung_since` the moment at which the first one did. `needs_care`: somebody behind the number is on
    the care list; `has_passed_care`: they were offered to be put through at once. `claimed_id` is the ticket whose code
    they keyed.
    `said_kind` and `said_category` are what their words at the question `said_at` seemed to mean, until a key says yes
    or no; `said_wrongs` counts the noes. `is_past_projects`: they called the company where projects have own numbers.
    """

    place: str = ""
    silences: int = 0
    wrongs: int = 0
    unheards: int = 0
    purpose: str = ""
    category: str = ""
    is_anonymous: bool = False
    to_headquarters: bool = False
    salutation: str = ""
    is_shared: bool = False
    is_withheld: bool = False
    shown: str = ""
    callback: str = ""
    callback_tries: int = 0
    was_asked_number: bool = False
    message_step: str = ""
    after_home: str = ""
    has_empty_home: bool = False
    is_known: bool = False
    is_demo: bool = False
    is_past_projects: bool = False
    homes: tuple[int, ...] = ()
    home_place: str = ""
    listed: tuple[int, ...] = ()
    offered: tuple[int, ...] = ()
    list_page: int = 0
    building_keys: str = ""
    unit_keys: str = ""
    keyed_home_id: int = 0
    home_tries: int = 0
    has_no_home: bool = False
    ref_keys: str = ""
    ref_tries: int = 0
    code_tries: int = 0
    claimed_id: int = 0
    said_kind: str = ""
    said_category: str = ""
    said_at: str = ""
    said_wrongs: int = 0
    is_answered: bool = False
    has_joined: bool = False
    messages: int = 0
    empty_messages: int = 0
    live_page_id: int = 0
    rung_with_it: tuple[int, ...] = ()
    rung_since: str = ""
    nobody_came: bool = False
    has_asked_call: bool = False
    was_told_taken: bool = False
    page_id: int = 0
    passed: tuple[int, ...] = ()
    chosen_ticket_id: int = 0
    missed_id: int = 0
    survey_id: int = 0
    interview_id: int = 0
    score_key: str = ""
    trouble_ids: tuple[int, ...] = ()
    needs_care: bool = False
    has_passed_care: bool = False
    unsaid: tuple[str, ...] = ()
    way: tuple[dict[str, Any], ...] = ()

    def having(self, **facts: Any) -> Self:
        """The same with these facts told. At every turn of a call, several times: a constructor takes fifteen times as
        long for so many fields. Raises `TypeError` for a fact there is no room for.
        """
        if unknown := facts.keys() - _UNTOLD.keys():
            raise TypeError(f"no fact of a call: {', '.join(sorted(unknown))}")
        told = object.__new__(type(self))
        vars(told).update(vars(self), **facts)
        return told

    @property
    def tally(self) -> Tally:
        """Silences, wrong keys and words not understood at the present question."""
        return Tally(self.silences, self.wrongs, self.unheards)

    @property
    def spoke_of_danger(self) -> bool:
        """Whether their words meant that somebody is in danger, and no key has said yet that it is so, or not."""
        return self.said_kind == Kind.EMERGENCY

    def passes(self) -> Self:
        """The present question is answered: it ends the way, with what was told before its answer."""
        told = {name: kept for name in TAKEN_BACK if (kept := getattr(self, name)) != _UNTOLD[name]}
        return self.having(way=(*self.way, {"place": self.place, **told}))

    def after(self, move: Move) -> Self:
        """What was heard moves the call on from the present question, or not: asked again, back, or answered."""
        if isinstance(move, AskAgain):
            page = self.list_page + (1 if move.turns_page else 0)
            return self.having(
                silences=move.tally.silences,
                wrongs=move.tally.wrongs,
                unheards=move.tally.unheards,
                list_page=page,
            )
        return self.goes_back() if isinstance(move, GoBack) else self.passes()

    def comes_to(self, place: str) -> Self:
        """The question `place` is put: patience begins anew, and a way that was here before is cut short to it."""
        before = next((i for i, passed in enumerate(self.way) if passed["place"] == place), len(self.way))
        here = self.having(way=self.way[:before])
        return here if place == self.place else here.having(place=place, silences=0, wrongs=0, unheards=0, list_page=0)

    def goes_back(self) -> Self:
        """At the question before this one, as if the keys since then had not been pressed; at the first, as before."""
        if not self.way:
            return self.having(silences=0, wrongs=0, unheards=0)
        *way, passed = self.way
        told = {name: passed.get(name, _UNTOLD[name]) for name in TAKEN_BACK}
        return self.having(way=tuple(way), **told).comes_to(passed["place"])

    @property
    def live_pages(self) -> tuple[int, ...]:
        """The pages of the telephones that were rung last for this caller."""
        return (self.live_page_id, *self.rung_with_it) if self.live_page_id else ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for the row: what has not been told yet is left out."""
        return {name: kept for name, untold in _UNTOLD.items() if (kept := getattr(self, name)) != untold}

    @staticmethod
    def from_json(kept: dict[str, Any]) -> "Intake":
        """From the row; fields of another release are left out, lists become tuples."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in kept.items() if k in _UNTOLD}
        return _NOTHING_TOLD.having(**values)


_UNTOLD = {field.name: field.default for field in fields(Intake)}
_NOTHING_TOLD = Intake()
TAKEN_BACK = (
    "purpose", "category", "is_anonymous", "to_headquarters", "score_key", "said_kind", "said_category", "said_at",
)  # fmt: skip
"""What keys and words tell, and take back: whoever goes back from an unnamed complaint has not asked to be unnamed."""


class Reason(StrEnum):
    """Why a call is a ticket that its keys did not ask for: nobody finished it, or it ended with a person unasked.

    `silent`: no key came; `lost`: the keys that came led nowhere. `trouble`: its end, at least, did not reach us.
    Whoever came then was rung without us, and may have talked.
    """

    BROKEN_OFF = "broken_off"
    MISSED = "missed"
    SILENT = "silent"
    LOST = "lost"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Report:
    """What a call becomes: the kind and category of a ticket, whose desk, and whether the caller stays unnamed.

    `before` is the number of an earlier emergency of the same caller. All of it are words of ours, to be said in
    the language of whoever reads: what the caller said is the recording.
    """

    kind: Kind
    category: str
    owner_desk: str
    is_anonymous: bool
    reason: Reason | None = None
    before: str = ""

    def of_category(self, category: str) -> Self:
        """The same in another category."""
        return replace(self, category=category)


def report(intake: Intake) -> Report:
    """What the call asks for, as far as it has said; somebody who said nothing wants help."""
    kind = Kind(intake.purpose) if intake.purpose in set(Kind) else Kind.HELP
    return Report(
        kind=kind,
        category=intake.category,
        # an emergency is never hidden from those who have to come
        owner_desk=HEADQUARTERS if intake.to_headquarters and kind is Kind.COMPLAINT else "",
        is_anonymous=intake.is_anonymous,
    )


def missed_report(intake: Intake, *, had_trouble: bool = False) -> Report:
    """What a call becomes that ended before it was finished. Danger that was spoken of, and not taken back, is one:

    waking somebody in vain is the lesser evil.
    """
    if intake.spoke_of_danger:
        intake = intake.having(purpose=Kind.EMERGENCY.value, category=intake.said_category, is_anonymous=False)
    reason = Reason.BROKEN_OFF if intake.purpose else Reason.MISSED
    return replace(report(intake), reason=Reason.TROUBLE if had_trouble else reason)


def leaves_ticket(intake: Intake, *, has_ticket: bool, is_staff: bool) -> bool:
    """Whether hanging up now leaves something to do that no ticket holds yet. A missed call is a ticket.

    Not a colleague's, who only wanted to hear what waits for them; once they chose a purpose they are a resident.
    """
    only_listened = is_staff and not intake.purpose and not intake.spoke_of_danger
    return not (has_ticket or only_listened or intake.is_answered or intake.has_joined)
