"""What takes something from somebody is done only by whoever was told first what will happen, and said yes."""

from flask import request

from base.errors import BadInput


def must_be_sure() -> None:
    """Raises `BadInput` for a form without `sure=yes`, which the second button of `parts.sure` sends."""
    if request.form.get("sure") != "yes":
        raise BadInput("请先看清会发生什么，再确认一次。Read first what will happen, then confirm it.")
