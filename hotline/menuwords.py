"""The names a menu file may use: acts with where they can lead, lists, facts, placeholders. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.menu import Words

_TOP = ("main.top", "night.top", "projects.choose")
_TROUBLE, _CARE, _TICKETS = "known.trouble", "known.care", "known.tickets"
_HOME = ("identify.choose", "identify.building", "projects.choose")
_MESSAGES = ("repair.message", "complaint.message", "enquiry.message", "suggestion.message", "person.message",
             "empty.message")  # fmt: skip
_STAFF = ("staff.page", "staff.choose", "staff.ticket")
_NUMBER = ("number.ask",)
LINE = ("person.waiting", "person.choices", "person.holding")
"""The questions at which a caller waits in line, one after the other: their place, what they may choose, and words."""
_EMERGENCY = ("emergency.kind", "emergency.message")
HEARING = ("repair.category",)
"""Questions below the top that understand words, and are asked again where those were misunderstood."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something the hotline does between two questions; `leads` are the questions that may come of it.

    `is_final`: no key takes it back. Somebody has been rung, or a thing is noted as done.
    """

    words: Words
    leads: tuple[str, ...] = ()
    is_final: bool = False


ENTRIES = (
    "main.top", "night.top", "projects.choose", "staff.page", "staff.choose", "staff.ticket", "survey.offer",
    "interview.offer", _TROUBLE, _CARE, _TICKETS,
)  # fmt: skip
"""Where a call may begin."""

ACTS: Mapping[str, Act] = {
    "@other_matter": Act(Words("其他事项", "anything else"), (_CARE, _TICKETS, *_TOP)),
    "@care_language": Act(Words("切换语言", "the other language"), (_CARE,)),
    "@own_ticket": Act(Words("催办", "it is asked after"), ("known.message", *_TOP), is_final=True),
    "@tickets_language": Act(Words("切换语言", "the other language"), (_TICKETS,)),
    "@trouble_language": Act(Words("切换语言", "the other language"), (_TROUBLE,)),
    "@tell_when_over": Act(Words("登记：恢复时通知", "is told when it is over"), ("known.more",), is_final=True),
    "@emergency": Act(Words("呼叫值班人员（紧急）", "ring the people on duty (emergency)"), _EMERGENCY, is_final=True),
    "@person": Act(Words("转人工", "a person"), (*LINE, "person.message", *_NUMBER, *_EMERGENCY), is_final=True),
    "@wait_on": Act(
        Words("继续等候，轮到时接通", "go on waiting, and be put through in turn"),
        (*LINE, "person.message", *_NUMBER),
        is_final=True,
    ),
    "@call_me": Act(Words("登记回电", "a call is owed to them"), ("person.message", *_NUMBER), is_final=True),
    "@leave_message": Act(Words("改为留言", "a message instead"), ("person.message", *_NUMBER), is_final=True),
    "@language": Act(Words("切换语言", "the other language"), _TOP),
    "@main": Act(Words("主菜单", "the main menu"), _TOP),
    "@project": Act(Words("记下小区", "the estate is noted"), (*_TOP, _TROUBLE, *_HOME, *_NUMBER, *_MESSAGES)),
    "@enquiry": Act(Words("是否空置房屋", "is it about an empty home?"), ("empty.which", "enquiry.which")),
    "@report": Act(Words("找到房屋，开工单", "find the home, open the ticket"), (*_HOME, *_NUMBER, *_MESSAGES)),
    "@received": Act(Words("播报单号", "read the ticket back"), ()),
    "@emergency_kind": Act(Words("记下情况", "the kind is noted"), _EMERGENCY),
    "@home_chosen": Act(
        Words("记下房屋", "the home is noted"), (*_NUMBER, *_MESSAGES, "progress.more", "progress.ref")
    ),
    "@building_keyed": Act(
        Words("查找楼栋", "look the building up"), ("identify.building", "identify.unit", "identify.home")
    ),
    "@unit_keyed": Act(Words("记下单元", "the unit is noted"), ("identify.home",)),
    "@home_keyed": Act(Words("查找房屋", "look the home up"), ("identify.building", "identify.confirm")),
    "@home_confirmed": Act(
        Words("记下房屋", "the home is noted"), (*_NUMBER, *_MESSAGES, "progress.more", "progress.ref")
    ),
    "@home_wrong": Act(Words("重新输入", "key it again"), ("identify.building",)),
    "@number_keyed": Act(Words("核对号码", "check the number"), ("number.confirm", "number.ask", *_MESSAGES)),
    "@number_confirmed": Act(Words("记下号码", "the number is noted"), _MESSAGES, is_final=True),
    "@number_wrong": Act(Words("重新输入", "key it again"), ("number.ask", *_MESSAGES)),
    "@number_skipped": Act(Words("不留号码", "go on without a number"), _MESSAGES),
    "@progress": Act(
        Words("播报进度", "tell the progress"), ("progress.more", "progress.ref", "progress.whose", *_HOME)
    ),
    "@own_progress": Act(
        Words("播报该房屋的进度", "tell that home's progress"), ("progress.more", "progress.ref", *_HOME)
    ),
    "@ref_keyed": Act(Words("记下单号", "the number is noted"), ("progress.tail",)),
    "@tail_keyed": Act(Words("核对后播报进度", "check, then tell the progress"), ("progress.more", "progress.ref")),
    "@code_keyed": Act(Words("核对查询码，播报答复", "check, tell the answer"), ("boxes.answer", "boxes.code", *_TOP)),
    "@add_unnamed": Act(Words("补充到匿名工单", "it is added to what was unnamed"), ("boxes.add",), is_final=True),
    "@unnamed_added": Act(Words("再见", "goodbye")),
    "@heard": Act(Words("复述听到的", "what was heard is read back"), ("spoken.confirm",)),
    "@spoken_yes": Act(Words("按说的办", "what was said is done"), (*_HOME, *_NUMBER, *_MESSAGES, *_EMERGENCY)),
    "@spoken_no": Act(Words("重新选择", "it is asked again"), (*_TOP, *HEARING, "person.message")),
    "@spoken_silent": Act(
        Words("紧急的呼叫值班，其他转人工", "danger rings, else a person"), ("person.message", *_EMERGENCY)
    ),
    "@scored": Act(Words("记下评价", "the answer is noted"), ("rating.comment", *_TOP), is_final=True),
    "@commented": Act(Words("再见", "goodbye")),
    "@interview": Act(Words("逐题回答", "question by question"), _TOP),
    "@goodbye": Act(Words("再见", "goodbye")),
    "@staff": Act(Words("员工菜单", "the staff menu"), (*_STAFF, *_TOP)),
    "@page_taken": Act(Words("接单", "take it"), _STAFF, is_final=True),
    "@page_passed": Act(Words("转下一位", "pass it on"), _STAFF, is_final=True),
    "@page_help": Act(Words("呼叫支援", "call for help"), _STAFF, is_final=True),
    "@ticket_chosen": Act(Words("选定工单", "the ticket is chosen"), ("staff.ticket",)),
    "@arrived": Act(Words("记录到场", "arrival is noted"), _STAFF, is_final=True),
    "@done": Act(Words("记录完成", "it is noted as done"), (*_STAFF, *_TOP), is_final=True),
}
FINAL = frozenset(name for name, act in ACTS.items() if act.is_final)
LISTS = frozenset({"projects", "homes", "tickets", "own_tickets"})
FACTS = frozenset({"purpose", "category", "anonymous", "headquarters", "score"})
"""What `set` may set."""
LEFT_OPEN: Mapping[str, Words] = {
    "company": Words("公司", "company"), "salutation": Words("称呼", "salutation"),
    "ref": Words("单号", "ticket number"),
    "key": Words("按键", "key"), "place": Words("房屋", "home"), "count": Words("几", "how many"),
    "status": Words("状态", "status"), "promise": Words("承诺", "promise"), "days": Words("天数", "days"),
    "category": Words("类别", "category"), "kind": Words("种类", "kind"),
    "hotline": Words("热线号码", "hotline number"),
    "number": Words("号码", "number"), "empty": Words("空置房屋的提示", "a word on empty homes"),
    "places": Words("地点", "places"), "cause": Words("原因", "cause"), "end": Words("结束时间", "end"),
    "when": Words("时限", "deadline"),
    "troubles": Words("已知的停水停电等", "the known troubles"), "day": Words("日期", "day"),
    "matter": Words("事项", "matter"), "code": Words("查询码", "code"),
    "nth": Words("几", "which"), "wait": Words("几分钟", "how long"),
    "said": Words("听到的事项", "what was heard"), "firm": Words("外单位", "the firm"),
}  # fmt: skip
"""What words may leave open, and what it is called where nobody calls; all of them are filled before anybody hears
them."""
PLACEHOLDERS = frozenset(LEFT_OPEN)
USUAL = frozenset({"company", "hotline"})
"""What every question and sentence may name."""
_OF_A_TICKET = frozenset({"place", "category", "ref", "status"})
FILLED: Mapping[str, frozenset[str]] = {
    "identify.confirm": frozenset({"place"}),
    "known.trouble": frozenset({"troubles"}),
    "main.top": frozenset({"empty"}),
    "night.top": frozenset({"empty"}),
    "number.confirm": frozenset({"number"}),
    "person.waiting": frozenset({"nth", "wait"}),
    "spoken.confirm": frozenset({"said"}),
    "survey.offer": _OF_A_TICKET,
    "staff.page": _OF_A_TICKET,
    "staff.choose": frozenset({"count"}),
    "staff.ticket": _OF_A_TICKET,
}
"""What else a question may name: nobody fills in anything else there."""
OF_CALLERS = frozenset(name for name in ENTRIES if not name.startswith("staff."))
"""Where a caller who lives here begins: the emergency is one key away."""
EVERYDAY = frozenset({"@person", "@emergency", "@language", "@main", "@goodbye"})
"""Acts that nearly every menu leads to; a picture names them where they stand instead of drawing a line."""
MESSAGES = frozenset(_MESSAGES)
"""Of these an act asks for the one that what the caller wanted calls for."""
