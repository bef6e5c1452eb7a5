"""Kinds and states of a campaign, which class goes with which kind, and who may let it go. Pure."""

from enum import StrEnum

from base.access import Role
from base.errors import BadInput, Conflict, NotAllowed
from messages.lifecycle import MessageClass


class CampaignKind(StrEnum):
    """What is sent to many."""

    NOTICE = "notice"
    GREETING = "greeting"
    SURVEY = "survey"


class NoticeStep(StrEnum):
    """Which word about an incident a notice is; they come in pairs: an opening is followed to its end.

    `released` tells those who got the opening that it does not concern them after all; `followup`, after the all-clear,
    what was done and what owners should look at.
    """

    OPENING = "opening"
    DELAY = "delay"
    RESTORED = "restored"
    RELEASED = "released"
    FOLLOW_UP = "followup"


PAIR = (NoticeStep.OPENING, NoticeStep.DELAY, NoticeStep.RESTORED)
"""The words of a trouble from its beginning to its end."""
FURTHER = frozenset({NoticeStep.DELAY, NoticeStep.RESTORED, NoticeStep.RELEASED, NoticeStep.FOLLOW_UP})
"""Words that go to the numbers of an earlier one, whoever they belong to."""
AFTERWARDS = frozenset({NoticeStep.RESTORED, NoticeStep.FOLLOW_UP})
"""Words about a trouble that is over."""
WAKES_NOBODY = AFTERWARDS | {NoticeStep.RELEASED}
"""Words that nobody is rung for at night: the danger is over, or was never theirs."""


class CampaignState(StrEnum):
    """Where a campaign stands. `planning`: its messages are being written; `planned`: frozen, for somebody to read."""

    PLANNING = "planning"
    PLANNED = "planned"
    APPROVED = "approved"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class CampaignMove(StrEnum):
    """What can be done to a campaign."""

    FREEZE = "freeze"
    APPROVE = "approve"
    STOP = "stop"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    RETURN = "return"
    CHANGE_DAY = "change_day"


class VerdictKind(StrEnum):
    """What a second person says of a campaign: `returned` to its author, or `reviewed` after it went at once."""

    RETURNED = "returned"
    REVIEWED = "reviewed"


CLASSES: dict[CampaignKind, frozenset[MessageClass]] = {
    CampaignKind.NOTICE: frozenset({MessageClass.EMERGENCY, MessageClass.SERVICE}),
    CampaignKind.GREETING: frozenset({MessageClass.CARE}),
    CampaignKind.SURVEY: frozenset({MessageClass.SURVEY}),
}
"""Kind and class go together by this table; an emergency belongs to an incident."""

MAY_WRITE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.QUALITY, Role.ADMIN})
LONGEST_VERDICT = 500
MAY_APPROVE = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.ADMIN})

STATE_WORDS = {
    CampaignState.PLANNING: ("正在排", "being planned"), CampaignState.PLANNED: ("待批准", "waiting for approval"),
    CampaignState.APPROVED: ("已批准", "approved"), CampaignState.STOPPED: ("已停止", "stopped"),
    CampaignState.WITHDRAWN: ("已撤回", "withdrawn"),
}  # fmt: skip
MOVE_WORDS = {
    CampaignMove.FREEZE: ("定稿", "frozen"), CampaignMove.APPROVE: ("批准", "approved"),
    CampaignMove.STOP: ("停止", "stopped"), CampaignMove.RESUME: ("继续发", "gone on with"),
    CampaignMove.WITHDRAW: ("撤回", "withdrawn"), CampaignMove.RETURN: ("退回", "sent back"),
    CampaignMove.CHANGE_DAY: ("改日期", "given another day"),
}  # fmt: skip
KIND_WORDS = {
    CampaignKind.NOTICE: ("通知", "a notice"), CampaignKind.GREETING: ("祝福", "a greeting"),
    CampaignKind.SURVEY: ("回访", "a survey"),
}  # fmt: skip
CLASS_WORDS = {
    MessageClass.STAFF: "员工", MessageClass.EMERGENCY: "紧急", MessageClass.SERVICE: "服务",
    MessageClass.SURVEY: "回访", MessageClass.CARE: "祝福",
}  # fmt: skip
"""In Chinese; in English a class is called as it is written."""

_ALLOWED: dict[CampaignMove, tuple[frozenset[CampaignState], CampaignState]] = {
    CampaignMove.FREEZE: (frozenset({CampaignState.PLANNING}), CampaignState.PLANNED),
    CampaignMove.APPROVE: (frozenset({CampaignState.PLANNED}), CampaignState.APPROVED),
    CampaignMove.STOP: (frozenset({CampaignState.APPROVED}), CampaignState.STOPPED),
    CampaignMove.RESUME: (frozenset({CampaignState.STOPPED}), CampaignState.APPROVED),
    CampaignMove.WITHDRAW: (
        frozenset({CampaignState.PLANNING, CampaignState.PLANNED, CampaignState.STOPPED}),
        CampaignState.WITHDRAWN,
    ),
    CampaignMove.RETURN: (frozenset({CampaignState.PLANNED}), CampaignState.WITHDRAWN),
    CampaignMove.CHANGE_DAY: (frozenset({CampaignState.PLANNED}), CampaignState.PLANNING),
}


def after(move: CampaignMove, state: CampaignState) -> CampaignState:
    """The state after `move`. Raises `Conflict` where the move is not allowed."""
    allowed, then = _ALLOWED[move]
    if state not in allowed:
        is_zh, is_en = STATE_WORDS[state]
        to_zh, to_en = MOVE_WORDS[move]
        raise Conflict(f"群发现在是“{is_zh}”，不能再{to_zh}。A campaign that is {is_en} cannot be {to_en}.")
    return then


def may(move: CampaignMove, state: CampaignState) -> bool:
    """Whether `move` is allowed from `state`."""
    return state in _ALLOWED[move][0]


def check_pair(kind: CampaignKind, message_class: MessageClass) -> None:
    """Raises `BadInput` for a class that does not go with a kind."""
    if message_class not in CLASSES[kind]:
        fitting = sorted(CLASSES[kind])
        kind_zh, kind_en = KIND_WORDS[kind]
        fitting_zh = "、".join(CLASS_WORDS[one] for one in fitting)
        raise BadInput(
            f"{kind_zh}不能用“{CLASS_WORDS[message_class]}”类别，请用：{fitting_zh}。"
            f"The class {message_class} does not go with {kind_en}; use one of: {', '.join(fitting)}."
        )


def check_approver(role: Role, *, is_author: bool, message_class: MessageClass, emergency_reason: str) -> None:
    """Raises `NotAllowed` where this person may not let it go: four eyes, except in an emergency with a reason."""
    if role not in MAY_APPROVE:
        raise NotAllowed("批准群发要主管或以上。Approving takes a supervisor or above.")
    if not is_author:
        return
    if message_class is not MessageClass.EMERGENCY:
        raise NotAllowed("自己写的不能自己批准，请另一位来批。Whoever wrote it cannot approve it; ask somebody else.")
    if not emergency_reason.strip():
        raise NotAllowed(
            "紧急通知由本人批准时要写明理由（emergency_reason）。"
            "To approve your own emergency notice, say why (emergency_reason)."
        )


def check_second(role: Role, *, is_author: bool, words: str) -> None:
    """Raises `NotAllowed` where this person may not send it back or review it, `BadInput` where they say nothing."""
    if role not in MAY_APPROVE:
        raise NotAllowed("这一步要主管或以上。This takes a supervisor or above.")
    if is_author:
        raise NotAllowed("自己写的要由另一位来看。Whoever wrote it cannot judge it; ask somebody else.")
    if not words.strip():
        raise BadInput("请写几句话，作者要知道怎么改。Say a few words; its author has to know what to do.")
    if len(words.strip()) > LONGEST_VERDICT:
        raise BadInput(f"最多 {LONGEST_VERDICT} 个字，请缩短。At most {LONGEST_VERDICT} characters; shorten it.")
