"""A walk through the menus by the rules of the telephone, with nobody on the line and nothing written down. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from hotline.asking import question
from hotline.hearing import AskAgain, Begin, Follow, GiveUp, GoBack, hear, hear_message, message_keys
from hotline.intake import Intake
from hotline.menu import (
    BACK,
    EMERGENCY,
    LONGEST_LIST,
    PERSON,
    REPEAT,
    USUAL_AT_NIGHT,
    USUAL_FIRST,
    Book,
    MenuStep,
    Words,
)
from hotline.menupaths import follows
from hotline.menuwords import ACTS, FINAL, LEFT_OPEN
from tickets.lifecycle import Kind as Purpose

Kind = Literal["question", "act", "ring", "end"]

SILENCE, WRONG, SPEAK, DIGITS, ON = "silence", "wrong", "speak", "digits", "to:"
"""What a walker does beside keys: nothing, a key that means nothing, a message, some digits, the outcome of an act."""
LONGEST = 60
"""So many presses a walk may have."""
_RINGS = frozenset({PERSON, EMERGENCY})
_WRONG_KEY = "A"
"""No telephone's ten keys send it, so no menu gives it a meaning."""
_TOPS = frozenset({USUAL_FIRST, USUAL_AT_NIGHT})
_ESTATES = "projects.choose"
_TWO = (Words("〔第一项〕", "〔the first of them〕"), Words("〔第二项〕", "〔the second of them〕"))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk goes through: the menus, where the call begins, what is filled in, what is listed.

    `top` is the first question of everybody whose estate is known.
    """

    book: Book
    first: str
    top: str
    values: Mapping[str, Words] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Words]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a walk stands after a press.

    `question`: a question is put; `act`: the hotline does `act` and what comes of it depends on the caller; `ring`: a
    person is rung; `end`: the call is over. `said` are all words since the press before. `offers` are the presses that
    mean something here.
    """

    kind: Kind
    name: str
    said: tuple[Words, ...]
    acts: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()

    @property
    def leaves_ticket(self) -> bool:
        """Whether the end of it is a ticket."""
        return self.name == "@received"


def walk(ground: Ground, presses: Iterable[str]) -> list[Stop]:
    """The first stop and one more for each press; a press that is not offered ends the walk before it."""
    here = _Walker(ground, Intake(), knows_estate=ground.first != _ESTATES)
    stops = [here.comes_to(ground.first)]
    for press in list(presses)[:LONGEST]:
        if press not in stops[-1].offers:
            break
        stops.append(here.presses(press))
    return stops


@dataclass
class _Walker:
    ground: Ground
    intake: Intake
    knows_estate: bool
    said: list[Words] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def presses(self, press: str) -> Stop:
        self.said, self.acts = [], []
        if press.startswith(ON):
            return self.comes_to(press.removeprefix(ON))
        step = self.ground.book.step(self.intake.place)
        return self._spoke(step, press) if step.asks == "message" else self._keyed(step, press)

    def _spoke(self, step: MenuStep, press: str) -> Stop:
        keys = press if press in message_keys(step) else ""
        move = hear_message(
            step, keys, self.intake.tally, is_spoken=press == SPEAK, has_spoken=bool(self.intake.messages)
        )
        if isinstance(move, Begin):
            self.said.append(self.ground.book.words("main.speak_now"))
            return Stop("question", step.name, tuple(self.said), (), _message_offers(step))
        if isinstance(move, AskAgain):
            return self._asked_again(step, move)
        if press == SPEAK:
            self.intake = self.intake.having(way=(), messages=self.intake.messages + 1)
        elif keys:
            self.intake = self.intake.after(move)
        return self.comes_to(move.to)

    def _keyed(self, step: MenuStep, press: str) -> Stop:
        keys = {SILENCE: "", WRONG: _WRONG_KEY, DIGITS: "12"}.get(press, press)
        move = hear(step, keys, self.intake.tally, listed=len(self._entries(step)))
        if isinstance(move, AskAgain):
            return self._asked_again(step, move)
        self.intake = self.intake.after(move)
        if isinstance(move, GoBack):
            return self.comes_to(self.intake.place)
        if isinstance(move, GiveUp):
            self.said.append(move.words)
        elif isinstance(move, Follow) and "purpose" in move.sets:
            self.intake = self.intake.having(purpose=move.sets["purpose"])
        return self.comes_to(move.to)

    def _asked_again(self, step: MenuStep, move: AskAgain) -> Stop:
        self.intake = self.intake.after(move)
        if move.words:
            self.said.append(move.words)
        return self._asks(step)

    def comes_to(self, to: str) -> Stop:
        """Do act after act while there is no choice in what comes of it."""
        while to in ACTS:
            self.acts.append(to)
            self._done(to)
            outcomes = self._outcomes(to)
            if not outcomes:
                return Stop("end", to, tuple(self.said), tuple(self.acts))
            if to in _RINGS or len(outcomes) > 1:
                kind: Kind = "ring" if to in _RINGS else "act"
                return Stop(kind, to, tuple(self.said), tuple(self.acts), tuple(ON + name for name in outcomes))
            to = outcomes[0]
        step = self.ground.book.find(to) or self.ground.book.step(self.ground.first)
        self.intake = self.intake.comes_to(step.name)
        return self._asks(step)

    def _done(self, act: str) -> None:
        if act in FINAL:
            self.intake = self.intake.having(way=())
        if act == EMERGENCY:
            self.intake = self.intake.having(purpose=Purpose.EMERGENCY.value)
        self.knows_estate = self.knows_estate or act == "@project"

    def _outcomes(self, act: str) -> tuple[str, ...]:
        """What may come of an act, as far as the walk has not settled it: the estate, what it is about."""
        names = follows(act, self.intake.purpose)
        if act == PERSON:
            is_emergency = self.intake.purpose == Purpose.EMERGENCY
            names = tuple(name for name in names if name.startswith("emergency.") == is_emergency)
        if act == "@project" and not self.intake.purpose:
            names = tuple(name for name in names if name in _TOPS or name == "known.trouble")
        if self.knows_estate:
            names = tuple(self.ground.top if name in _TOPS else name for name in names if name != _ESTATES)
        else:
            names = tuple(_ESTATES if name in _TOPS else name for name in names)
        return tuple(dict.fromkeys(names))

    def _asks(self, step: MenuStep) -> Stop:
        self.said.append(self._question(step))
        return Stop("question", step.name, tuple(self.said), tuple(self.acts), self._offers(step))

    def _question(self, step: MenuStep) -> Words:
        spoken = {}
        for language in ("zh", "en"):
            values = {name: f"〔{called.spoken(language)}〕" for name, called in LEFT_OPEN.items()}
            values |= {name: words.spoken(language) for name, words in self.ground.values.items()}
            entries = [entry.spoken(language) for entry in self._entries(step)]
            spoken[language] = question(
                step, language, entries, can_go_back=bool(self.intake.way), values=values
            )  # fmt: skip
        return Words(spoken["zh"], spoken["en"])

    def _entries(self, step: MenuStep) -> Sequence[Words]:
        return self.ground.lists.get(step.lists, _TWO)[:LONGEST_LIST] if step.lists else ()

    def _offers(self, step: MenuStep) -> tuple[str, ...]:
        if step.asks == "message":
            return (*_message_offers(step), BACK)
        listed = tuple(str(i + 1) for i in range(len(self._entries(step))))
        digits = (DIGITS,) if step.asks == "digits" else ()
        keys = tuple(choice.key for choice in step.choices)
        return (*digits, *listed, *keys, REPEAT, BACK, SILENCE, WRONG)


def _message_offers(step: MenuStep) -> tuple[str, ...]:
    """What can be done at a message, beside starting it at once."""
    return (SPEAK, *(key for key in message_keys(step) if key != BACK), SILENCE)
