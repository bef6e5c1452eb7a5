"""What gunicorn, which reads this file by itself, does beside serving."""

import gc
from typing import Any

from base.wiring import MAKE_READY

YOUNG = 10_000
"""So many new objects before garbage is looked for: those of some requests, where Python's 700 are a part of one."""


def when_ready(server: Any) -> None:
    """Once, before the web processes are forked: the application gets ready for the first caller.

    What they inherit is never garbage: looking for it there would take a fifth of a second, and copy every page of it.
    """
    if server.cfg.preload_app:
        server.app.wsgi().extensions.get(MAKE_READY, int)()
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)
