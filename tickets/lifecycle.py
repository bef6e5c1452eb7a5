"""The states of a ticket and the moves allowed. Pure."""

from enum import StrEnum

from base.errors import Conflict


class Kind(StrEnum):
    """What somebody asked for."""

    REPAIR = "repair"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    HELP = "help"
    EMERGENCY = "emergency"


class Level(StrEnum):
    """How urgent it is; P0 is danger to life, C2 a grave complaint."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    C1 = "C1"
    C2 = "C2"


GRAVITY = (Level.P0, Level.C2, Level.P1, Level.P2, Level.C1, Level.P3)
"""Levels from the gravest: what is looked at first. (Their names do not sort that way.)"""


class Channel(StrEnum):
    """The door it came through."""

    CALL = "call"
    TEXT = "text"
    WEB = "web"
    DESK = "desk"
    WALK_IN = "walk_in"
    PAPER = "paper"
    GROUP = "group"
    EMAIL = "email"
    SURVEY = "survey"


class IncidentKind(StrEnum):
    """What sort of known trouble it is."""

    WATER = "water"
    POWER = "power"
    LIFT = "lift"
    GAS = "gas"
    FIRE = "fire"
    STORM = "storm"
    EVACUATION = "evacuation"
    DRILL = "drill"
    OTHER = "other"


ENDANGERS_LIFE = frozenset({IncidentKind.GAS, IncidentKind.FIRE, IncidentKind.EVACUATION})
"""Trouble that wakes people by call at night; of any other a landline hears in the morning."""


class IncidentState(StrEnum):
    """Whether the trouble lasts."""

    OPEN = "open"
    RESTORED = "restored"


class IncidentStep(StrEnum):
    """What can happen to a trouble."""

    OPENED = "opened"
    DELAYED = "delayed"
    RESCOPED = "rescoped"
    RESTORED = "restored"


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


class CloseReason(StrEnum):
    """Why a resolved ticket came to rest: its owner said so, or said nothing for days, or one of us decided it."""

    SATISFIED = "satisfied"
    NO_OBJECTION = "no_objection"
    OVERRIDE = "override"


class Move(StrEnum):
    """What can be done to a ticket."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ARRIVE = "arrive"
    NOTE = "note"
    WAIT = "wait"
    RESUME = "resume"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    REFER = "refer"
    CANCEL = "cancel"
    MERGE = "merge"
    SPLIT = "split"
    LEVEL = "level"
    ASK = "ask"
    ANSWER = "answer"
    SEND = "send"
    DEPARTMENT = "department"
    EXTEND = "extend"
    DECIDE = "decide"
    SIGN_OFF = "sign_off"


class WaitReason(StrEnum):
    """What a ticket waits for while its clocks stand."""

    OWNER = "owner"
    PARTS = "parts"
    OTHERS = "others"


class ReferTo(StrEnum):
    """Where a ticket is referred to: a department of its desk, another desk of ours, or somebody outside."""

    DEPARTMENT = "department"
    HEADQUARTERS = "headquarters"
    PROJECT = "project"
    OUTSIDE = "outside"


ANOTHER_DESK = frozenset({ReferTo.HEADQUARTERS, ReferTo.PROJECT})
"""Where a ticket goes out of its desk's hands; to the others it is only mentioned."""


HEADQUARTERS = "HQ"
"""The desk that owns what was said straight to the company, past the project it may be about."""

MOVING = frozenset({Status.OPEN, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING})
"""States in which somebody still has to do something."""

STATUS_WORDS = {
    Status.OPEN: ("待接单", "open"), Status.ACKNOWLEDGED: ("已接单", "taken"),
    Status.IN_PROGRESS: ("处理中", "under way"), Status.WAITING: ("等待", "waiting"),
    Status.RESOLVED: ("已办结", "resolved"), Status.CLOSED: ("已关闭", "closed"),
    Status.CANCELLED: ("已取消", "cancelled"), Status.MERGED: ("已合并", "merged"),
}  # fmt: skip
MOVE_WORDS = {
    Move.ACKNOWLEDGE: ("接单", "taken"), Move.ASSIGN: ("改派", "handed over"),
    Move.ARRIVE: ("到场", "marked as on site"), Move.NOTE: ("加备注", "noted on"),
    Move.WAIT: ("暂停", "paused"), Move.RESUME: ("继续", "resumed"), Move.RESOLVE: ("办结", "resolved"),
    Move.CLOSE: ("关闭", "closed"), Move.REOPEN: ("重开", "reopened"), Move.REFER: ("转派", "referred"),
    Move.CANCEL: ("取消", "cancelled"), Move.MERGE: ("合并", "merged"),
    Move.SPLIT: ("拆单", "split"), Move.LEVEL: ("改级别", "given another level"),
    Move.ASK: ("请主管认领", "put to a supervisor"), Move.ANSWER: ("答复归属", "answered for"),
    Move.SEND: ("派给部门", "sent to a department"),
    Move.DEPARTMENT: ("改部门", "given another department"),
    Move.EXTEND: ("申请延时", "given more time"), Move.DECIDE: ("批复延时", "given or refused more time"),
    Move.SIGN_OFF: ("验收", "signed off"),
}  # fmt: skip
"""In Chinese and English, as the end of “cannot be …”."""

_ALL = frozenset(Status)
_ALLOWED: dict[Move, tuple[frozenset[Status], Status | None]] = {
    Move.ACKNOWLEDGE: (frozenset({Status.OPEN}), Status.ACKNOWLEDGED),
    Move.ASSIGN: (MOVING, None),
    Move.ARRIVE: (frozenset({Status.OPEN, Status.ACKNOWLEDGED, Status.WAITING}), Status.IN_PROGRESS),
    Move.NOTE: (_ALL, None),
    Move.WAIT: (frozenset({Status.ACKNOWLEDGED, Status.IN_PROGRESS}), Status.WAITING),
    Move.RESUME: (frozenset({Status.WAITING}), Status.IN_PROGRESS),
    Move.RESOLVE: (MOVING, Status.RESOLVED),
    Move.CLOSE: (frozenset({Status.RESOLVED}), Status.CLOSED),
    Move.REOPEN: (frozenset({Status.RESOLVED, Status.CLOSED}), Status.OPEN),
    Move.REFER: (MOVING, None),
    Move.CANCEL: (MOVING, Status.CANCELLED),
    Move.MERGE: (MOVING, Status.MERGED),
    Move.SPLIT: (_ALL - {Status.CANCELLED, Status.MERGED}, None),
    Move.LEVEL: (MOVING, None),
    Move.ASK: (MOVING, None),
    Move.ANSWER: (MOVING, None),
    Move.SEND: (MOVING, None),
    Move.DEPARTMENT: (MOVING, None),
    Move.EXTEND: (MOVING - {Status.OPEN}, None),
    Move.DECIDE: (MOVING, None),
    Move.SIGN_OFF: (frozenset({Status.RESOLVED, Status.CLOSED}), None),
}


def is_lower(level: Level, *, than: Level) -> bool:
    """Whether a matter of this level is looked at after one of the other."""
    return GRAVITY.index(level) > GRAVITY.index(than)


def may(move: Move, status: Status) -> bool:
    """Whether `move` is allowed from `status`."""
    return status in _ALLOWED[move][0]


def after(move: Move, status: Status) -> Status:
    """The status after `move`. Raises `Conflict` where the move is not allowed."""
    allowed, then = _ALLOWED[move]
    if status not in allowed:
        is_zh, is_en = STATUS_WORDS[status]
        to_zh, to_en = MOVE_WORDS[move]
        raise Conflict(f"工单现在是“{is_zh}”，不能再{to_zh}。A ticket that is {is_en} cannot be {to_en}.")
    return then or status
