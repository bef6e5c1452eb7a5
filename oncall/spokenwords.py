"""What a paged person hears, in both languages. Pure."""

from collections.abc import Mapping

from oncall.words import pick
from telephony.speech import Say, Tongue

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
    "vendor_lost": (
        "您按的键没有对应的选项，请给物业回电。再见。",
        "None of those keys was a choice; please call us back. Goodbye.",
    ),
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
    "lost_reminder": (
        "您按的键没有对应的选项。如果一直没有消息，工单会交给别人。再见。",
        "None of those keys was a choice. If nothing is heard of you, others will be called. Goodbye.",
    ),
    "lost": (
        "您按的键没有对应的选项，不算接单，将继续呼叫其他人员。再见。",
        "None of those keys was a choice, so this does not count as taken. Others are being called. Goodbye.",
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
    "whisper_ours": (
        "我们打出去的电话：{matter}。对方正在线上，要找值班人员，接听请按1。",
        "A call that we made: {matter}. They are on the line and want a person; press 1 to accept.",
    ),
    "they_speak_english": ("对方讲英语。", "They speak English. "),
    "speaks_english": ("来电人讲英语。", "The caller speaks English. "),
    "whisper_care": ("来电人是特别关怀住户，请耐心接听。", "The caller needs special care; please take your time. "),
    "whisper_taken": ("已由{by}接单。", "{by} has taken the ticket. "),
}


def spoken(key: str, language: str, **values: str) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(pick(SPOKEN[key], language).format(**values), language=tongue)
