"""What the keys of a step must and must not do, with the place of every fault in its file. Pure."""

from collections.abc import Collection, Mapping

from hotline.menu import ALWAYS_THE_SAME, BACK, EMERGENCY, LONGEST_LIST, MORE, PERSON, REPEAT, ZERO, MenuStep
from hotline.menufile import MenuFile, Place
from hotline.menuwords import ACTS, FACTS, LISTS
from tickets.lifecycle import Kind

KEYS = frozenset("0123456789")
AT_A_MESSAGE = frozenset("09")
MEANT: Mapping[str, Collection[str]] = {
    "purpose": set(Kind), "score": "12345", "anonymous": {"yes"}, "headquarters": {"yes"},
}  # fmt: skip
"""What a fact may be set to; a category may be a new one."""
SAME: Mapping[str, Collection[str]] = {
    "8": {name for name in ACTS if name.endswith("language")}, "9": {PERSON, "@main", "@other_matter"},
}  # fmt: skip
"""Where keys lead that mean the same at every question: nobody should have to learn two menus."""
CALLED = {"8": ("切换语言", "the other language"), "9": ("人工或其他事项", "a person, or another matter")}


def check_keys(file: MenuFile, step: MenuStep, place: Place, *, is_top: bool) -> None:
    """No key means two things, 0, 8 and 9 mean what they mean everywhere, and there are not too many."""
    is_first = is_top and step.asks != "message"  # a message is never the first that a caller hears
    zero, meant = step.choice(ZERO), EMERGENCY if is_first else PERSON
    if zero is None or zero.to != meant:
        what_zh, what_en = ("紧急", "the emergency") if is_first else ("人工", "a person")
        file.complain((*place, "keys", ZERO), f"按0必须是{what_zh}（{meant}）", f"0 must be {what_en} ({meant})")
    for choice in step.choices:
        where = (*place, "keys", choice.key)
        if choice.key == REPEAT:
            file.complain(where, "按键冲突：星号总是重听", "clash of keys: star always repeats")
        elif choice.key == BACK:
            file.complain(where, "按键冲突：井号总是返回上一步", "clash of keys: hash always goes back")
        elif choice.key not in KEYS:
            file.complain(where, f"没有按键“{choice.key}”", f"there is no key “{choice.key}”")
        elif step.asks == "message" and choice.key not in AT_A_MESSAGE:
            file.complain(
                where,
                "留言时只有0和9可用，其他键都是开始留言",
                "at a message only 0 and 9 may lead on: any other key starts it",
            )
        elif choice.key in SAME and choice.to not in SAME[choice.key]:
            meant_zh, meant_en = CALLED[choice.key]
            file.complain(where, f"按键冲突：{choice.key}总是{meant_zh}", f"clash of keys: {choice.key} is {meant_en}")
        for fact, value in choice.sets.items():
            if fact not in FACTS:
                file.complain((*where, "set"), f"不能设定“{fact}”", f"“{fact}” cannot be set")
            elif fact in MEANT and value not in MEANT[fact]:
                file.complain((*where, "set", fact), f"“{fact}”不能是“{value}”", f"“{fact}” cannot be “{value}”")
    own = [choice for choice in step.choices if choice.key not in ALWAYS_THE_SAME]
    if len(own) + (LONGEST_LIST if step.lists else 0) > LONGEST_LIST:
        file.complain(place, f"选项多于{LONGEST_LIST}个", f"more than {LONGEST_LIST} options")


def check_lists(file: MenuFile, step: MenuStep, place: Place) -> None:
    """A list is one there is, leads on, and its keys are its own; without one, “to” leads from digits or a message."""
    if step.asks == "key" and step.to and not step.lists:
        file.complain(
            (*place, "to"), "死路：按键的一步不走 to，要写在 keys 里",
            "dead end: where keys are asked for “to” is never followed; say it under “keys”",
        )  # fmt: skip
    if step.lists and step.asks != "key":
        file.complain((*place, "lists"), "列表要用按键选：asks: key", "a list is chosen from by key: asks: key")
    if not step.lists:
        return
    if step.lists not in LISTS:
        file.complain((*place, "lists"), f"没有列表“{step.lists}”", f"there is no list “{step.lists}”")
    if not step.to:
        file.complain(place, "死路：没有写下一步 to", "dead end: no “to” says what comes next")
    taken = {str(i + 1) for i in range(LONGEST_LIST)} | {MORE}
    for choice in step.choices:
        if choice.key in taken:
            key = choice.key
            file.complain((*place, "keys", key), f"按键冲突：{key}属于列表", f"clash of keys: {key} is the list's")
