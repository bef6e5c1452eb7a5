"""A telephone network on your desk: a local carrier that speaks Twilio's API."""

from sandbox.server import CannotStart, Sandbox

__all__ = ["CannotStart", "Sandbox"]
