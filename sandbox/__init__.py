"""A telephone network on your desk: a local carrier that speaks Twilio's API."""

from sandbox.server import CannotStart, NotDone, Sandbox

__all__ = ["CannotStart", "NotDone", "Sandbox"]
