"""What can be done with what owners text us, with what they are told, and with how it was for them."""

from outreach.actions.texts import Incoming, take_text

__all__ = ["Incoming", "take_text"]
