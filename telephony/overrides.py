"""How the carrier shall try our addresses: what follows the `#` of each (Twilio, "Connection overrides")."""

RECEIPTS = "#rc=5&rp=all"
"""Receipts are worth trying five times, whatever went wrong."""
VOICE = "#rt=4000&rc=2&rp=ct,rt,5xx"
"""Somebody is waiting on the line: ask twice more, quickly."""
