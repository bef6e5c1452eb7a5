"""What can be done with what owners text us, and with what we plan to tell them."""

from outreach.actions.texts import Incoming, take_text

__all__ = ["Incoming", "take_text"]
