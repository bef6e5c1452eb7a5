"""The one tree of unexpected refusals.

    HuiyinError (500)
    ├── BadInput (422)      what came in cannot be used
    ├── NotAllowed (403)    who asks may not
    ├── NotFound (404)      there is no such thing
    ├── Conflict (409)      it is not in a state for that
    ├── Unavailable (503)   a part we need does not answer
    └── SettingsError (500) the installation is wrong; the process must not start

An *expected* refusal is a value (`Skipped`, `Rejected`, …), not one of these.
"""

from http import HTTPStatus


class HuiyinError(Exception):
    """Base of all; `message` is safe to show to a person, in Chinese and English where it can reach one."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(HuiyinError):
    """What came in cannot be used; the message says what, where and what to do."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotAllowed(HuiyinError):
    """Who asks may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(HuiyinError):
    """There is no such thing (any more)."""

    status = HTTPStatus.NOT_FOUND


class Conflict(HuiyinError):
    """The thing is not in a state that allows this move."""

    status = HTTPStatus.CONFLICT


class Unavailable(HuiyinError):
    """Something we stand on does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class SettingsError(HuiyinError, RuntimeError):
    """The installation is wrong and the process must not start; `faults` are what to mend, each by its name.

    A `RuntimeError`, because gunicorn says those in one line and ends, and shows a trace for all others.
    """

    def __init__(self, message: str, *faults: str) -> None:
        super().__init__("\n  - ".join((message, *faults)))
        self.faults = faults or (message,)
