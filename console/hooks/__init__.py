"""Outgoing webhooks: what happens here, told to other systems that asked for it."""
