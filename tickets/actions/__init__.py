"""What can be done with tickets. Every action appends to the timeline; none commits."""

from tickets.actions.moving import acknowledge as acknowledge
from tickets.actions.moving import arrive as arrive
from tickets.actions.moving import assign as assign
from tickets.actions.moving import cancel as cancel
from tickets.actions.moving import close as close
from tickets.actions.moving import note as note
from tickets.actions.moving import reopen as reopen
from tickets.actions.moving import resolve as resolve
from tickets.actions.moving import resume as resume
from tickets.actions.moving import wait as wait
from tickets.actions.opening import TicketDraft as TicketDraft
from tickets.actions.opening import amend as amend
from tickets.actions.opening import emergency_before as emergency_before
from tickets.actions.opening import open_matter as open_matter
from tickets.actions.opening import open_ticket as open_ticket
from tickets.actions.paging import claim_page_step as claim_page_step
from tickets.actions.paging import gravest_first as gravest_first
from tickets.actions.paging import pages_due as pages_due
from tickets.actions.paging import raise_alarm as raise_alarm
from tickets.actions.paging import set_page_due as set_page_due
from tickets.actions.timeline import add_event as add_event
from tickets.actions.timeline import find_by_ref as find_by_ref
from tickets.actions.timeline import get as get
from tickets.actions.timeline import tickets_of as tickets_of
from tickets.actions.watching import promise_of as promise_of
from tickets.actions.watching import service_hours as service_hours
