"""What hangs on the application object: its settings. (Database, hints and carrier hang there too.)"""

from collections.abc import Callable
from typing import Any, cast

from flask import current_app

from base.settings import Settings

REFUSAL = "refusal"
"""Where the `SettingsError` hangs for which the service would not start; only commands ever meet it."""
OWED_ABOVE = "owed_above"
"""Where the application hangs what rooms above the watch owe by now: each answers, to a session and the moment before
which a step is late, by fault what waits (see `oncall.audit`)."""
MAKE_READY = "make_ready"
"""Where hangs what the web server calls once, before it forks and anybody calls."""


def settings() -> Settings:
    """The settings of this process's application."""
    return cast(Settings, current_app.extensions["settings"])


def owed_above() -> tuple[Callable[..., Any], ...]:
    """What the application has hung up of what rooms above the watch owe."""
    return cast("tuple[Callable[..., Any], ...]", current_app.extensions.get(OWED_ABOVE, ()))
