"""That a file which a form asked for has come: told by a cookie that the page looks for, because the page stays."""

import re

from flask import Response, request

NAME, FIELD = "huiyin-arrived", "arrival"
LASTS_S = 60
_MARK = re.compile(r"[a-z0-9]{1,16}")


def tell(response: Response) -> None:
    """Mark an answer that is a file with what its form brought, so that its page knows it is there."""
    if request.method != "POST" or not response.headers.get("Content-Disposition", "").startswith("attachment"):
        return
    mark = request.form.get(FIELD, "")
    if _MARK.fullmatch(mark):
        response.set_cookie(NAME, mark, max_age=LASTS_S, secure=request.is_secure, samesite="Lax")
