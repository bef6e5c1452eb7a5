"""What each verb of TwiML does, one file for what belongs together."""

from sandbox.verbs import dial, endings, gather, prompts, record, sms

__all__ = ["dial", "endings", "gather", "prompts", "record", "sms"]
