"""What the stub answers, in the shapes and sizes of Twilio's resources. Pure, but for a counter and the date."""

import itertools
import json
import time
from email.utils import formatdate
from typing import Any

from base.settings import SANDBOX_ACCOUNT_SID, SANDBOX_NUMBER

BASE = f"/2010-04-01/Accounts/{SANDBOX_ACCOUNT_SID}"
SID = b"@" * 34
DATE = b"#" * 31


class Answers:
    """Ready-made answers to "create": only the sid and the date are put in."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._text, self._call = _template("text"), _template("call")
        self._second, self._date = 0, b""

    def text(self) -> tuple[str, bytes]:
        """A new message's sid, and the whole answer (780 bytes of JSON, as Twilio's for a Chinese text)."""
        return self._fill(self._text, b"SM%032x")

    def call(self) -> tuple[str, bytes]:
        """A new call's sid, and the whole answer."""
        return self._fill(self._call, b"CA%032x")

    def _fill(self, template: bytes, form: bytes) -> tuple[str, bytes]:
        if (second := int(time.time())) != self._second:
            self._second, self._date = second, _date(second).encode()
        sid = form % next(self._count)
        return sid.decode(), template.replace(SID, sid).replace(DATE, self._date)


def http(body: bytes, status: bytes = b"200 OK") -> bytes:
    """A whole HTTP answer."""
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body


def resource(sid: str, form: dict[str, str], created: float) -> dict[str, Any]:
    """A message or a call as Twilio shows it; `created` in seconds since 1970."""
    is_text = sid.startswith("SM")
    kind, date = ("Messages" if is_text else "Calls"), _date(created)
    common = {
        "sid": sid, "account_sid": SANDBOX_ACCOUNT_SID, "to": form.get("To", ""), "from": form.get("From", ""),
        "direction": "outbound-api", "status": "queued", "date_created": date, "date_updated": date, "price": None,
        "price_unit": "USD", "api_version": "2010-04-01", "uri": f"{BASE}/{kind}/{sid}.json",
    }  # fmt: skip
    if not is_text:
        return common | {"start_time": None, "end_time": None, "duration": None, "answered_by": None,
                         "parent_call_sid": None, "caller_name": None, "forwarded_from": None, "queue_time": "0",
                         "phone_number_sid": "", "group_sid": None, "trunk_sid": None, "annotation": None,
                         "to_formatted": form.get("To", ""), "from_formatted": form.get("From", ""),
                         "subresource_uris": {}}  # fmt: skip
    return common | {
        "body": form.get("Body", ""), "num_segments": "1", "num_media": "0", "date_sent": None, "error_code": None,
        "error_message": None, "messaging_service_sid": form.get("MessagingServiceSid"),
        "subresource_uris": {"media": f"{BASE}/Messages/{sid}/Media.json"},
    }  # fmt: skip


def page(path: str, way: str, rows: list[dict[str, Any]]) -> bytes:
    """One page of a list, the last."""
    name = "messages" if way == "text" else "calls"
    paging = {"page": 0, "page_size": 50, "start": 0, "end": max(len(rows) - 1, 0), "uri": path,
              "first_page_uri": path, "next_page_uri": None, "previous_page_uri": None}  # fmt: skip
    return json.dumps({name: rows, **paging}).encode()


def _template(way: str) -> bytes:
    words = "【回音物业】您好，您的报修已受理，我们将尽快安排人员上门，请保持电话畅通。"
    form = {"To": "+8613800000000", "From": SANDBOX_NUMBER, "Body": words}
    one = resource(("SM" if way == "text" else "CA") + "@" * 32, form, 0.0)
    body = json.dumps(one | {"date_created": "#" * 31, "date_updated": "#" * 31}, ensure_ascii=False).encode()
    body = body.replace(one["sid"].encode(), SID)
    return http(body, b"201 Created")


def _date(seconds: float) -> str:
    return formatdate(seconds, usegmt=False).replace("-0000", "+0000")
