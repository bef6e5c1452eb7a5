"""What a group channel is told of the watch. Pure."""

from collections.abc import Mapping

MIRRORED: Mapping[str, tuple[str, str]] = {
    "paged": (
        "{time} 呼叫值班：{level} {matter}。单号{ref}，已呼叫{who}。在群里回复不算接单",
        "{time} Paged: {level} {matter}. {ref}; rung: {who}. An answer in this group takes nothing",
    ),
    "nobody": (
        "{time} 无人接单！{level} {matter}。单号{ref}，值班的都呼叫过了。在群里回复不算接单",
        "{time} NOBODY HAS TAKEN {level} {matter}. {ref}; everybody on the ladder was paged. "
        "An answer in this group takes nothing",
    ),
    "taken": ("{time} {who}已接单：{matter}。单号{ref}", "{time} {who} has taken {matter}. {ref}"),
    "released": (
        "{time} 没有人在处理了，重新呼叫：{level} {matter}。单号{ref}",
        "{time} Nobody has it any more, paging again: {level} {matter}. {ref}",
    ),
    "incident_opened": ("{time} {matter}，预计{end}恢复", "{time} {matter}; expected to end {end}"),
    "incident_without_end": ("{time} {matter}，恢复时间未定", "{time} {matter}; no end is known yet"),
    "incident_over": ("{time} 已结束：{matter}", "{time} Over: {matter}"),
}


def mirrored(key: str, language: str, **values: str) -> str:
    """One line to a group channel, in `zh` or `en`."""
    return MIRRORED[key][language == "en"].format(**values)
