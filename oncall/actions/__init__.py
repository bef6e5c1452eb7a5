"""What can be done on call: say who is on duty, climb a ladder, ring live, answer a page, stand down."""

from oncall.actions.answering import (
    Answered,
    Gone,
    PassedOn,
    Taken,
    TakenBefore,
    acknowledge,
    arrive,
    need_help,
    open_page_of,
    page_by_code,
    pass_on,
    take_ticket,
)
from oncall.actions.auditing import audit
from oncall.actions.calendars import link_made_at, make_link, revoke_link
from oncall.actions.climbing import climb
from oncall.actions.complaints import put_complaint as put_complaint
from oncall.actions.complaints import question_over as question_over
from oncall.actions.complaints import tell_above as tell_above
from oncall.actions.complaints import tell_asked as tell_asked
from oncall.actions.daytime import by_day_at as by_day_at
from oncall.actions.duty import Duty, coming_gaps, duty_of, everybody, next_on_duty, tonight, who_is_on_duty
from oncall.actions.extending import tell_extension_answered as tell_extension_answered
from oncall.actions.extending import tell_extension_asked as tell_extension_asked
from oncall.actions.following import follow, pages_to_follow
from oncall.actions.grouping import mind_group as mind_group
from oncall.actions.handing import tell_assignee
from oncall.actions.help import ask_help as ask_help
from oncall.actions.live import (
    LiveRing,
    may_ring,
    ring_leader,
    ring_live,
    ring_of,
    ring_together,
    rings_together,
)
from oncall.actions.overrunning import overruns_due as overruns_due
from oncall.actions.overrunning import tell_overruns as tell_overruns
from oncall.actions.pagewords import matter_of, place_of
from oncall.actions.promises import alarm
from oncall.actions.standing_down import stand_down
from oncall.actions.talks import (
    accept,
    engaged,
    has_joined,
    is_too_late,
    latest_talks,
    part,
    picked_up,
    picked_up_ours,
    ring_over,
    speaks_with,
    under_way,
    who_picked_up,
)
from oncall.actions.urging import urge

__all__ = [
    "Answered", "Duty", "Gone", "LiveRing", "PassedOn", "Taken", "TakenBefore", "accept", "acknowledge", "alarm",
    "arrive", "audit", "climb", "coming_gaps", "duty_of", "engaged", "everybody", "follow", "has_joined",
    "is_too_late", "latest_talks", "link_made_at", "make_link", "matter_of", "may_ring", "need_help",
    "next_on_duty", "open_page_of", "page_by_code", "pages_to_follow", "part", "pass_on",
    "picked_up", "picked_up_ours", "place_of", "revoke_link", "ring_leader", "ring_live", "ring_of", "ring_over",
    "ring_together", "rings_together",
    "speaks_with", "stand_down", "take_ticket", "tell_assignee", "tonight", "under_way", "urge", "who_is_on_duty",
    "who_picked_up",
]  # fmt: skip
