"""What hangs on the application object: its settings. (Database, hints and carrier hang there too.)"""

from typing import cast

from flask import current_app

from base.settings import Settings

REFUSAL = "refusal"
"""Where the `SettingsError` hangs for which the service would not start; only commands ever meet it."""
MAKE_READY = "make_ready"
"""Where hangs what the web server calls once, before it forks and anybody calls."""


def settings() -> Settings:
    """The settings of this process's application."""
    return cast(Settings, current_app.extensions["settings"])
