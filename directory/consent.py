"""What STOP, 退订 and R mean, and who may be sent what. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from base.han import simplified
from directory.classes import ASKED_FIRST_IN, RULES, TO_MANY_ASKED_FIRST_IN

ALWAYS = frozenset(name for name, rules in RULES.items() if not rules.is_refusable)
"""Classes nobody can refuse: a contract, a danger, an employment."""

REFUSABLE = tuple(name for name, rules in RULES.items() if rules.is_refusable)
"""Classes an opt-out silences when it does not say which."""

ASKED_FIRST = frozenset(name for name, rules in RULES.items() if rules.is_asked_first)
"""Classes that need a yes before the first one; a survey about one's own ticket does not, but in some countries."""

CHOOSABLE = (*REFUSABLE, *sorted(frozenset[str]().union(*TO_MANY_ASKED_FIRST_IN.values()) - {*REFUSABLE}))
"""Classes about which somebody, somewhere, can choose (`choosable`)."""

_OPT_OUT = {"R", "T", "TD", "N", "0000", "退订", "拒收", "不要再发", "不要再发了", "STOP", "UNSUBSCRIBE", "取消订阅"}
_OPT_OUT |= {"回复R", "回复T", "回复TD", "退订R", "拒收R", "拒收请回复R", "STOPALL"}
_OPT_IN = {"订阅", "START", "接收", "恢复订阅", "UNSTOP"}


class Choice(StrEnum):
    """What somebody chose by a text."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be sent."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """It must not be sent; `reason` is the word the ledger keeps."""

    reason: str


def read_choice(text: str) -> Choice | None:
    """The choice in a reply, or None: then it is something somebody said and must be read by a person.

    Width, case, spaces, quotes and punctuation do not matter (`Ｒ。`, `“t d”`), nor whether it is written in
    traditional signs (`退訂`); the words must be all there is.
    """
    bare = simplified(re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))).upper()
    if bare in _OPT_OUT:
        return Choice.OPT_OUT
    return Choice.OPT_IN if bare in _OPT_IN else None


def is_asked_first(message_class: str, number: str = "", *, to_many: bool = False) -> bool:
    """Whether it takes a yes before the first message of this class to this number (E.164), where it goes `to_many`."""
    own = [ASKED_FIRST_IN, TO_MANY_ASKED_FIRST_IN] if to_many else [ASKED_FIRST_IN]
    there = (classes for each in own for begins, classes in each.items() if number.startswith(begins))
    return message_class in ASKED_FIRST or any(message_class in classes for classes in there)


def choosable(number: str) -> tuple[str, ...]:
    """The classes about which whoever has this number can choose."""
    there = (classes for begins, classes in TO_MANY_ASKED_FIRST_IN.items() if number.startswith(begins))
    return (*REFUSABLE, *sorted(name for classes in there for name in classes if name not in REFUSABLE))


def may_send(
    message_class: str, last_word: bool | None, number: str = "", *, to_many: bool = False
) -> Allowed | Skipped:  # fmt: skip
    """Whether a message of this class may go to a `number` whose newest word about it was `last_word`.

    True: they want it. False: they refused. None: they never said. Where the number is, and whether the same goes
    `to_many`, depends whether that is enough.
    """
    takes_a_yes = is_asked_first(message_class, number, to_many=to_many)
    if last_word or (message_class in ALWAYS and not takes_a_yes):
        return Allowed()
    if last_word is False:
        return Skipped("opted_out")
    return Skipped("no_consent") if takes_a_yes else Allowed()
