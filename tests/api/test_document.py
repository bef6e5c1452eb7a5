"""What the API says of itself is true, whole and valid."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from sqlalchemy import select

from base.access import EVERYBODY_ON_STAFF, guard_of
from base.clock import now
from base.database import transaction
from console.api.document import methods, openapi, path_of, rules
from console.api.marks import operation_of
from console.hooks.names import FAMILIES, wanted
from console.hooks.signing import signed
from console.words import say
from messages.lifecycle import MessageState
from oncall.jobs import climb_due
from tests.api.conftest import Program
from tests.api.judge import Judge
from tests.console.conftest import Browser, browser, later, logged_in  # noqa: F401  fixtures
from tests.console.evening import OWNER, Evening, a_message
from tests.hooks.conftest import Receiver, receiver  # noqa: F401  fixture
from tickets.actions import incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

Programs = Callable[..., Program]


def test_the_document_is_valid_openapi_3_1(app: Flask) -> None:
    document = openapi()
    assert document["openapi"].startswith("3.1.")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_address_is_in_the_document_and_nothing_else(app: Flask) -> None:
    told = {(path, method) for path, operations in openapi()["paths"].items() for method in operations}
    there = {(path_of(rule), method.lower()) for rule in rules() for method in methods(rule)}
    assert told == there
    assert len(there) >= 12
    assert all(path.startswith("/api/v1/") for path, _ in there)


def test_every_view_asks_for_roles_and_takes_a_key_where_it_writes(app: Flask) -> None:
    document = openapi()
    for rule in rules():
        view = app.view_functions[rule.endpoint]
        assert guard_of(view) <= EVERYBODY_ON_STAFF
        operation = operation_of(view)
        for method in methods(rule):
            told = document["paths"][path_of(rule)][method.lower()]
            takes_key = {"$ref": "#/components/parameters/key"} in told.get("parameters", [])
            assert takes_key == (operation is not None and operation.writes)
            assert takes_key == (method not in {"GET"} and rule.endpoint != "api.search"), rule
            assert {"401", "403", "422", "503"} <= told["responses"].keys()


def test_every_shape_it_names_is_there_and_strict(app: Flask) -> None:
    document = openapi()
    schemas = document["components"]["schemas"]
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named <= schemas.keys()
    assert all(schema.get("additionalProperties") is False for schema in schemas.values() if "properties" in schema)


def test_it_says_what_other_systems_are_told(app: Flask) -> None:
    told = openapi()["webhooks"]
    assert set(told) == set(FAMILIES)
    for request in told.values():
        assert {one["name"] for one in request["post"]["parameters"]} == set(signed("whsec_", "", b"", at=now()))


def test_what_is_told_is_as_the_document_says(
    receiver: Receiver,  # noqa: F811
    evening: Evening,
) -> None:
    receiver.wants()
    at = now()
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["late"])).one()
        ticket.page_step, ticket.page_due_at = 2, at
        draft = IncidentDraft(kind=IncidentKind.WATER, project_id=evening.home_project)
        incidents.open_incident(session, draft, by_id=None, at=at)
        a_message(session, OWNER, at, state=MessageState.FAILED, final_at=later(seconds=1))
    climb_due()
    receiver.hears()
    document = openapi()
    families = {one.name.partition(".")[0] for one in receiver.arrived}
    assert families == {name.partition(".")[0] for name in FAMILIES}
    for one in receiver.arrived:
        (name,) = (name for name in FAMILIES if wanted([name], one.name))
        body = document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
        OAS31Validator({**body, "components": document["components"]}).validate(one.told)


def test_it_is_given_to_whoever_has_a_token(program: Programs, evening: Evening) -> None:
    answer = program("technician").gets("/openapi.json")
    assert answer.json == openapi()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readable_page_is_the_document_in_the_readers_language(
    app: Flask,
    logged_in: Callable[[str], Browser],  # noqa: F811
    program: Programs,
    evening: Evening,
    lang: str,
) -> None:
    page = logged_in("agent").get(f"/api/v1/docs?lang={lang}")
    assert page.status_code == 200
    for rule in rules():
        for method in methods(rule):
            assert f"{method} {path_of(rule)}" in page.text
        assert say(f"api.{rule.endpoint.partition('.')[2]}", lang).replace("'", "&#39;") in page.text
    for name in openapi()["components"]["schemas"]:
        assert f'id="{name}"' in page.text
    assert 'id="problem-conflict"' in page.text
    targets = set(re.findall(r'href="#([\w-]+)"', page.text))
    assert targets <= set(re.findall(r'id="([\w-]+)"', page.text))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text), "nothing comes from elsewhere"
    assert program("agent").gets("/docs").text.count("<article") == page.text.count("<article")


def test_a_browser_without_anybody_is_shown_where_to_log_in(
    browser: Callable[[], Browser],  # noqa: F811
    evening: Evening,
    document: Judge,
) -> None:
    answer = browser().get("/api/v1/docs", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/api/v1/docs")
    assert document(browser().get("/api/v1/docs", headers={"Accept": "application/json"})).status_code == 401
