"""Where the steps of a set of menus lead: what is reached, and what goes round for ever. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from hotline.menu import EMERGENCY, HEARD, PERSON, Menu, MenuStep, Patience
from hotline.menuwords import ACTS, MESSAGES

Part = tuple[str, ...]


def targets(step: MenuStep) -> Iterator[tuple[Part, str]]:
    """Everything a step leads to, each with its place in the step."""
    for choice in step.choices:
        yield ("keys", choice.key, "to"), choice.to
    yield ("silence", "to"), step.silence.to
    yield ("wrong", "to"), step.wrong.to
    if step.unheard:
        yield ("unheard", "to"), step.unheard.to
        yield ("speech",), HEARD
    if step.to:
        yield ("to",), step.to


def reached(menus: Iterable[Menu], entries: Iterable[str]) -> set[str]:
    """Every step and act that some way of a call comes to from `entries`."""
    steps = {step.name: step for menu in menus for step in menu.steps}
    return _walk(steps, entries, lambda step: [to for _, to in targets(step)])


def comes_out(menus: Iterable[Menu], start: str, *, by: str) -> bool:
    """Whether a caller who from `start` on is only ever silent, wrong or not understood (`by`) comes out of it.

    Out is an end, or somebody. Silence on a message follows `silence` as well; a wrong key does not exist there.
    """
    steps = {step.name: step for menu in menus for step in menu.steps}
    seen = _walk(steps, [start], lambda step: [_given_up(step, by).to])
    return any(to in {PERSON, EMERGENCY} or (to in ACTS and not ACTS[to].leads) for to in seen)


def _given_up(step: MenuStep, by: str) -> Patience:
    if by == "unheard":
        return step.unheard or step.wrong
    return step.wrong if by == "wrong" else step.silence


def _walk(steps: Mapping[str, MenuStep], entries: Iterable[str], leads: Callable[[MenuStep], list[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(entries)
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in steps:
            ahead += leads(steps[name])
        elif name in ACTS:
            ahead += ACTS[name].leads
    return seen


def follows(to: str, purpose: str) -> tuple[str, ...]:
    """The questions that may come next where a key leads `to`: a question itself, else what the act may come to.

    Of the messages an act may ask for only that of the purpose is meant; without a purpose (empty) all of them.
    """
    if to not in ACTS:
        return (to,)
    mine = {f"{purpose}.message"} if purpose and to != PERSON else MESSAGES
    return tuple(name for name in ACTS[to].leads if name not in MESSAGES or name in mine)
