"""What was asked, in words of ours: everything that keys, and not a voice or a pen, have told us. Pure."""

from collections.abc import Mapping
from typing import Any

from console.words import say, say_or
from tickets.lifecycle import Channel, Kind
from tickets.triage import category_words

PUT_THROUGH = frozenset({"silent", "lost"})
"""Reasons for which a call was led to a person who was not asked for."""


def keyed(
    kind: Kind, category: str, channel: Channel, told: Mapping[str, Any], *, is_headquarters: bool, has_number: bool,
    language: str,
) -> tuple[str, ...]:  # fmt: skip
    """One line a fact, in the reader's language; `category` in words, `told` from the opening of the ticket."""
    reason = str(told.get("reason", ""))
    lines = [
        say("asked.care", language) if told.get("care") else "",
        _matter(kind, category, channel, reason, language),
        say_or(f"reason.{reason}", language),
        say("reason.call_back", language) if reason and reason not in PUT_THROUGH and has_number else "",
        say("asked.headquarters", language) if is_headquarters else "",
        "" if has_number else say_or(f"unnamed.{told.get('unnamed', '')}", language),
        say("asked.callback_keyed", language) if has_number and told.get("callback") else "",
        say("asked.said", language, what=category_words(str(told["said"]), language)) if told.get("said") else "",
        say("asked.unverified", language) if told.get("home") else "",
        say("asked.before", language, ref=told["before"]) if told.get("before") else "",
    ]
    return tuple(line for line in lines if line)


def _matter(kind: Kind, category: str, channel: Channel, reason: str, language: str) -> str:
    """What the keys of a call chose; of a text, and of a call without a choice, there is nothing to say."""
    if channel != Channel.CALL or reason == "missed" or reason in PUT_THROUGH:
        return ""
    of_kind = "" if kind == Kind.HELP else say(f"kind.{kind.value}", language)
    parts = dict.fromkeys(_capital(part) for part in (of_kind, category) if part)
    return say("asked.by_keys", language, what=" · ".join(parts)) if parts else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
