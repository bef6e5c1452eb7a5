"""What a paged person and their colleagues read, in both languages; `spokenwords` has what they hear. Pure."""

from collections.abc import Mapping

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
    "doubted": (
        "{place}“{what}”已通知恢复，但有{count}户说没有恢复！工单{ref}正在呼叫值班。请核实；确实没恢复，请在工作台设为事件，重新通知业主",
        "{place}: owners were told that “{what}” is over, but {count} homes say it is NOT. Ticket {ref} is waking the "
        "duty. Please check; if they are right, make it an incident at the desk and tell the owners",
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

LINE: Mapping[str, tuple[str, str]] = {
    "paged": ("呼叫{who}（{ways}）", "Paging {who} ({ways})"),
    "paged_live": ("电话直转{who}", "Ringing {who} for the caller"),
    "picked_up": ("直转电话已接起：{who}", "The telephone of {who} was picked up"),
    "vendor_called": ("通知外单位：{who}", "Ringing a firm outside: {who}"),
    "vendor_comes": ("外单位答复马上派人：{who}", "The firm says that it comes: {who}"),
    "vendor_cannot": ("外单位答复来不了：{who}", "The firm says that it cannot come: {who}"),
    "vendor_no_key": ("外单位接听但没有答复：{who}", "The firm picked up and gave no answer: {who}"),
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
    return pick(DRILL, language) if is_drill else ""


def trouble(kind: str, language: str) -> str:
    """What an incident of this kind is called among colleagues."""
    return TROUBLE[kind][language == "en"]


def clock(name: str, language: str) -> str:
    """What has to happen by the end of a clock."""
    return pick(CLOCKS[name], language)


def nobody(language: str) -> str:
    """Of a ticket that nobody has, who has it."""
    return pick(NOBODY, language)


def group(language: str, *, building: str, count: int) -> str:
    """What stands after a matter that several homes of a building called about."""
    return pick(GROUP, language).format(building=building, count=count)


def text(key: str, language: str, **values: str) -> str:
    """One text in `zh` or `en`."""
    return pick(TEXTS[key], language).format(**values)


def line(key: str, language: str = "zh", **values: str) -> str:
    """One line of a ticket's timeline."""
    return pick(LINE[key], language).format(**values)


def post(name: str, language: str) -> str:
    """A place on the rota, `first` or above."""
    return pick(POSTS[name], language)


def calendar(key: str, language: str, **values: str) -> str:
    """What stands in the calendar of somebody's shifts, or instead of it."""
    return pick(CALENDAR[key], language).format(**values)


def ways(names: list[str], language: str = "zh") -> str:
    """`短信+电话`."""
    return "+".join(pick(WAYS[name], language) for name in names)


def matter(place: str, category: str, language: str) -> str:
    """`3号楼2单元1502室，电梯困人`; what is not known is said to be so."""
    comma = ", " if language == "en" else "，"
    return comma.join(part for part in (known_place(place, language), category) if part)


def known_place(place: str, language: str) -> str:
    """The place, or that nobody knows it yet."""
    return place or pick(NO_PLACE, language)


def pick(pair: tuple[str, str], language: str) -> str:
    """Of a pair in Chinese and English the one in `language`."""
    return pair[1] if language == "en" else pair[0]


def somebody(name: str | None, language: str) -> str:
    """A colleague by name, or as somebody."""
    return name or pick(SOMEBODY, language)


def caller(number: str | None, language: str) -> str:
    """The caller's number, or that there is none."""
    return number or pick(NO_CALLER, language)
