"""What can be told, where it may go, how it is signed and when it is tried again."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from base.errors import BadInput
from console.hooks.addresses import checked_url, is_public
from console.hooks.names import FAMILIES, NAMES, checked, rung_past_the_first, wanted
from console.hooks.retries import AGAIN_AFTER, next_try_at
from console.hooks.signing import new_secret, signed

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_delivery_is_signed_as_others_do_it() -> None:
    """The worked example of a published verifier of the same specification."""
    headers = signed(
        "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", b'{"event_type":"ping","data":{"success":true}}',
        at=datetime.fromtimestamp(1731705121, UTC),
    )  # fmt: skip
    assert headers["webhook-signature"] == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert headers["webhook-timestamp"] == "1731705121"
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    ("asked", "name", "is_told"),
    [
        (["ticket.*"], "ticket.opened", True), (["ticket.*"], "incident.opened", False),
        (["ticket.closed"], "ticket.closed", True), (["ticket.closed"], "ticket.opened", False),
        (["message.failed"], "message.failed", True), (["incident.*", "ticket.noted"], "ticket.noted", True),
    ],
)  # fmt: skip
def test_a_family_is_all_of_its_names(asked: list[str], name: str, is_told: bool) -> None:
    assert wanted(asked, name) is is_told
    assert set(checked([*FAMILIES, *NAMES])) == {*FAMILIES, *NAMES}


@pytest.mark.parametrize("asked", [[], [" "], ["ticket.eaten"], ["*"], ["ticket.*", "ticket"]])
def test_what_there_is_not_cannot_be_asked_for(asked: list[str]) -> None:
    with pytest.raises(BadInput):
        checked(asked)


@pytest.mark.parametrize(
    ("kind", "data", "rung"),
    [
        ("paged", {"line": "paged", "step": 0}, None), ("paged", {"line": "paged", "step": 1}, 1),
        ("paged", {"line": "paged", "step": 1000}, None), ("paged", {"line": "nobody", "step": 1002}, 1002),
        ("paged", {"line": "paged", "step": -2}, None), ("paged", {"line": "paged_help", "step": 3}, None),
        ("page_result", {"line": "paged", "step": 1}, None), ("paged", {}, None),
    ],
)  # fmt: skip
def test_a_rung_past_the_first_was_climbed_because_nobody_had_it(kind: str, data: dict, rung: int | None) -> None:
    assert rung_past_the_first(kind, data) == rung


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/in", "https://127.0.0.1/in", "https://[::1]/in", "https://10.1.2.3/", "https:///in",
        "https://localhost/in", "https://localhost./in", "https://169.254.169.254/latest", "ftp://example.com/",
        "https://me:secret@example.com/", "https://example.com/in#there", "https://例子.中国/", "https://a b.com/", "",
        "https://example.com:99999/", "https://[::ffff:10.0.0.1]/", "https://example.com\\@127.0.0.1/",
        "https://example.com/" + "x" * 500, "http://127.0.0.1:9001/in", "https://192.168.0.1:9000/",
    ],
)  # fmt: skip
def test_nothing_is_sent_to_a_house_or_in_the_clear(url: str) -> None:
    with pytest.raises(BadInput):
        checked_url(url, {"http://127.0.0.1:9000"})


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("https://erp.intranet:443", "https://erp.intranet/in"), ("https://erp.intranet", "https://erp.intranet:443/in"),
        ("http://10.1.2.3:80", "http://10.1.2.3/in"), ("http://10.1.2.3", "http://10.1.2.3:80/in"),
        ("https://erp.intranet", "https://ERP.intranet/in"), ("http://[::1]:80", "http://[::1]/in"),
    ],
)  # fmt: skip
def test_a_house_is_named_with_the_usual_port_or_without(named: str, url: str) -> None:
    assert checked_url(url, {named}) == url


@pytest.mark.parametrize(
    "url", ["https://erp.example.com/in?from=huiyin", "http://127.0.0.1:9000/in", "https://8.8.8.8/"]
)
def test_the_outside_and_the_houses_that_are_named_may_be_told(url: str) -> None:
    assert checked_url(f" {url} ", {"http://127.0.0.1:9000"}) == url


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1", "64:ff9b:1::a00:1", "fec0::1", "::127.0.0.1", "::10.0.0.1", "::ffff:0:7f00:1", "4000::1",
    ],
)  # fmt: skip
def test_a_private_address_is_known_in_every_coat(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(ip_address(address))


def test_it_is_tried_ever_later_and_given_up_in_the_end() -> None:
    assert next_try_at(1, at=AT) == AT + timedelta(seconds=5)
    assert next_try_at(len(AGAIN_AFTER), at=AT) == AT + AGAIN_AFTER[-1]
    assert next_try_at(len(AGAIN_AFTER) + 1, at=AT) is None
    assert list(AGAIN_AFTER) == sorted(AGAIN_AFTER)
