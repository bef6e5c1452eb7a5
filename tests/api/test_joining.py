"""Merge, split and level for programs."""

from collections.abc import Callable

from base.log import mask
from tests.api.conftest import Program
from tests.console.evening import Evening
from tests.console.test_joining import NEIGHBOUR, a_double


def test_programs_do_the_same_and_are_refused_the_same(program: Callable[..., Program], evening: Evening) -> None:
    who, double = program("supervisor"), a_double(evening)
    path = f"/tickets/{double}/events"
    assert who.posts(path, type="merge", into=evening.refs["elsewhere"]).status_code == 422
    assert who.posts(path, type="level", level="P3").status_code == 422
    assert who.posts(path, type="level", level="P1").json["level"] == "P1"
    split = who.posts(path, type="split", kind="repair", category="access", text="门禁").json
    assert split["timeline"][-1]["data"].keys() == {"split_into"}
    assert who.posts(path, type="merge", into=double).status_code == 409
    refused = who.posts(path, type="merge", into=evening.refs["mine"])
    assert refused.status_code == 409, "nobody has taken what wakes people"
    assert who.posts(path, type="level", level="P2", text="没有那么急").json["level"] == "P2"
    merged = who.posts(path, type="merge", into=evening.refs["mine"]).json
    [how] = (event["data"] for event in merged["timeline"] if event["type"] == "merged")
    assert (merged["status"], how) == ("merged", {"into": evening.refs["mine"]})
    assert who.gets(f"/tickets/{evening.refs['mine']}").json["level"] == "P2"
    assert who.posts(path, type="merge", into=evening.refs["mine"]).status_code == 409
    assert mask(NEIGHBOUR) == merged["caller_number"]
