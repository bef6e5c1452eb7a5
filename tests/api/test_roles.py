"""Who may ask what of the API: every address and every role, in one table."""

from collections.abc import Callable

import pytest
from flask import Flask

from base.access import EVERYBODY_ON_STAFF, Role, guard_of
from console.api.document import methods, path_of, rules
from tests.api.conftest import Program
from tests.console.evening import Evening
from tests.console.test_roles import DESK, IN_CHARGE, LOGINS, READERS, WORKERS

MAY_ASK = {
    "document": EVERYBODY_ON_STAFF, "page": EVERYBODY_ON_STAFF,
    "tickets": EVERYBODY_ON_STAFF, "ticket": EVERYBODY_ON_STAFF, "open_ticket": WORKERS,
    "move_ticket": EVERYBODY_ON_STAFF,  # each move by its own rule, as at the desk: test_tickets walks them
    "ask_for_entry": WORKERS,
    "proposals": EVERYBODY_ON_STAFF, "accept_proposal": READERS, "refuse_proposal": READERS,
    "incidents": EVERYBODY_ON_STAFF, "incident": EVERYBODY_ON_STAFF, "open_incident": READERS,
    "delay_incident": READERS, "rescope_incident": READERS, "restore_incident": READERS,
    "follow_up_incident": READERS,
    "campaigns": READERS, "campaign": READERS, "plan_campaign": READERS, "try_campaign": READERS,
    "stop_campaign": READERS, "withdraw_campaign": READERS, "resend_campaign": READERS,
    "approve_campaign": IN_CHARGE, "resume_campaign": IN_CHARGE, "return_campaign": IN_CHARGE,
    "review_campaign": IN_CHARGE,
    "messages": READERS, "people": READERS, "put_consents": DESK,
    "homes": EVERYBODY_ON_STAFF, "on_call": EVERYBODY_ON_STAFF, "turns": EVERYBODY_ON_STAFF,
    "search": EVERYBODY_ON_STAFF,
}  # fmt: skip
"""Every address of the API, and who may ask it at all: a new one is placed here too."""


def test_every_address_is_in_the_table_and_guarded_as_it_says(app: Flask) -> None:
    guards = {rule.endpoint.removeprefix("api."): guard_of(app.view_functions[rule.endpoint]) for rule in rules()}
    assert guards == MAY_ASK


@pytest.mark.parametrize("role", list(Role))
def test_each_role_asks_what_the_table_says_and_nothing_else(
    program: Callable[..., Program], evening: Evening, role: Role
) -> None:
    """With an empty body, or about what is not there: whoever may is told what is wrong with that, others 403."""
    who = program(LOGINS[role])
    for rule in rules():
        path = path_of(rule).removeprefix("/api/v1").replace("{ref}", evening.refs["lift"]).replace("{id}", "0")
        for method in methods(rule):
            told = who.asks(method, path, **({} if method == "GET" else {"json": {}}))
            may = role in MAY_ASK[rule.endpoint.removeprefix("api.")]
            assert (told.status_code == 403) == (not may), (method, path, told.status_code)
            assert told.status_code < 500, (method, path)
