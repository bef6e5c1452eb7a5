"""What people write today: one RQ job for each recipient, which sends one text with the stock library."""

import os

from twilio.rest import Client


def send_text(to: str, body: str) -> str:
    """The whole job."""
    client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
    client.api.base_url = os.environ["TWILIO_API_BASE"]
    message = client.messages.create(to=to, from_=os.environ["HOTLINE_NUMBER"], body=body)
    return str(message.sid)
