"""How often a token may ask: all its requests are counted together, whatever they ask for."""

from contextlib import suppress
from functools import partial
from math import ceil
from typing import Any

from flask import Flask, Response
from flask_limiter import Limiter, RequestLimit
from redis.exceptions import RedisError

from base.clock import now
from console.api.door import bearer, door
from console.api.problems import problem

PACE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
"""What every counted answer says, by the names of the IETF's drafts: requests a minute, those left, seconds left."""


def keep_pace(app: Flask, limiter: Limiter, a_minute: int) -> None:
    """Let every token make so many requests a minute; 0 is no limit. The views must be on `app` already."""
    if a_minute == 0:
        return
    counted = limiter.shared_limit(f"{a_minute} per minute", scope=door.name, key_func=_who, on_breach=_too_often)
    app.after_request_funcs.setdefault(door.name, []).append(partial(_say, limiter))
    views: dict[str, Any] = app.view_functions
    for name in [name for name in views if name.startswith(f"{door.name}.")]:
        views[name] = counted(views[name])


def _who() -> str:
    """The token; for the page that the desk may read too, whoever reads it."""
    return f"{bearer().token_id}/{bearer().me.id}"


def _too_often(breached: RequestLimit) -> Response:
    return problem(429, headers={"Retry-After": str(_left_s(breached))})


def _say(limiter: Limiter, response: Response) -> Response:
    """How many requests the token may make a minute, how many are left, and in how many seconds that ends."""
    counted = limiter.current_limit
    if counted is not None:
        with suppress(RedisError):  # it went away since: no reason to answer otherwise
            told = (counted.limit.amount, max(counted.remaining, 0), _left_s(counted))
            response.headers.update(zip(PACE, map(str, told), strict=True))
    return response


def _left_s(counted: RequestLimit) -> int:
    # the minute is the store's, and its clock may not be ours
    left_s = ceil(counted.reset_at - now().timestamp())
    return min(max(left_s, 1), counted.limit.get_expiry())
