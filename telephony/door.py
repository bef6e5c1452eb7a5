"""The carrier's doors: the guard (signed, ours), and the dialect of answers and errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from base.trail import brought
from base.wiring import settings
from telephony import dark
from telephony.signature import is_signed
from telephony.speech import End, Say, Step, Voices, speak

log = structlog.get_logger(__name__)

MAX_FORM_BYTES = 64 * 1024
PAGE_SORRY = (
    Say("抱歉，系统暂时出了问题。请立即拨打热线查看您的工单。"),
    Say("Sorry, something went wrong here. Please dial the hotline now to hear your ticket.", language="en"),
)

Answer = Step | str | None


class CarrierDoor(Blueprint):
    """A blueprint whose views answer the carrier; what they return is turned into the carrier's form."""

    def __init__(self, name: str, import_name: str, on_error: Callable[[], Response]) -> None:
        super().__init__(name, import_name)
        self._on_error = on_error
        self.before_request(_only_signed)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Any = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Register a view that returns a Step (spoken), TwiML text, or None (204, nothing to say)."""
        endpoint = endpoint or view_func.__name__
        super().add_url_rule(rule, endpoint, self._answering(view_func), provide_automatic_options, **options)

    def _answering(self, view: Callable[..., Answer]) -> Callable[..., Response]:
        @wraps(view)
        def answer(**parts: Any) -> Response:
            try:
                return as_response(view(**parts))
            except HTTPException:
                raise
            except Exception:
                log.exception("door_failed", door=self.name, path=request.path)
                return self._on_error()

        return answer


def voice_door(
    name: str, import_name: str, *, rings_duty: bool = True, sorry_says: tuple[Say, ...] = PAGE_SORRY
) -> CarrierDoor:  # fmt: skip
    """A door where somebody is on the line: an error apologises and, for an owner, rings the duty phone.

    `rings_duty=False` for legs we called ourselves: a whisper cannot dial, and many at once must not wake anybody;
    they hear `sorry_says`.
    """

    def sorry() -> Response:
        if rings_duty:
            return as_response(dark.ring_duty(settings(), request.form.get("To", "")))
        return as_response(End(sorry_says))

    return CarrierDoor(name, import_name, sorry)


def text_door(name: str, import_name: str) -> CarrierDoor:
    """A door for texts and receipts: an error answers 503, which the carrier tries again."""
    return CarrierDoor(name, import_name, lambda: Response(status=503))


def as_response(answer: Answer) -> Response:
    """TwiML for a step or text; 204 for nothing."""
    if answer is None:
        return Response(status=204)
    if isinstance(answer, str):
        return Response(answer, mimetype="text/xml")
    return Response(speak(answer, voices()), mimetype="text/xml")


def voices() -> Voices:
    """The voices of this installation."""
    here = settings()
    return Voices(here.voice_zh, here.voice_en)


def _only_signed() -> Response | None:
    here = settings()
    try:
        request.max_content_length = MAX_FORM_BYTES
        signed = any(
            is_signed(request, public_url=here.address, account_sid=account.sid, tokens=account.tokens)
            for account in here.accounts
        )
    except HTTPException:
        signed = False
    if not signed:
        return Response(status=403)
    brought(call_sid=request.form.get("CallSid", ""), message_sid=request.form.get("MessageSid", ""))
    return None
