"""What a paged person reads and hears, in both languages. Pure."""

from collections.abc import Mapping

from telephony.speech import Say, Tongue

TEXTS: Mapping[str, tuple[str, str]] = {
    # the house's other texts to staff stand in messages/texts.yaml
    "help_two_way": (
        "支援请求{ref}：{matter}，{who}需要支援。前往请回复{code}，或拨{hotline}按1",
        "HELP needed on {ref}: {matter}; {who} asks for you. Reply {code} to go, or dial {hotline} and press 1",
    ),
    "help_one_way": (
        "支援请求{ref}：{matter}，{who}需要支援。前往请拨{hotline}按1",
        "HELP needed on {ref}: {matter}; {who} asks for you. To go, dial {hotline} and press 1",
    ),
    "alarm_two_way": (
        "无人接单！{level}工单{ref}：{place} {what}。接单请回复{code}，或拨{hotline}按1",
        "NOBODY HAS TAKEN {level} ticket {ref}: {place} {what}. Reply {code} to take it, or dial {hotline} and press 1",
    ),
    "refused_two_way": (
        "业主评价不满意！工单{ref}：{place} {what}，请尽快联系业主。接单请回复{code}，或拨{hotline}按1",
        "The owner is NOT satisfied: {ref}, {place} {what}. Please call them. Reply {code} to take it, "
        "or dial {hotline} and press 1",
    ),
    "refused_one_way": (
        "业主评价不满意！工单{ref}：{place} {what}，请尽快联系业主。接单请拨{hotline}按1",
        "The owner is NOT satisfied: {ref}, {place} {what}. Please call them. To take it dial {hotline} and press 1",
    ),
    "routine_two_way": (
        "待办工单{ref}：{place} {what}，请于{by}联系报事人。接单回复{code}，或拨{hotline}按1",
        "To do, {ref}: {place} {what}; get in touch {by}. Reply {code} to take it, or dial {hotline} and press 1",
    ),
    "routine_one_way": (
        "待办工单{ref}：{place} {what}，请于{by}联系报事人。接单请拨{hotline}按1",
        "To do, {ref}: {place} {what}; get in touch {by}. To take it dial {hotline} and press 1",
    ),
    "late_two_way": (
        "超时工单{ref}：{place} {what}，答应{by}联系报事人，尚无人接。接单回复{code}，或拨{hotline}按1",
        "Overdue, {ref}: {place} {what}; promised {by}, still not taken. "
        "Reply {code} to take it, or dial {hotline} and press 1",
    ),
    "late_one_way": (
        "超时工单{ref}：{place} {what}，答应{by}联系报事人，尚无人接。接单请拨{hotline}按1",
        "Overdue, {ref}: {place} {what}; promised {by}, still not taken. To take it dial {hotline} and press 1",
    ),
    "handed_open": (
        "{by}派单给您，{level}工单{ref}：{matter}。请在工作台接单并跟进",
        "{by} hands you {level} ticket {ref}: {matter}. Please take it at the desk and see to it",
    ),
    "handed": (
        "{by}转给您{level}工单{ref}：{matter}。请跟进，到场后请拨{hotline}按1报到",
        "{by} hands you {level} ticket {ref}: {matter}. Please see to it; when you are there, dial {hotline} "
        "and press 1",
    ),
    "asked": (
        "请认领投诉{ref}：{matter}。是否归您部门，请于{by}在工作台答复",
        "Complaint {ref}: {matter}. Say at the desk {by} whether it is your department's",
    ),
    "asked_manager": (
        "投诉{ref}部门不认领：{matter}。请于{by}在工作台指定部门",
        "Complaint {ref}, {matter}: the department says it is not theirs. Name the right one at the desk {by}",
    ),
    "asked_first": (
        "投诉{ref}请您指定部门：{matter}。请于{by}在工作台指定",
        "Please name the department for complaint {ref}, {matter}: at the desk {by}",
    ),
    "asked_late": (
        "投诉{ref}：{matter}，{by}该答复归谁，{who}至今没有答复，请督办",
        "Complaint {ref}: {matter}. {who} was to say {by} whose it is and has not. Please see to it",
    ),
    "extension_asked": (
        "延时申请{ref}：{matter}。{who}申请{by}办完，因为{reason}。请在工作台批复",
        "More time asked for, {ref}: {matter}. {who} wants it done {by}, because: {reason}. Please answer at the desk",
    ),
    "extension_granted": (
        "延时已批准{ref}：{matter}，请{by}办完，业主会收到通知",
        "More time allowed, {ref}: {matter}. Have it done {by}; the owner is told",
    ),
    "extension_refused": (
        "延时未批准{ref}：{matter}，时限不变。{words}",
        "More time refused, {ref}: {matter}. The deadline stays. {words}",
    ),
    "urged": (
        "催办{ref}：{place} {what}，报事人第{count}次来电催问，请尽快联系",
        "Asked after, {ref}: {place} {what}. Call no. {count} about it; please get in touch",
    ),
    "urged_late": (
        "超时催办{ref}：{place} {what}，已过约定时间，报事人第{count}次来电催问，请马上联系",
        "OVERDUE and asked after, {ref}: {place} {what}. Call no. {count} about it; please call them now",
    ),
    "clock_soon": (
        "时限将到：{level}工单{ref}，{matter}，应于{by}{clock}。请抓紧处理",
        "Due soon: {level} ticket {ref}, {matter}: {clock} {by}. Please see to it",
    ),
    "clock_over": (
        "超时督办：{level}工单{ref}，{matter}，应于{by}{clock}，已超时，现由{who}处理。请督办",
        "OVERDUE: {level} ticket {ref}, {matter}: {clock} {by} and was not; {who} has it. Please see that it is done",
    ),
    "promise_soon": (
        "{place}{what}：答应{end}恢复，快到时间了。能按时恢复请发恢复通知，不能请发延时通知",
        "{place}, {what}: the end promised for {end} is near. Write the all-clear, or a delay if it takes longer",
    ),
    "promise_late": (
        "{place}{what}：答应{end}恢复，已过时间，业主还没有收到任何通知。请马上发延时或恢复通知",
        "{place}, {what}: the end promised for {end} has passed and the owners have heard nothing. "
        "Write a delay or the all-clear now",
    ),
    "group": (
        "{place} {minutes}分钟内{count}户报“{what}”，可能是同一事件。第一张工单{ref}。请在工作台设为事件，或说明不是",
        "{place}: {count} homes called about “{what}” within {minutes} min; first ticket {ref}. "
        "Make it an incident at the desk, or say that it is none",
    ),
    "reminder_two_way": (
        "工单{ref}您已接单，一直没有消息：{place} {what}。还在处理请回复{code}，或拨{hotline}按1",
        "Nothing heard on {ref}, which you took: {place} {what}. Reply {code} if you are still on it, "
        "or dial {hotline} and press 1",
    ),
    "reminder_one_way": (
        "工单{ref}您已接单，一直没有消息：{place} {what}。还在处理请拨{hotline}按1",
        "Nothing heard on {ref}, which you took: {place} {what}. Still on it? Dial {hotline} and press 1",
    ),
    "released": ("工单{ref}已收回，正在呼叫其他人", "Ticket {ref} was taken back; others are being called"),
    "over": ("工单{ref}已结束，您不用再处理", "Ticket {ref} is over; you need not act"),
    "help_comes": ("工单{ref}：{by}前往支援", "Ticket {ref}: {by} is coming to help"),
    "coming": ("已告知对方您前往支援：{ref}", "They know that you are coming: {ref}"),
    "passed": ("已转下一位：{ref}", "Passed on: {ref}"),
    "passed_late": (
        "收到，{ref}已在呼叫下一级，不再打给您",
        "All right. The ladder had gone on with {ref} already; you are not called for it again",
    ),
    "arrived": (
        "已记下您到场：{ref}。处理完毕请拨{hotline}报告",
        "You are on site: {ref}. When it is done, dial {hotline} and report",
    ),
    "needs_help": ("您已接单{ref}，正在呼叫支援", "Ticket {ref} is yours and help is being called"),
    "signed_off": ("已验收：{ref}，业主报的验收码正确", "Signed off by the owner: {ref}"),
    "gone": ("工单已结束或代码不对，请拨{hotline}", "That ticket is over or the code is wrong; dial {hotline}"),
}

TROUBLE: Mapping[str, tuple[str, str]] = {
    "water": ("停水", "water off"),
    "power": ("停电", "power off"),
    "lift": ("电梯停运", "lift out of service"),
    "gas": ("燃气险情", "gas"),
    "fire": ("火情", "fire"),
    "storm": ("恶劣天气", "storm"),
    "evacuation": ("疏散", "evacuation"),
    "drill": ("应急演练", "drill"),
    "other": ("突发事件", "trouble"),
}

SPOKEN: Mapping[str, tuple[str, str]] = {
    "page": (
        "紧急工单：{matter}。接单请按1，转下一位请按2，需要支援请按3。",
        "Urgent ticket: {matter}. Press 1 to take it, 2 to pass it on, 3 if you need help.",
    ),
    "refused": (
        "业主对处理结果不满意：{matter}，请尽快联系业主。接单请按1，转下一位请按2，需要支援请按3。",
        "An owner is not satisfied: {matter}. Please call them. "
        "Press 1 to take it, 2 to pass it on, 3 if you need help.",
    ),
    "drill": ("这是演练，请照真的一样接单。", "This is a drill. Please answer as if it were real. "),
    "drill_over": ("这是演练，谢谢您。", "This was a drill, thank you. "),
    "alarm": ("至今无人接单！", "Nobody has taken this yet! "),
    "help": (
        "支援请求：{matter}，{who}需要支援。前往请按1，转下一位请按2。",
        "Help is needed: {matter}; {who} asks for you. Press 1 to go, 2 to pass it on.",
    ),
    "vendor": (
        "您好，这里是{company}。{matter}，请马上派人到场。工单号{ref}。能来请按1，来不了请按2。",
        "This is {company}. {matter}: please send somebody at once. Ticket {ref}. "
        "Press 1 if you come, 2 if you cannot.",
    ),
    "vendor_coming": ("好的，已记下您马上派人，谢谢。再见。", "Thank you; it is noted that you come. Goodbye."),
    "vendor_cannot": ("好的，已记下您来不了，谢谢。再见。", "Thank you; it is noted that you cannot come. Goodbye."),
    "vendor_no_key": ("没有收到按键，请给物业回电。再见。", "No key was pressed; please call us back. Goodbye."),
    "vendor_over": ("这件事已经结束，不用来了，谢谢。再见。", "It is over and nobody need come. Thank you, goodbye."),
    "reminder": (
        "您接的工单一直没有消息：{matter}。还在处理请按1，交给别人请按2，需要支援请按3。",
        "Nothing was heard on the ticket you took: {matter}. "
        "Press 1 if you are still on it, 2 to give it back, 3 if you need help.",
    ),
    "still_on_it": ("好的，已记下您还在处理。再见。", "All right, you are still on it. Goodbye."),
    "no_key_reminder": (
        "没有收到按键。如果一直没有消息，工单会交给别人。再见。",
        "No key was pressed. If nothing is heard of you, others will be called. Goodbye.",
    ),
    "wrong_key": (
        "没有这个选项。",
        "That is not one of the choices.",
    ),
    "no_key": (
        "没有收到按键，不算接单，将继续呼叫其他人员。再见。",
        "No key was pressed, so this does not count as taken. Others are being called. Goodbye.",
    ),
    "taken": (
        "接单成功。工单号{ref}。{caller}处理完毕请拨打热线报告。再见。",
        "You have taken it. Ticket {ref}. {caller}Please dial the hotline to report. Goodbye.",
    ),
    "caller": ("来电人电话{digits}。", "The caller's number is {digits}. "),
    "coming": ("已告知对方您前往支援。再见。", "They have been told that you are coming. Goodbye."),
    "passed_late": (
        "好的，系统已在呼叫下一级，不再打给您。再见。",
        "All right. The ladder had gone on already, and you are not called again. Goodbye.",
    ),
    "passed": ("好的，正在转下一位。再见。", "All right, the next person is being called. Goodbye."),
    "needs_help": (
        "接单成功，正在为您呼叫支援。工单号{ref}。再见。",
        "You have taken it and help is being called. Ticket {ref}. Goodbye.",
    ),
    "taken_before": ("这张工单已由{by}接单，谢谢您。再见。", "{by} has already taken this ticket. Thank you. Goodbye."),
    "over": ("这次呼叫已经结束，谢谢您。再见。", "This page is over. Thank you. Goodbye."),
    "too_late": (
        "来不及了，来电人已经不在线上。这张工单还没有算您接单。再见。",
        "Too late: the caller is no longer on this line. The ticket is not yours by this. Goodbye.",
    ),
    "whisper": (
        "紧急来电：{matter}。来电人正在线上，接听请按1。",
        "Emergency call: {matter}. The caller is on the line; press 1 to accept.",
    ),
    "whisper_call": (
        "热线来电：{matter}。来电人正在线上，接听请按1。",
        "Hotline call: {matter}. The caller is on the line; press 1 to accept.",
    ),
    "speaks_english": ("来电人讲英语。", "The caller speaks English. "),
    "whisper_care": ("来电人是特别关怀住户，请耐心接听。", "The caller needs special care; please take your time. "),
    "whisper_taken": ("已由{by}接单。", "{by} has taken the ticket. "),
}

LINE: Mapping[str, tuple[str, str]] = {
    "paged": ("呼叫{who}（{ways}）", "Paging {who} ({ways})"),
    "paged_live": ("电话直转{who}", "Ringing {who} for the caller"),
    "vendor_called": ("通知外单位：{who}", "Ringing a firm outside: {who}"),
    "vendor_comes": ("外单位答复马上派人：{who}", "The firm says that it comes: {who}"),
    "vendor_cannot": ("外单位答复来不了：{who}", "The firm says that it cannot come: {who}"),
    "vendor_no_key": ("外单位接听但没有按键：{who}", "The firm picked up and pressed no key: {who}"),
    "vendor_missed": ("外单位没有接通：{who}", "The firm was not reached: {who}"),
    "paged_help": ("请{who}支援（{ways}）", "Asking {who} to help ({ways})"),
    "paged_reminder": (
        "接单后没有消息，提醒{who}（{ways}）",
        "Nothing heard since it was taken: reminding {who} ({ways})",
    ),
    "released": ("没有回应，工单收回，继续呼叫", "No answer: taken back, and others are called"),
    "nobody": ("本级无人可呼，直接升级", "Nobody to page on this rung; going straight to the next"),
    "nobody_at_all": ("没有任何可呼叫的人员", "There is nobody at all to page"),
    "call_follows": ("正在为来电人直转该员工，响铃结束后再拨打", "Being rung for the caller now; our call follows"),
    "answered": ("语音信箱/无按键，不算接单", "Voicemail or no key: not taken"),
    "busy": ("占线，未接到", "Busy: not reached"),
    "no_answer": ("无人接听", "No answer: not reached"),
    "failed": ("呼叫失败，未接到", "The call failed: not reached"),
    "not_placed": ("电话未拨出，未接到", "The call was not placed: not reached"),
    "live_missed": ("直转未接听", "Did not take the caller"),
    "passed": ("转下一位", "Passed on"),
    "needs_help": ("接单并请求支援", "Took it and asks for help"),
    "asks_help": ("请求支援", "Asks for help"),
    "help_comes": ("前往支援", "Is coming to help"),
    "help_nobody": ("支援请求无人应答", "Nobody answered the call for help"),
    "still_on_it": ("还在处理", "Is still on it"),
    "joined": ("与来电人通话", "Speaks with the caller"),
}
"""Lines of the timeline; it keeps the Chinese words and, in its data, the key for the other language."""

POSTS: Mapping[str, tuple[str, str]] = {
    "first": ("一值", "First"),
    "second": ("二值", "Second"),
    "supervisor": ("主管", "Supervisor"),
    "manager": ("经理", "Manager"),
    "director": ("副总", "Director"),
}

DRAWN: Mapping[str, tuple[str, str]] = {
    "title": ("升级阶梯：谁、什么时候、怎样被呼叫", "The ladders: who is paged, when and how"),
    "P0": ("P0 特急（危及人身）", "P0, danger to life"),
    "P1": ("P1 紧急", "P1, urgent"),
    "P2": ("P2 一般（服务时间）", "P2, usual (in the desk's hours)"),
    "P3": ("P3 不急（服务时间）", "P3, can wait (in the desk's hours)"),
    "C1": ("C1 投诉（服务时间）", "C1, complaint (in the desk's hours)"),
    "C2": ("C2 重大投诉", "C2, grave complaint"),
    "refused": ("业主说没有办好", "The owner says that it is not done"),
    "repair": ("报修", "repair"),
    "complaint": ("投诉", "complaint"),
    "enquiry": ("咨询", "enquiry"),
    "suggestion": ("建议", "suggestion"),
    "praise": ("表扬", "praise"),
    "help": ("求助", "help"),
    "emergency": ("紧急", "emergency"),
    "day": ("白天", "by day"),
    "night": ("夜间 {starts}–{ends}", "at night, {starts}–{ends}"),
    "at_once": ("马上", "at once"),
    "minutes": ("{n}分钟", "{n} min"),
    "seconds": ("{n}秒", "{n} s"),
    "before": ("到时前{time}", "{time} before due"),
    "due": ("到时", "when due"),
    "late": ("超时{time}", "{time} late"),
    "every": ("之后每{time}", "then every {time}"),
    "everybody": ("所有人", "everybody"),
    "vendor": ("维保单位", "firm"),
    "parallel": ("同时{n}人", "{n} at once"),
}
"""The words of the picture of the ladders."""

CALENDAR: Mapping[str, tuple[str, str]] = {
    "name": ("{who}的值班", "On call: {who}"),
    "shift": ("值班：{post} · {project}", "On call: {post} · {project}"),
    "about": ("被呼叫时按1接单，也可拨热线{hotline}", "When you are paged, press 1 to take it, or dial {hotline}"),
    "gone": (
        "没有这个日历，请在值班页重新生成链接。",
        "There is no such calendar. Make a new link on the on-call page.",
    ),
    "away": ("暂时读不到值班表，请稍后再试。", "The rota cannot be read right now. Try again later."),
}

CLOCKS: Mapping[str, tuple[str, str]] = {
    "ack": ("接单", "to be taken"),
    "arrive": ("到场", "on site"),
    "control": ("控制住", "under control"),
    "first_reply": ("首次答复", "first answer"),
    "finish": ("办结", "to be done"),
    "callback": ("回访", "owner to be asked"),
}

DRILL = ("【演练】", "[DRILL] ")
WAYS = {"text": ("短信", "text"), "call": ("电话", "call")}
GROUP = ("（{building}共{count}户来电）", " ({count} homes of {building} called)")
NO_PLACE = ("地点待确认", "place not known yet")
NOBODY = ("无人", "nobody")
SOMEBODY = ("同事", "a colleague")
NO_CALLER = ("号码未显示", "number withheld")


def mark(language: str, *, is_drill: bool) -> str:
    """What stands before whatever is said of a rehearsal; nothing before anything real."""
    return _pick(DRILL, language) if is_drill else ""


def trouble(kind: str, language: str) -> str:
    """What an incident of this kind is called among colleagues."""
    return TROUBLE[kind][language == "en"]


def clock(name: str, language: str) -> str:
    """What has to happen by the end of a clock."""
    return _pick(CLOCKS[name], language)


def nobody(language: str) -> str:
    """Of a ticket that nobody has, who has it."""
    return _pick(NOBODY, language)


def group(language: str, *, building: str, count: int) -> str:
    """What stands after a matter that several homes of a building called about."""
    return _pick(GROUP, language).format(building=building, count=count)


def text(key: str, language: str, **values: str) -> str:
    """One text in `zh` or `en`."""
    return _pick(TEXTS[key], language).format(**values)


def spoken(key: str, language: str, **values: str) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(_pick(SPOKEN[key], language).format(**values), language=tongue)


def line(key: str, language: str = "zh", **values: str) -> str:
    """One line of a ticket's timeline."""
    return _pick(LINE[key], language).format(**values)


def post(name: str, language: str) -> str:
    """A place on the rota, `first` or above."""
    return _pick(POSTS[name], language)


def drawn(key: str, language: str, **values: str) -> str:
    """A word of the picture of the ladders."""
    return _pick(DRAWN[key], language).format(**values)


def calendar(key: str, language: str, **values: str) -> str:
    """What stands in the calendar of somebody's shifts, or instead of it."""
    return _pick(CALENDAR[key], language).format(**values)


def ways(names: list[str], language: str = "zh") -> str:
    """`短信+电话`."""
    return "+".join(_pick(WAYS[name], language) for name in names)


def matter(place: str, category: str, language: str) -> str:
    """`3号楼2单元1502室，电梯困人`; what is not known is said to be so."""
    comma = ", " if language == "en" else "，"
    return comma.join(part for part in (known_place(place, language), category) if part)


def known_place(place: str, language: str) -> str:
    """The place, or that nobody knows it yet."""
    return place or _pick(NO_PLACE, language)


def _pick(pair: tuple[str, str], language: str) -> str:
    return pair[1] if language == "en" else pair[0]


def somebody(name: str | None, language: str) -> str:
    """A colleague by name, or as somebody."""
    return name or _pick(SOMEBODY, language)


def caller(number: str | None, language: str) -> str:
    """The caller's number, or that there is none."""
    return number or _pick(NO_CALLER, language)
