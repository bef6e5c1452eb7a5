"""How the REST API refuses: Twilio's error bodies."""

from typing import Any

from aiohttp import web

from sandbox.texts import Refused


def error_body(error: Refused) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }


def refuse(error: Refused) -> web.Response:
    """Answer with a refusal."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return web.json_response(error_body(error), status=error.status, headers=headers)


def not_found(path: str) -> Refused:
    """Return the refusal for something that is not there."""
    return Refused(20404, f"The requested resource {path} was not found", 404)
