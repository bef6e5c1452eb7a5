"""By which routes a campaign goes, and so which rules its words are held to."""

import pytest
from flask import Flask

from base.clock import now
from base.database import transaction
from messages.lifecycle import MessageClass
from messages.lint import lint
from outreach.actions import checking
from outreach.audience import Filter
from tests.make import a_home, a_project, an_owner


@pytest.mark.parametrize(
    ("number", "routes", "is_found"),
    [
        ("+8613800138000", {"mainland"}, True),
        ("+886912345678", {"taiwan"}, True),
        ("+85251234567", set(), False),
    ],
)
def test_a_link_is_found_where_anybody_of_the_audience_is_in_the_mainland_or_in_taiwan(
    app: Flask, number: str, routes: set[str], is_found: bool
) -> None:
    with app.app_context(), transaction() as session:
        project = a_project(session, "幸福花园")
        an_owner(session, a_home(session, project, "1-1-101"), number)
        known = checking.about(session, MessageClass.SERVICE, Filter(project.id), now())
    assert known.routes == routes
    assert ("link" in {one.rule for one in lint("详情见 https://example.com/a", "zh", known)}) is is_found
