"""Whether a campaign that waits may go on another day, and until when that is taken back. Pure."""

from datetime import timedelta
from typing import Final

from base.errors import BadInput
from messages.lifecycle import MessageClass
from outreach.lifecycle import CampaignState

TAKEN_BACK_WITHIN: Final = timedelta(minutes=15)
"""So long after somebody gave a campaign another day they may take that back with one press."""
OWN_DAY: Final = "day/"
"""How the occasion of a greeting begins that is for a day of the estate, not for a festival."""

_OF_STATE: Final = {
    CampaignState.PLANNING: "正在排，排好以后再改日期。It is being planned; change its day once that is done.",
    CampaignState.APPROVED: (
        "已经批准，批准的就是这个时间；要改请先停止、撤回，再重新写。"
        "It was approved for this moment; to change that stop it, take it back and write it anew."
    ),
    CampaignState.STOPPED: (
        "已经停止；要换日期请撤回，再重新写。It was stopped; for another day take it back and write it anew."
    ),
    CampaignState.WITHDRAWN: "已经撤回，请重新写。It was taken back; write it anew.",
}


def refusal(state: CampaignState, message_class: MessageClass, *, is_of_incident: bool, is_again: bool) -> str:
    """Why a campaign keeps its day, in both languages; empty: it waits for approval and may have another.

    `is_again`: it tries once more what another did not reach.
    """
    if message_class is MessageClass.EMERGENCY or is_of_incident:
        return "事件的通知跟着事件走，不改日期。A word about an incident goes with it; it has no other day."
    if message_class is MessageClass.SURVEY:
        return (
            "回访抽的是当月的人，不改日期；请撤回，再在回访页重新发起。"
            "A wave draws the households of its month; take it back and begin another on the page of surveys."
        )
    if is_again:
        return "补发的跟着原来那一次，不改日期。What is sent again goes with the first; it has no other day."
    return _OF_STATE.get(state, "")


def check_occasion(before: str, after: str) -> None:
    """Raises `BadInput` where another day would make another greeting of it: one is for its festival, once a number."""
    if before == after:
        return
    if not before.startswith(OWN_DAY):
        raise BadInput(
            "这是节日的祝福，跟着节日走，日期不能换，只能改时间。"
            "It greets a festival and goes with it: its time can be changed, its day cannot."
        )
    if not after.startswith(OWN_DAY):
        raise BadInput(
            "那一天有节日的祝福，每人只收一条；请换一天，或者为那个节日另写。"
            "That day has a greeting of its own, and nobody gets two: choose another day, or write one for it."
        )
