"""What whoever will be on duty reads and hears before it, and who is told when they do not answer. Pure."""

from collections.abc import Mapping

from telephony.speech import Say, Tongue

TEXTS: Mapping[str, tuple[str, str]] = {
    "ask": (
        "{project}{post}：您{starts}起值班，到{ends}。能到请回复1，不能请回复2",
        "{project}, {post}: you are on duty from {starts} until {ends}. Reply 1 if you will be there, 2 if not",
    ),
    "ask_one_way": (
        "{project}{post}：您{starts}起值班，到{ends}。稍后来电请按1确认，不能到请按2",
        "{project}, {post}: you are on duty from {starts} until {ends}. We ring you: press 1 for yes, 2 for no",
    ),
    "yes": ("好的，{project}{post}{starts}起，记下了", "All right: {project}, {post}, from {starts}"),
    "no": (
        "知道了，已告诉主管，由主管安排。安排好之前还是您的班",
        "Your supervisor has been told and sees to it. Until then it is still your turn",
    ),
    "late": ("这一班已有人接或已过，谢谢您", "That turn is somebody else's by now, or over. Thank you"),
    "told_no": (
        "{who}说{starts}不能到岗（{project}{post}，到{ends}）。请马上安排代班",
        "{who} cannot be there at {starts} ({project}, {post}, until {ends}). Have somebody take over now",
    ),
    "told_silent": (
        "{who}没有确认{starts}到岗（{project}{post}，到{ends}）。请联系本人或安排代班",
        "{who} has not said that they will be there at {starts} ({project}, {post}, until {ends}). "
        "Reach them or have somebody take over",
    ),
    "swap_asked": (
        "{asker}请您代班：{project}{post}，{starts}到{ends}。同意或不同意，请在工作台“换班”页答复",
        "{asker} asks you to take {project}, {post}, {starts} to {ends}. Say yes or no at the desk, under Swaps",
    ),
    "swap_asked_two_way": (
        "{asker}请您代班：{project}{post}，{starts}到{ends}。同意请回复{code}，不同意请回复{code} 2",
        "{asker} asks you to take {project}, {post}, {starts} to {ends}. Reply {code} to agree, {code} 2 if not",
    ),
    "swap_approve": (
        "{asker}的班（{project}{post}，{starts}到{ends}）由{taker}代，双方已同意，请在工作台“换班”页批准",
        "{taker} takes {asker}'s turn ({project}, {post}, {starts} to {ends}); both agree. "
        "Please approve at the desk, under Swaps",
    ),
    "swap_approve_two_way": (
        "{asker}的班（{project}{post}，{starts}到{ends}）由{taker}代，双方已同意。"
        "批准请回复{code}，不批准请回复{code} 2",
        "{taker} takes {asker}'s turn ({project}, {post}, {starts} to {ends}); both agree. "
        "Reply {code} to approve, {code} 2 if not",
    ),
    "swap_done": (
        "换班生效：{project}{post}，{starts}到{ends}，由{taker}代{asker}",
        "The swap holds: {taker} takes {project}, {post}, {starts} to {ends} from {asker}",
    ),
    "swap_declined": (
        "{taker}不能代您的班：{project}{post}，{starts}到{ends}。还是您的班",
        "{taker} cannot take {project}, {post}, {starts} to {ends}. It is still your turn",
    ),
    "swap_refused": (
        "换班没有批准：{project}{post}，{starts}到{ends}，还是{asker}的班",
        "The swap was not approved: {project}, {post}, {starts} to {ends} is still {asker}'s turn",
    ),
    "swap_off": (
        "换班取消：{project}{post}，{starts}到{ends}（{asker} → {taker}），其中一位已离职",
        "The swap of {project}, {post}, {starts} to {ends} ({asker} → {taker}) is off: one of you has left",
    ),
    "swap_withdrawn": (
        "不用代班了：{project}{post}，{starts}到{ends}，{asker}已撤回",
        "No need to take {project}, {post}, {starts} to {ends}: {asker} has withdrawn it",
    ),
    "swap_said_yes": ("记下了：您同意代班。批准后会告诉您", "Noted: you agree. You will hear when it is approved"),
    "swap_said_no": ("记下了：您不代这个班", "Noted: you do not take that turn"),
    "swap_said_done": ("好的，换班生效了", "All right, the swap holds"),
    "swap_said_refuse": ("记下了：不批准，还是原来的人值班", "Noted: not approved, the turn stays whose it was"),
    "swap_said_asked": (
        "已经请{taker}代班，{starts}起。对方答复了会告诉您",
        "{taker} has been asked to take the turn from {starts}. You will hear what they say",
    ),
    "swap_not_done": ("换班没有办成：{why}", "The swap was not done: {why}"),
}

SPOKEN: Mapping[str, tuple[str, str]] = {
    "ask": (
        "您好，您{starts}起在{project}值{post}，到{ends}。能到岗请按1，不能请按2。",
        "Hello. You are on duty at {project}, {post}, from {starts} until {ends}. "
        "Press 1 if you will be there, 2 if not.",
    ),
    "yes": ("好的，记下了。辛苦您。再见。", "All right. Thank you. Goodbye."),
    "no": (
        "知道了，马上告诉主管安排。安排好之前还是您的班。再见。",
        "Your supervisor is being told. Until somebody else is found it is still your turn. Goodbye.",
    ),
    "late": (
        "这一班已有人接或已过，谢谢您。再见。",
        "That turn is somebody else's by now, or over. Thank you. Goodbye.",
    ),
    "no_key": ("没有收到按键，会再联系您。再见。", "No key was pressed. You will be asked again. Goodbye."),
    "wrong_key": ("没有这个选项。", "That is not one of the choices."),
    "lost": (
        "您按的键没有对应的选项，会再联系您。再见。",
        "None of those keys was a choice. You will be asked again. Goodbye.",
    ),
}


def text(key: str, language: str, **values: str) -> str:
    """One text in `zh` or `en`."""
    return TEXTS[key][language == "en"].format(**values)


def spoken(key: str, language: str, **values: str) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(SPOKEN[key][language == "en"].format(**values), language=tongue)
