"""Two at once on one ticket: what happened while somebody wrote, what they wrote, and the two in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.choices import Choices
from console.timeline import Entry
from console.words import say_or

NOT_OURS = frozenset({"csrf_token", "seen", "from", "again", "waited"})
"""Fields of every form, which belong to its page and not to what was written."""
SAID = {"level": "level", "department": "department", "reason": "wait"}
"""Fields whose values have words, and how the keys of these begin."""
SHOWN = ("to", "level", "department", "reason", "until", "into", "number", "sort", "name", "contact")


@dataclass(frozen=True, slots=True)
class Both:
    """`news` of colleagues, oldest first; `text`, `picks` (in words) and `fields` (as typed) of mine; the two texts in
    `one`."""

    news: tuple[Entry, ...]
    text: str
    picks: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    one: str


def both_of(
    entries: Sequence[Entry], since: int, text: str, fields: Mapping[str, str], choices: Choices, *, longest: int,
    language: str,
) -> Both:  # fmt: skip
    """What happened after the event `since`, and what somebody wrote meanwhile. `entries` are newest first.

    Texts that are too long for one field are not put together: mine alone is.
    """
    news = tuple(entry for entry in reversed(entries) if entry.id > since)
    one = "\n".join(filter(None, (*(entry.quote for entry in news), text)))
    return Both(
        news, text, tuple(filter(None, (_words(name, fields.get(name, ""), choices, language) for name in SHOWN))),
        tuple((name, value) for name, value in fields.items() if name not in NOT_OURS),
        one if len(one) <= longest else text,
    )  # fmt: skip


def is_written(text: str, fields: Mapping[str, str]) -> bool:
    """Whether there is anything to lose."""
    return bool(text) or any(value for name, value in fields.items() if name not in NOT_OURS)


def _words(name: str, value: str, choices: Choices, language: str) -> str:
    if name in SAID:
        return say_or(f"{SAID[name]}.{value}", language)
    chosen = {
        "to": (*choices.desks, *((str(one.id), one.name) for one in choices.colleagues)),
        "into": choices.originals, "sort": choices.sorts,
    }  # fmt: skip
    return dict(chosen[name]).get(value, "") if name in chosen else value.replace("T", " ")
