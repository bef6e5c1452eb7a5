"""How often a token may ask: all its requests are counted together, whatever they ask for."""

from math import ceil
from typing import Any

from flask import Flask, Response
from flask_limiter import Limiter, RequestLimit

from base.clock import now
from console.api.door import bearer, door
from console.api.problems import problem


def keep_pace(app: Flask, limiter: Limiter, a_minute: int) -> None:
    """Let every token make so many requests a minute; 0 is no limit. The views must be on `app` already."""
    if a_minute == 0:
        return
    counted = limiter.shared_limit(f"{a_minute} per minute", scope=door.name, key_func=_who, on_breach=_too_often)
    views: dict[str, Any] = app.view_functions
    for name in [name for name in views if name.startswith(f"{door.name}.")]:
        views[name] = counted(views[name])


def _who() -> str:
    """The token; for the page that the desk may read too, whoever reads it."""
    return f"{bearer().token_id}/{bearer().me.id}"


def _too_often(breached: RequestLimit) -> Response:
    # the minute is the store's, and its clock may not be ours
    left_s = ceil(breached.reset_at - now().timestamp())
    return problem(429, headers={"Retry-After": str(min(max(left_s, 1), breached.limit.get_expiry()))})
