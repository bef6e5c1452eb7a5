"""Which step follows which key, silence or wrong key; a menu is data, this is what it means. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Asks = Literal["key", "digits", "message"]

REPEAT = "*"
BACK = "#"
ZERO = "0"
PERSON = "@person"
EMERGENCY = "@emergency"
LONGEST_LIST = 5
"""How many choices a voice may offer below the top level before an old listener has lost the first."""
MORE = "9"
"""The key of a long list that speaks its next page."""


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    zh: str
    en: str

    def spoken(self, language: str, **values: object) -> str:
        """The words in `language` ("en", else Chinese) with every placeholder filled; `KeyError` if one is not."""
        return (self.en if language == "en" else self.zh).format_map(values)


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key does: where it leads, what it tells us, and how it is offered (None: not spoken)."""

    key: str
    to: str
    sets: Mapping[str, str] = field(default_factory=dict)
    label: Words | None = None
    says: Words | None = None

    def offer(self, language: str) -> str:
        """The choice as it is spoken: its own sentence, or its label in the usual sentence."""
        if self.says:
            return self.says.spoken(language, key=self.key)
        if self.label is None:
            return ""
        return offer(self.label.spoken(language), self.key, language)


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
    offered from key 1 on, and picking one leads to `to`.
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

    def choice(self, key: str) -> Choice | None:
        """What this key does here, if anything."""
        return next((choice for choice in self.choices if choice.key == key), None)


@dataclass(frozen=True, slots=True)
class Menu:
    """One file: its questions, and the sentences its answers are made of."""

    name: str
    is_top: bool
    steps: tuple[MenuStep, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """All menus of an installation."""

    menus: Mapping[str, Menu]

    def step(self, name: str) -> MenuStep:
        """The question called `menu.step`. Raises `KeyError`: menus are checked before they are used."""
        if (step := self.find(name)) is None:
            raise KeyError(name)
        return step

    def find(self, name: str) -> MenuStep | None:
        """The question called `menu.step`; None if a call still names it and the menus no longer do."""
        menu = self.menus.get(name.split(".", maxsplit=1)[0])
        return next((step for step in menu.steps if step.name == name), None) if menu else None

    def words(self, name: str) -> Words:
        """The sentence called `menu.sentence`."""
        menu, _, sentence = name.partition(".")
        return self.menus[menu].words[sentence]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often in a row this question met silence and wrong keys; any good key forgets both."""

    silences: int = 0
    wrongs: int = 0


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
    """All the words of a question: what it says, its list, what it offers in the order of the file, what comes last."""
    parts = [step.says.spoken(language, **(values or {}))]
    for place, entry in enumerate(entries, start=1):
        parts.append(offer(entry, str(place), language))
    if has_more:
        parts.append(offer("more choices" if language == "en" else "更多选项", MORE, language))
    parts += [choice.offer(language) for choice in step.choices]
    if can_go_back and step.asks == "key":
        parts.append("To go back, press hash." if language == "en" else "返回上一步请按井号。")
    if step.after:
        parts.append(step.after.spoken(language))
    return (" " if language == "en" else "").join(part for part in parts if part)


def page_of(entries: tuple[int, ...], page: int) -> tuple[tuple[int, ...], bool]:
    """The entries of one page of a long list (it goes round), and whether there are more pages."""
    pages = max(1, -(-len(entries) // LONGEST_LIST))
    start = (page % pages) * LONGEST_LIST
    return entries[start : start + LONGEST_LIST], pages > 1
