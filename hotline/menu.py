"""Which step follows which key, silence or wrong key; a menu is data, this is what it means. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Tally:
    """How often in a row this question met silence, wrong keys and words not understood; a good key forgets all."""

    silences: int = 0
    wrongs: int = 0
    unheards: int = 0


@dataclass(frozen=True, slots=True)
class Follow:
    """Go to `to`; remember what the key `sets`. `picked` is the place in the list, from 0; `digits` what was keyed."""

    to: str
    sets: Mapping[str, str] = field(default_factory=dict)
    picked: int | None = None
    digits: str = ""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Say `words` (None: nothing more, they asked to hear it again) and ask the same question."""

    words: Words | None
    tally: Tally
    turns_page: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Patience is over: say `words` and go to `to`, where somebody can help."""

    words: Words
    to: str


@dataclass(frozen=True, slots=True)
class GoBack:
    """Ask the question before this one."""


Move = Follow | AskAgain | GiveUp | GoBack


def hear(step: MenuStep, keys: str, tally: Tally, *, listed: int = 0, has_more: bool = False) -> Move:
    """What follows `keys` (empty: silence) at `step`, where `listed` entries were offered from key 1 on."""
    if not keys:
        return _bear(step.silence, replace(tally, silences=tally.silences + 1), tally.silences + 1)
    if keys == REPEAT:
        return AskAgain(None, Tally())
    if keys == BACK and step.asks == "key":
        # after digits it ends what is keyed, and never comes here
        return GoBack()
    if choice := step.choice(keys):
        return Follow(choice.to, choice.sets)
    if step.lists and (has_more and keys == MORE):
        return AskAgain(None, Tally(), turns_page=True)
    return _unnamed_key(step, keys, tally, listed)


def hear_message(step: MenuStep, tally: Tally, *, is_spoken: bool, is_over: bool = False) -> Follow | AskAgain:
    """What follows a message at `step`, or the silence in its place; `is_over`: nobody is there to be asked again."""
    if is_spoken:
        return Follow(step.to)
    silences = tally.silences + 1
    if silences >= step.silence.times or is_over:
        return Follow(step.silence.to)
    return AskAgain(step.silence.words, replace(tally, silences=silences))


def mishear(step: MenuStep, tally: Tally) -> Move:
    """What follows words that mean nothing to us. Keys go on working; where no words are heard it is a wrong key."""
    if step.unheard is None:
        return _bear(step.wrong, replace(tally, wrongs=tally.wrongs + 1), tally.wrongs + 1)
    return _bear(step.unheard, replace(tally, unheards=tally.unheards + 1), tally.unheards + 1)


def _unnamed_key(step: MenuStep, keys: str, tally: Tally, listed: int) -> Move:
    if step.lists and keys.isdigit() and 1 <= int(keys) <= listed:
        return Follow(step.to, picked=int(keys) - 1)
    if step.asks == "digits" and keys.isdigit():
        return Follow(step.to, digits=keys)
    return _bear(step.wrong, replace(tally, wrongs=tally.wrongs + 1), tally.wrongs + 1)


def _bear(patience: Patience, tally: Tally, count: int) -> Move:
    if count >= patience.times:
        return GiveUp(patience.words, patience.to)
    return AskAgain(patience.words, tally)


def offer(label: str, key: str, language: str) -> str:
    """`报修` and `1` as a voice offers them; a star is called by its name."""
    if language == "en":
        return f"For {label}, press {'star' if key == REPEAT else key}."
    return f"{label}请按{'星号' if key == REPEAT else key}。"


def question(
    step: MenuStep, language: str, entries: Iterable[str] = (), *, has_more: bool = False, can_go_back: bool = False,
    values: Mapping[str, object] | None = None,
) -> str:  # fmt: skip
    """All the words of a question, as `pieces` has them."""
    found = pieces(step, language, entries, has_more=has_more, can_go_back=can_go_back, values=values)
    return _glue(language).join(piece.words for piece in found)


def pieces(
    step: MenuStep, language: str, entries: Iterable[str] = (), *, has_more: bool = False, can_go_back: bool = False,
    values: Mapping[str, object] | None = None,
) -> list[Piece]:  # fmt: skip
    """What a question says, its list, what it offers in the order of the file, what comes last.

    Neighbours that nobody has recorded are one piece.
    """
    parts = [step.says.piece(language, **(values or {}))]
    for place, entry in enumerate(entries, start=1):
        parts.append(Piece(offer(entry, str(place), language)))
    if has_more:
        parts.append(Piece(offer("more choices" if language == "en" else "更多选项", MORE, language)))
    parts += [choice.offer(language) for choice in step.choices]
    if can_go_back and step.asks == "key":
        parts.append(Piece("To go back, press hash." if language == "en" else "返回上一步请按井号。"))
    if step.after:
        parts.append(step.after.piece(language))
    return _joined(parts, _glue(language))


def _glue(language: str) -> str:
    return " " if language == "en" else ""


def _joined(parts: Iterable[Piece], glue: str) -> list[Piece]:
    found: list[Piece] = []
    for part in parts:
        if found and part.words and not (part.recorded or found[-1].recorded):
            found[-1] = Piece(f"{found[-1].words}{glue}{part.words}")
        elif part.words:
            found.append(part)
    return found


def page_of(entries: tuple[int, ...], page: int) -> tuple[tuple[int, ...], bool]:
    """The entries of one page of a long list (it goes round), and whether there are more pages."""
    pages = max(1, -(-len(entries) // LONGEST_LIST))
    start = (page % pages) * LONGEST_LIST
    return entries[start : start + LONGEST_LIST], pages > 1
