"""The JSON of each resource, as Twilio's OpenAPI document has it. Pure."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from sandbox.model import Call, Message, Owned, Recording
from sandbox.network import Network

VERSION = "2010-04-01"
ERROR_MESSAGES = {
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Carrier violation",
    30008: "Unknown error",
    30036: "Validity Period Expired",
}


def moment(at: datetime | None) -> str | None:
    """Return a moment as RFC 2822, which Twilio uses throughout this API."""
    return None if at is None else format_datetime(at.astimezone(UTC).replace(microsecond=0))


def base(network: Network) -> str:
    """Return the path under which everything of the account lies."""
    return f"/{VERSION}/Accounts/{network.account}"


def show_account(network: Network, began_at: datetime) -> dict[str, Any]:
    """Return the account."""
    root = base(network)
    parts = ("messages", "calls", "recordings", "incoming_phone_numbers")
    return {
        "sid": network.account,
        "owner_account_sid": network.account,
        "auth_token": None,
        "friendly_name": "Sandbox",
        "status": "active",
        "type": "Full",
        "date_created": moment(began_at),
        "date_updated": moment(began_at),
        "uri": f"{root}.json",
        "subresource_uris": {p: f"{root}/{p.title().replace('_', '')}.json" for p in parts},
    }


def show_message(network: Network, message: Message) -> dict[str, Any]:
    """Return a text."""
    uri = f"{base(network)}/Messages/{message.sid}"
    first = message.service_sid is not None and message.status == "accepted"
    code = message.error_code
    return {
        "account_sid": network.account,
        "api_version": VERSION,
        "body": message.body,
        "date_created": moment(message.created_at),
        "date_sent": moment(message.sent_at),
        "date_updated": moment(message.updated_at),
        "direction": message.direction,
        "error_code": code,
        "error_message": ERROR_MESSAGES.get(code, "Delivery failed") if code else None,
        "from": message.from_number,
        "messaging_service_sid": message.service_sid,
        "num_media": "0",
        "num_segments": "0" if first else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to_number,
        "uri": f"{uri}.json",
    }


def show_call(network: Network, call: Call) -> dict[str, Any]:
    """Return a leg."""
    uri = f"{base(network)}/Calls/{call.sid}"
    owned = call.owned or network.owned_number(call.from_number)
    return {
        "account_sid": network.account,
        "annotation": None,
        "answered_by": None,
        "api_version": VERSION,
        "caller_name": None,
        "date_created": moment(call.created_at),
        "date_updated": moment(call.ended_at or call.answered_at or call.created_at),
        "direction": call.direction,
        "duration": str(call.duration_s) if call.ended else None,
        "end_time": moment(call.ended_at),
        "forwarded_from": call.forwarded_from or None,
        "from": call.from_number,
        "from_formatted": call.from_number,
        "group_sid": None,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "phone_number_sid": owned.sid if owned else None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": moment(call.started_at),
        "status": call.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.to_number,
        "to_formatted": call.to_number,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def show_recording(network: Network, recording: Recording, of_call: bool) -> dict[str, Any]:
    """Return a recording, as itself or as one of its call."""
    root = base(network)
    uri = f"{root}/Recordings/{recording.sid}"
    shown: dict[str, Any] = {
        "account_sid": network.account,
        "api_version": VERSION,
        "call_sid": recording.call.sid,
        "channels": 1,
        "conference_sid": None,
        "date_created": moment(recording.started_at),
        "date_updated": moment(recording.updated_at or recording.started_at),
        "duration": str(recording.duration_s),
        "encryption_details": None,
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": moment(recording.started_at),
        "status": recording.status,
    }
    if of_call:
        shown["track"] = "both"
        shown["uri"] = f"{root}/Calls/{recording.call.sid}/Recordings/{recording.sid}.json"
    else:
        shown["uri"] = f"{uri}.json"
        shown["media_url"] = f"{network.base_url}{uri}"
        shown["subresource_uris"] = {"transcriptions": f"{uri}/Transcriptions.json"}
    return shown


def show_number(network: Network, owned: Owned) -> dict[str, Any]:
    """Return a number of the account."""
    return {
        "account_sid": network.account,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "date_created": moment(owned.created_at),
        "date_updated": moment(owned.updated_at or owned.created_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": owned.friendly_name or owned.number,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": owned.number,
        "sid": owned.sid,
        "sms_application_sid": None,
        "sms_fallback_method": owned.sms_fallback_method,
        "sms_fallback_url": owned.sms_fallback_url,
        "sms_method": owned.sms_method,
        "sms_url": owned.sms_url,
        "status": "in-use",
        "status_callback": owned.status_callback,
        "status_callback_method": owned.status_callback_method,
        "trunk_sid": None,
        "uri": f"{base(network)}/IncomingPhoneNumbers/{owned.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": owned.voice_fallback_method,
        "voice_fallback_url": owned.voice_fallback_url,
        "voice_method": owned.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": owned.voice_url,
    }
