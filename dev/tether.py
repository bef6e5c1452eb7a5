"""Ties a child process to its parent, so that a killed parent leaves nothing behind."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec it might wait for a lock that nobody holds any more.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int, sig: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `sig` to this process when the thread that started it ends; only Linux can.

    It survives exec. It is cleared by setuid, so call it after that.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, sig)
    if os.getppid() != parent:  # the parent was gone before we asked
        os._exit(1)


def tethered(sig: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return a `preexec_fn` for a child. Start the child from the main thread, or it dies early."""
    parent = os.getpid()
    return lambda: die_with(parent, sig)
