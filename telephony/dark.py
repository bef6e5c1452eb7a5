"""When the house is dark: what a caller hears and whom we ring with neither database nor queue.

The clock writes tonight's duty numbers to a small file; `/voice/fallback` and every voice error read it.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from base.settings import Settings
from telephony.speech import Ask, End, Goto, Join, Record, Ring, Say, Step, Transfer

FALLBACK = "/voice/fallback"
LEFT = f"{FALLBACK}/left"
RING_S = 25
PERSON, END_KEYS = "0", "0#"
AT_ONCE = 10
"""How many telephones the carrier rings at once."""

SORRY = (
    Say(
        "非常抱歉，系统暂时出了问题，正在直接为您接通值班人员，请不要挂机。如有生命危险，请同时拨打一一九、一二零或一一零。"
    ),
    Say(
        "We are sorry, something has gone wrong here. We are ringing the person on duty; please stay on the line.",
        language="en",
    ),
)
NOBODY_TO_RING = (
    Say(
        "非常抱歉，系统暂时出了问题。如有生命危险，请立即拨打一一九、一二零或一一零。"
        "其他事情，请在滴声后说出您的楼栋、房号、电话和事由，按井号键结束，我们会尽快给您回电。"
    ),
    Say(
        "We are sorry, something has gone wrong here. If a life is in danger, dial 119, 120 or 110 now. "
        "Otherwise please say after the tone where you are, your number and what happened, then press hash. "
        "We will call you back.",
        language="en",
    ),
)
LEAVE_WORD = (
    Say(
        "值班电话暂时没有接通。再次呼叫请按0。请在滴声后说出您的楼栋、房号、电话和事由，按井号键结束，"
        "我们会尽快给您回电。"
    ),
    Say(
        "The duty phone did not answer. To ring it again, press 0. After the tone please say where you are, your "
        "number and what happened, then press hash. We will call you back.",
        language="en",
    ),
)
AGAIN = (
    Say("正在再次呼叫值班人员，请不要挂机。"),
    Say("We are ringing the people on duty again; please stay on the line.", language="en"),
)
SPEAK_NOW = (Say("请讲。"), Say("Please speak.", language="en"))
UNHEARD = (Say("没有听到您的留言。"), Say("We did not hear a message.", language="en"))
GOODBYE = (
    Say("您的留言已经记下，我们会尽快与您联系。再见。"),
    Say("Your message is recorded and we will be in touch. Goodbye.", language="en"),
)
WHISPER = (
    Say("热线转接，对方正在线上，要找值班人员，接听请按1。"),
    Say("A call through the hotline. They are on the line and want a person; press 1 to accept.", language="en"),
)
"""Whoever it is may have rung us or been called by us: here nobody knows which."""


@dataclass(frozen=True)
class Tonight:
    """Duty numbers by the called number of a project, and for everything else; E.164, first to ring first."""

    by_called: dict[str, list[str]]
    everybody: list[str]


def tonight_file(settings: Settings) -> Path:
    """Where tonight's numbers stand."""
    return settings.var_dir / "tonight.json"


def write_tonight(settings: Settings, tonight: Tonight) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    path = tonight_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"by_called": tonight.by_called, "everybody": tonight.everybody}), "utf-8")
    draft.replace(path)


def duty_numbers(settings: Settings, called: str = "") -> list[str]:
    """Whom to ring now for a call to `called`; DUTY_PHONE last. Empty only if nobody was ever written down."""
    try:
        kept = json.loads(tonight_file(settings).read_text("utf-8"))
        numbers = list(kept["by_called"].get(called) or kept["everybody"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        numbers = []
    return _then_duty_phone(settings, numbers)


def _then_duty_phone(settings: Settings, numbers: list[str]) -> list[str]:
    last = [settings.duty_phone] if settings.duty_phone else []
    first = [number for number in numbers if number not in last]
    return first[: AT_ONCE - len(last)] + last


def ring_duty(settings: Settings, called: str = "", says: tuple[Say, ...] = SORRY) -> Step:
    """The apology (or what else to say), then the people on duty at once; whoever presses 1 gets the caller.

    Nobody known: a message.
    """
    rings = _rings(duty_numbers(settings, called))
    return _transfer(rings, says, f"{FALLBACK}/after", called or settings.hotline) or leave_word(NOBODY_TO_RING)


def ring_these(
    settings: Settings, rings: Sequence[Ring], says: tuple[Say, ...], path: str, *, but: Collection[str] = ()
) -> Step:  # fmt: skip
    """The same with these telephones and DUTY_PHONE, `but` those numbers, for somebody whom we have called; `path` is
    asked afterwards.

    Nobody known: it is asked at once.
    """
    first = [one for one in rings if one.number not in but]
    is_rung = settings.duty_phone in {*but, *(one.number for one in first)}
    last = () if is_rung else _rings(_then_duty_phone(settings, []))
    together = (*first[: AT_ONCE - len(last)], *last)
    return _transfer(together, says, path, settings.hotline) or Goto((), path)


def _rings(numbers: Sequence[str]) -> tuple[Ring, ...]:
    return tuple(Ring(number, f"{FALLBACK}/whisper") for number in numbers)


def _transfer(rings: tuple[Ring, ...], says: tuple[Say, ...], path: str, caller_id: str) -> Transfer | None:
    return Transfer(says, rings, path, caller_id=caller_id, ring_s=RING_S) if rings else None


def after_ring(*, was_bridged: bool) -> Step:
    """Nothing more after a talk; a message to leave where nobody came."""
    return End() if was_bridged else leave_word()


def leave_word(says: tuple[Say, ...] = LEAVE_WORD, *, silences: int = 0) -> Step:
    """Record what the caller says, after the words or from a key on; the carrier keeps it until the house is lit."""
    left = f"{LEFT}?s={silences}"
    return Record(says, left, f"{FALLBACK}/recorded", end_keys=END_KEYS, key_path=left)


def word_left(settings: Settings, called: str, keys: str, *, is_spoken: bool, silences: int) -> Step:
    """After the message, a key, or neither: 0 rings again, any other key before the tone starts the message.

    `silences`: how often nothing was heard before.
    """
    if keys == PERSON:
        return ring_duty(settings, called, AGAIN)
    if is_spoken:
        return End(GOODBYE)
    if keys:
        return Record(SPEAK_NOW, f"{LEFT}?s={silences}", f"{FALLBACK}/recorded", end_keys=END_KEYS)
    if silences:
        return End(UNHEARD)
    asked = LEAVE_WORD if duty_numbers(settings, called) else NOBODY_TO_RING
    return leave_word((*UNHEARD, *asked), silences=1)


def whisper() -> Step:
    """What the person on duty hears before they are joined."""
    return Ask(WHISPER, f"{FALLBACK}/accept", wait_s=8)


def accept(keys: str) -> Step:
    """1 joins the two. Anything else ends the ringing for all: the carrier stops the others once one picks up."""
    return Join() if keys == "1" else End()
