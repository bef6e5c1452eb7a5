"""Numbers larger than any id, wherever an address or a form holds one: there is no such thing, and nothing breaks."""

import pytest
from flask import Flask

from base.ids import LARGEST_ID, as_id
from console.words import say
from tests.console.conftest import LogIn
from tests.console.evening import Evening
from tests.console.test_new_ticket import FORM

HUGE = ["2147483648", "99999999999999999999", "9" * 4000]


@pytest.mark.parametrize(
    ("text", "id"), [("7", 7), ("０07", 7), (str(LARGEST_ID), LARGEST_ID), *((huge, 0) for huge in HUGE)]
)
def test_an_id_is_no_larger_than_a_column_holds(text: str, id: int) -> None:
    assert as_id(text) == id


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "²"])
def test_what_is_no_number_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        as_id(text)


@pytest.mark.parametrize("huge", HUGE)
def test_every_address_with_an_id_beyond_any_is_a_page_that_says_so(
    app: Flask, logged_in: LogIn, evening: Evening, huge: str
) -> None:
    client = logged_in("admin")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.") and rule.arguments]
    assert not [rule.rule for rule in rules if "<int" in rule.rule]
    for rule in (rule for rule in rules if "<id:id>" in rule.rule):
        path = rule.rule.replace("<id:id>", huge)
        answer = client.sends(path, sure="yes") if "POST" in (rule.methods or ()) else client.get(path)
        assert answer.status_code == 404, path
        assert say("error.not_found.title", "zh") in answer.text


@pytest.mark.parametrize("huge", HUGE[1:])
def test_every_field_with_an_id_beyond_any_is_answered(logged_in: LogIn, evening: Evening, huge: str) -> None:
    client, ref = logged_in("director"), evening.refs["mine"]
    for path, status in (
        ("/?project={}", 200), ("/board?project={}", 200), ("/messages?after={}", 200), ("/messages?campaign={}", 200),
        ("/tickets/new?person={}", 404), ("/incidents/new?project={}", 404), ("/campaigns/new?project={}", 404),
        ("/campaigns/new?kind=notice&incident={}", 404),
    ):  # fmt: skip
        answer = client.get(path.format(huge))
        assert answer.status_code == status, path
        assert (say("error.not_found.title", "zh") in answer.text) is (status == 404), path
    incident = {"kind": "water", "promised_end": "2026-11-22T23:00", "project": evening.home_project}
    for path, form, status in (
        ("/tickets", FORM | {"project": huge}, 422), ("/tickets", FORM | {"person": huge}, 404),
        ("/incidents", incident | {"project": huge}, 404), ("/incidents", incident | {"building": huge}, 422),
        (f"/tickets/{ref}/assign", {"to": huge}, 422), (f"/tickets/{ref}/refer", {"to": f"project:{huge}"}, 422),
        (f"/tickets/{ref}/incident", {"incident": huge}, 404),
    ):  # fmt: skip
        assert client.sends(path, **form).status_code == status, (path, form)
