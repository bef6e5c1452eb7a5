"""The shapes of a menu: a menu is data, and this is what there may be in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

Asks = Literal["key", "digits", "message"]

REPEAT = "*"
BACK = "#"
ZERO = "0"
PERSON = "@person"
EMERGENCY = "@emergency"
LONGEST_LIST = 5
"""How many choices a voice may offer below the top level before an old listener has lost the first."""
ALWAYS_THE_SAME = frozenset("089")
"""Keys that mean the same at every question: a person, the other language, more of it or another matter."""
USUAL_FIRST, USUAL_AT_NIGHT = "main.top", "night.top"
HEARD = "@heard"
"""Words were understood: they are read back, and nothing is done before a key says yes."""
MORE = "9"
"""The key of a long list that speaks its next page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words to be spoken in one language; `recorded` is the file in which somebody speaks them (empty: none)."""

    words: str
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages; `recorded` are the files, by language, in which somebody speaks them."""

    zh: str
    en: str
    recorded: Mapping[str, str] = field(default_factory=dict, hash=False)

    def spoken(self, language: str, **values: object) -> str:
        """The words in `language` ("en", else Chinese) with every placeholder filled; `KeyError` if one is not."""
        return (self.en if language == "en" else self.zh).format_map(values)

    def piece(self, language: str, **values: object) -> Piece:
        """The same, with the file in which it is spoken."""
        return Piece(self.spoken(language, **values), self.recorded.get("en" if language == "en" else "zh", ""))


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key does: where it leads, what it tells us, and how it is offered (None: not spoken)."""

    key: str
    to: str
    sets: Mapping[str, str] = field(default_factory=dict)
    label: Words | None = None
    says: Words | None = None

    def offer(self, language: str) -> Piece:
        """The choice as it is spoken: its own sentence, or its label in the usual sentence."""
        if self.says:
            return self.says.piece(language, key=self.key)
        return Piece(offer(self.label.spoken(language), self.key, language) if self.label else "")


@dataclass(frozen=True, slots=True)
class Patience:
    """What is said after silence or a wrong key, how many times in all it is borne, and where it then leads."""

    words: Words
    times: int
    to: str


@dataclass(frozen=True, slots=True)
class MenuStep:
    """One question of a menu. `name` is `menu.step`; `to` is where digits or a message lead.

    `lists` names a list that is only known during the call (homes, projects, tickets); its entries are
    offered from key 1 on, and picking one leads to `to`. `unheard` is the patience with words that mean nothing to us.
    """

    name: str
    asks: Asks
    says: Words
    silence: Patience
    wrong: Patience
    choices: tuple[Choice, ...] = ()
    to: str = ""
    lists: str = ""
    after: Words | None = None
    unheard: Patience | None = None

    @property
    def hears_words(self) -> bool:
        """Whether words are understood here beside keys: then there is patience for those that are not."""
        return self.unheard is not None

    def choice(self, key: str) -> Choice | None:
        """What this key does here, if anything."""
        return next((choice for choice in self.choices if choice.key == key), None)


@dataclass(frozen=True, slots=True)
class When:
    """Where and when a menu stands in for the usual first one: in one project, in some hours of the day, or both.

    `starts` and `ends` are local; hours that end before they start go over midnight. Both None: the whole day.
    """

    project: str = ""
    starts: time | None = None
    ends: time | None = None

    @property
    def weight(self) -> int:
        """Of two that hold the one with more weight is heard: a project's own before the hours of all."""
        return 2 * bool(self.project) + (self.starts is not None)

    def holds(self, project: str, at: time) -> bool:
        """Whether it stands in for callers of `project` at this time of day."""
        return self.project in {"", project} and self.has_hour(at)

    def has_hour(self, at: time) -> bool:
        """Whether a time of day is one of its hours."""
        if self.starts is None or self.ends is None:
            return True
        if self.starts < self.ends:
            return self.starts <= at < self.ends
        return at >= self.starts or at < self.ends

    def clashes(self, other: "When") -> bool:
        """Whether at some moment nobody could say which of the two is heard."""
        if (self.project, self.weight) != (other.project, other.weight):
            return False
        return any(two.starts is None or one.has_hour(two.starts) for one, two in ((self, other), (other, self)))


@dataclass(frozen=True, slots=True)
class Menu:
    """One file: its questions, and the sentences its answers are made of. With `when` it is a variant of the first."""

    name: str
    is_top: bool
    steps: tuple[MenuStep, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    when: When | None = None
    title: Words | None = None

    @property
    def called(self) -> Words:
        """What people who read call it: its title, else its name."""
        return self.title or Words(self.name, self.name)

    @property
    def first(self) -> str:
        """The question at which a call begins that hears this menu first."""
        return f"{self.name}.top"

    def stands_for(self, step: str) -> str:
        """The question of the release that `step` of this menu stands in for: the first one, or itself."""
        return USUAL_FIRST if self.when and step == self.first else step


@dataclass(frozen=True, slots=True)
class Book:
    """All menus of an installation. What these menus lack stands in those `beneath`, that came with the release."""

    menus: Mapping[str, Menu]
    beneath: "Book | None" = None

    @property
    def every(self) -> Mapping[str, Menu]:
        """All menus a call may come to, by name: these, and those beneath that these do not replace."""
        return {**(self.beneath.every if self.beneath else {}), **self.menus}

    def step(self, name: str) -> MenuStep:
        """The question called `menu.step`. Raises `KeyError`: menus are checked before they are used."""
        if (step := self.find(name)) is None:
            raise KeyError(name)
        return step

    def find(self, name: str) -> MenuStep | None:
        """The question called `menu.step`; None if a call still names it and the menus no longer do."""
        menu = self.menus.get(name.partition(".")[0])
        for step in menu.steps if menu else ():
            if step.name == name:
                return step
        return self.beneath.find(name) if self.beneath else None

    def variant(self, project: str, at: time) -> str:
        """The question that stands in for the usual first one here and now; empty: none does."""
        holding = [
            (menu.when.weight, menu.first) for menu in self.menus.values() if menu.when and menu.when.holds(project, at)
        ]
        return max(holding)[1] if holding else ""

    def first(self, project: str, at: time, *, is_day: bool) -> str:
        """The question at which callers of `project` begin at this time of day; `is_day`: its desk is open."""
        return self.variant(project, at) or (USUAL_FIRST if is_day else USUAL_AT_NIGHT)

    def stands_for(self, name: str) -> str:
        """The question of the release that this one stands in for."""
        menu = self.menus.get(name.partition(".")[0])
        return menu.stands_for(name) if menu else name

    def words(self, name: str) -> Words:
        """The sentence called `menu.sentence`."""
        menu, _, sentence = name.partition(".")
        if menu in self.menus and sentence in self.menus[menu].words:
            return self.menus[menu].words[sentence]
        if self.beneath is None:
            raise KeyError(name)
        return self.beneath.words(name)

    def says(self, name: str) -> bool:
        """Whether there is a sentence called `menu.sentence`."""
        menu, _, sentence = name.partition(".")
        is_here = menu in self.menus and sentence in self.menus[menu].words
        return is_here or (self.beneath is not None and self.beneath.says(name))


def offer(label: str, key: str, language: str) -> str:
    """`报修` and `1` as a voice offers them; a star is called by its name."""
    if language == "en":
        return f"For {label}, press {'star' if key == REPEAT else key}."
    return f"{label}请按{'星号' if key == REPEAT else key}。"
