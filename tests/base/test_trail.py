"""Every line of the log says what it is about, and nobody's name, number or words stand in it."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from base.inturn import in_turn
from base.log import configure_log, safe_text
from base.settings import Settings
from base.trail import about, also, forget, is_quick_look

log = structlog.get_logger("tests")
NAME = "林婷"


@pytest.fixture(autouse=True)
def _log_goes_on() -> Iterator[None]:
    """The log outlives the stream that a test caught it with."""
    yield
    configure_log(as_json=False)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, object]]]:
    """The lines of the log since it was last asked, as JSON: once it is, in the test itself, set up to be that."""
    forget()  # what an earlier test was about
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_about_what_its_block_is_about(told: Callable[[], list[dict[str, object]]]) -> None:
    configure_log(as_json=True)
    with about(job="climb-1"):
        also(ticket=7, call=None)
        log.warning("inside")
        with about(ticket=8):
            logging.getLogger("rq.worker").warning("further inside")
        log.warning("inside again")
    log.warning("outside")
    inside, further, again, outside = told()
    assert (inside["job"], inside["ticket"]) == ("climb-1", 7)
    assert "call" not in inside
    assert (further["job"], further["ticket"], further["event"]) == ("climb-1", 8, "further inside")
    assert (further["logger"], further["level"]) == ("rq.worker", "warning")
    assert again["ticket"] == 7
    assert not {"job", "ticket"} & outside.keys()


def test_gunicorns_own_lines_have_the_form_of_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    own = logging.getLogger("gunicorn.error")
    handler = logging.StreamHandler()
    own.addHandler(handler)
    try:
        configure_log(as_json=True)
        own.warning("Worker (pid:%s) was sent SIGKILL!", 17)
    finally:
        own.removeHandler(handler)
    line = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (line["event"], line["logger"]) == ("Worker (pid:17) was sent SIGKILL!", "gunicorn.error")


def test_what_changes_something_leaves_a_line_under_the_id_of_its_request(
    client: FlaskClient, told: Callable[[], list[dict[str, object]]]
) -> None:
    configure_log(as_json=True)
    answer = client.post("/login", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    done = next(line for line in told() if line["event"] == "request_done")
    assert (done["request"], done["route"], done["method"], done["status"]) == (
        "from-the-proxy-1", "/login", "POST", answer.status_code,
    )  # fmt: skip
    assert client.get("/healthz").headers["X-Request-ID"]
    assert told() == [], "who only looks, and is answered, leaves none"


@pytest.mark.parametrize(
    ("args", "took_s", "is_one"), [((), 0.1, True), ((), 2.1, False), ((7,), 0.1, False), (("urgent",), 2.1, False)]
)
def test_a_look_of_the_clock_leaves_no_line_unless_it_is_slow(
    args: tuple[object, ...], took_s: float, is_one: bool
) -> None:
    assert is_quick_look(args, took_s) is is_one


@pytest.mark.parametrize("odd", ["short", "x" * 65, "a b c d e f g h", "林婷林婷林婷林婷", "{}\"'--------"])
def test_an_odd_id_gets_another(client: FlaskClient, odd: str) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": odd.encode().decode("latin-1")}).headers["X-Request-ID"]
    assert given != odd
    assert len(given) == 32


def test_a_signed_webhook_says_of_which_call_it_is_and_an_unsigned_one_nothing(
    client: FlaskClient, carrier_posts: Callable[..., object], told: Callable[[], list[dict[str, object]]]
) -> None:
    configure_log(as_json=True)
    sid = f"CA{'7' * 32}"
    carrier_posts("/voice/status", CallSid=sid, CallStatus="completed", From="+8613812346021", To="+864008001234")
    client.post("/voice/status", data={"CallSid": sid})
    signed, unsigned = (line for line in told() if line["event"] == "request_done")
    assert signed["call_sid"] == sid
    assert (unsigned["status"], "call_sid" in unsigned) == (403, False)


def test_of_many_the_line_of_the_one_that_fails_says_which(
    app: Flask, told: Callable[[], list[dict[str, object]]]
) -> None:
    def act(_session: object, each: int, *, at: object) -> None:
        if each == 2:
            raise ValueError(f"{NAME!r} is nobody")

    configure_log(as_json=True)
    in_turn([1, 2, 3], act)
    (line,) = told()
    assert (line["event"], line["action"], line["id"]) == ("left_for_the_next_look", "act", "2")
    assert "ValueError: … is nobody" in str(line["exception"])
    assert NAME not in str(line)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            "NotNullViolation: null value\nDETAIL:  Failing row: (1, 林婷,\n\n3号楼).\n[SQL: INSERT INTO person]",
            "NotNullViolation: null value\nDETAIL: …\n[SQL: INSERT INTO person]",
        ),
        ("duplicate key\nDETAIL:  Key (name)=(林婷) already exists.", "duplicate key\nDETAIL: …"),
        ("ValueError: invalid literal: '林婷'", "ValueError: invalid literal: …"),
        ("base.errors.NotFound: 没有“林婷”。", "base.errors.NotFound: 没有…。"),
        ("TypeError: 'NoneType' object is not iterable", "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_what_an_error_quotes_is_left_out(text: str, safe: str) -> None:
    assert safe_text(text) == safe


def test_private_fields_are_withheld_wherever_they_stand(told: Callable[[], list[dict[str, object]]]) -> None:
    configure_log(as_json=True)
    log.warning("said", text="林婷", place="3号楼", more={"person": "林婷", "sids": ["+8613812346021"]}, n=3)
    (line,) = told()
    assert (line["text"], line["place"], line["n"]) == ("…", "…", 3)
    assert line["more"] == {"person": "…", "sids": ["+86138****6021"]}


@pytest.mark.parametrize(
    ("more", "is_json"),
    [({}, False), ({"log_format": "json"}, True), ({"huiyin_env": "production"}, True),
     ({"huiyin_env": "production", "log_format": "plain"}, False)],
)  # fmt: skip
def test_the_log_is_json_in_production_and_where_it_is_asked_for(more: dict[str, str], is_json: bool) -> None:
    assert Settings(_env_file=None, **more).logs_json is is_json
