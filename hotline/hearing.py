"""Which step follows which key, silence or wrong key. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hotline.menu import BACK, MORE, PERSON, REPEAT, ZERO, Choice, MenuStep, Patience, Words


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


@dataclass(frozen=True, slots=True)
class Begin:
    """They would rather speak than listen: the tone, at once."""


Move = Follow | AskAgain | GiveUp | GoBack
_ALWAYS = {ZERO: Choice(ZERO, PERSON)}


def hear(step: MenuStep, keys: str, tally: Tally, *, listed: int = 0, has_more: bool = False) -> Move:
    """What follows `keys` (empty: silence) at `step`, where `listed` entries were offered from key 1 on.

    A hash after digits ends them and never comes here. That one was pressed with no digit before it only some carriers
    say (`telephony.brought`): elsewhere nothing tells it from silence.
    """
    if not keys:
        return _bear(step.silence, replace(tally, silences=tally.silences + 1), tally.silences + 1)
    if keys == REPEAT:
        return AskAgain(None, Tally())
    if keys == BACK:
        return _hash_alone(step)
    if choice := step.choice(keys):
        return Follow(choice.to, choice.sets)
    if step.lists and (has_more and keys == MORE):
        return AskAgain(None, Tally(), turns_page=True)
    return _unnamed_key(step, keys, tally, listed)


def hear_message(
    step: MenuStep, keys: str, tally: Tally, *, is_spoken: bool, has_spoken: bool = False, is_over: bool = False
) -> Follow | AskAgain | Begin:  # fmt: skip
    """What follows a message at `step`, the silence in its place, or `keys`: before the tone, or ending the message.

    Star repeats, 0 is a person, the step's own keys lead where they say; any other key before the tone starts the
    message at once. `has_spoken`: they left one before, so that silence adds nothing to it and is not asked about.
    `is_over`: nobody is there to be asked again.
    """
    if keys == REPEAT:
        return AskAgain(None, Tally())
    # 0 also in menus that were written when no key worked here
    if choice := step.choice(keys) or _ALWAYS.get(keys):
        return Follow(choice.to, choice.sets)
    if keys and not is_spoken:
        return Begin()
    if is_spoken or has_spoken:
        return Follow(step.to)
    silences = tally.silences + 1
    if silences >= step.silence.times or is_over:
        return Follow(step.silence.to)
    return AskAgain(step.silence.words, replace(tally, silences=silences))


def message_keys(step: MenuStep) -> str:
    """The keys that mean something while a message is spoken at `step`; any other is only a tone in it."""
    return "".join(dict.fromkeys((BACK, REPEAT, ZERO, *(choice.key for choice in step.choices))))


def mishear(step: MenuStep, tally: Tally) -> Move:
    """What follows words that mean nothing to us. Keys go on working; where no words are heard it is a wrong key."""
    if step.unheard is None:
        return _bear(step.wrong, replace(tally, wrongs=tally.wrongs + 1), tally.wrongs + 1)
    return _bear(step.unheard, replace(tally, unheards=tally.unheards + 1), tally.unheards + 1)


def _hash_alone(step: MenuStep) -> Move:
    """Back, as anywhere; but digits that need not be keyed, as the first silence goes on there, are left out by it."""
    if step.asks == "digits" and step.silence.times == 1:
        return GiveUp(step.silence.words, step.silence.to)
    return GoBack()


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
