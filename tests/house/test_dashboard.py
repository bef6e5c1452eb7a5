"""The dashboard of `deploy/` asks only for numbers that `/metrics` gives, by labels that they have."""

import json
import re

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from base.settings import ROOT

PANELS = json.loads((ROOT / "deploy" / "grafana.json").read_text("utf-8"))["panels"]
ASKED = [target["expr"] for panel in PANELS for target in panel["targets"]]
NAME = re.compile(r"huiyin_\w+")


def test_every_number_of_the_dashboard_is_one_that_there_is(client: FlaskClient) -> None:
    given = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}
    asked = {name for words in ASKED for name in NAME.findall(words)}
    assert asked == given, "each is there, and each that is there is shown"
    assert all(NAME.search(words) for words in ASKED)


def test_panels_have_their_own_place_and_number() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in PANELS]
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
