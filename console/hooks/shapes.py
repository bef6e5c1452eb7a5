"""What other systems are told, as the API tells it: numbers masked, in the shapes of `/api/v1`."""

from console.api.incidents import IncidentTold
from console.api.messages import MessageLine
from console.api.shapes import Moment, Shape
from console.api.ticket_shapes import TicketFact, TicketLine


class TicketNews(Shape):
    """A ticket as it stands now, and what happened to it."""

    ticket: TicketLine
    event: TicketFact


class UnacknowledgedNews(Shape):
    """A ticket that nobody has taken in time: the next rung of its ladder (counted from 0) was climbed."""

    ticket: TicketLine
    rung: int


class IncidentNews(Shape):
    """An incident as it stands now."""

    incident: IncidentTold


class MessageNews(Shape):
    """A message that the carrier would not or could not deliver."""

    message: MessageLine


class _Told(Shape):
    type: str
    timestamp: Moment


class TicketTold(_Told):
    """`ticket.*`: something that stands on the timeline of a ticket; the name ends as the `type` of the event."""

    data: TicketNews


class UnacknowledgedTold(_Told):
    """`oncall.unacknowledged`: nobody has taken a ticket in time."""

    data: UnacknowledgedNews


class IncidentEventTold(_Told):
    """`incident.opened`, `.delayed`, `.rescoped`, `.restored`."""

    data: IncidentNews


class MessageTold(_Told):
    """`message.failed`: a text or a call did not reach its number."""

    data: MessageNews
