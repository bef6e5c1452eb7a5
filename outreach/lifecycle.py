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
    """Which word about an incident a notice is; they come in pairs: an opening is followed to its end."""

    OPENING = "opening"
    DELAY = "delay"
    RESTORED = "restored"


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


CLASSES: dict[CampaignKind, frozenset[MessageClass]] = {
    CampaignKind.NOTICE: frozenset({MessageClass.EMERGENCY, MessageClass.SERVICE}),
    CampaignKind.GREETING: frozenset({MessageClass.CARE}),
    CampaignKind.SURVEY: frozenset({MessageClass.SURVEY}),
}
"""Kind and class go together by this table; an emergency belongs to an incident."""

MAY_WRITE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.QUALITY, Role.ADMIN})
MAY_APPROVE = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.ADMIN})

_ALLOWED: dict[CampaignMove, tuple[frozenset[CampaignState], CampaignState]] = {
    CampaignMove.FREEZE: (frozenset({CampaignState.PLANNING}), CampaignState.PLANNED),
    CampaignMove.APPROVE: (frozenset({CampaignState.PLANNED}), CampaignState.APPROVED),
    CampaignMove.STOP: (frozenset({CampaignState.APPROVED}), CampaignState.STOPPED),
    CampaignMove.RESUME: (frozenset({CampaignState.STOPPED}), CampaignState.APPROVED),
    CampaignMove.WITHDRAW: (
        frozenset({CampaignState.PLANNING, CampaignState.PLANNED, CampaignState.STOPPED}),
        CampaignState.WITHDRAWN,
    ),
}


def after(move: CampaignMove, state: CampaignState) -> CampaignState:
    """The state after `move`. Raises `Conflict` where the move is not allowed."""
    allowed, then = _ALLOWED[move]
    if state not in allowed:
        raise Conflict(f"群发是“{state}”，不能“{move}”。A campaign that is {state} cannot be moved by {move}.")
    return then


def may(move: CampaignMove, state: CampaignState) -> bool:
    """Whether `move` is allowed from `state`."""
    return state in _ALLOWED[move][0]


def check_kind(kind: CampaignKind) -> None:
    """Raises `BadInput` for a survey: nobody could answer one that goes to many."""
    if kind is CampaignKind.SURVEY:
        raise BadInput(
            "还不能群发问卷，请写通知或祝福；报修办完以后会自动回访业主。A survey cannot be sent to many yet; write "
            "a notice or a greeting. Owners are asked about a finished repair without anybody's doing."
        )


def check_pair(kind: CampaignKind, message_class: MessageClass) -> None:
    """Raises `BadInput` for a class that does not go with a kind."""
    if message_class not in CLASSES[kind]:
        fitting = "、".join(sorted(CLASSES[kind]))
        raise BadInput(
            f"{kind} 不能用 {message_class} 类别，请用：{fitting}。"
            f"The class {message_class} does not go with {kind}; use one of: {', '.join(sorted(CLASSES[kind]))}."
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
