"""Codes of a telephone, spare codes, and how their secrets are sealed."""

import base64

import pyotp
import pytest

from directory.codes import address, hash_of, new_secret, new_spares, step_of
from directory.sealing import seal, unseal

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AT_S = 1_800_000_000.0
NOW = int(AT_S // 30)


def code(step: int) -> str:
    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(
    ("typed", "after", "step"),
    [
        (code(NOW), 0, NOW),
        (f" {code(NOW)[:3]} {code(NOW)[3:]} ", 0, NOW),
        (code(NOW - 1), 0, NOW - 1),
        (code(NOW + 1), 0, NOW + 1),
        (code(NOW - 2), 0, None),
        (code(NOW + 2), 0, None),
        (code(NOW), NOW, None),
        (code(NOW - 1), NOW, None),
        (code(NOW + 1), NOW, NOW + 1),
        ("", 0, None),
        ("12345", 0, None),
        ("１２３４５６", 0, None),
        ("abcdef", 0, None),
    ],
)
def test_a_code_counts_for_a_minute_and_a_half_and_once(typed: str, after: int, step: int | None) -> None:
    assert step_of(SECRET, typed, at_s=AT_S, after=after) == step


def test_the_codes_are_those_of_the_standard() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B, its last six digits
    for at_s, shown in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert step_of(secret, shown, at_s=at_s, after=0) == at_s // 30


def test_the_picture_says_whose_and_of_which_house_it_is() -> None:
    said = address(SECRET, "zhoumin", "回音物业")
    assert said.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in said
    assert "zhoumin" in said


def test_spare_codes_are_known_however_they_are_typed() -> None:
    spares = new_spares()
    assert len(set(spares)) == 8
    for spare in spares:
        assert hash_of(spare) == hash_of(spare.upper().replace("-", " ")) != hash_of(spare[:-1])


def test_what_is_sealed_is_opened_by_the_same_key_for_the_same_row_alone() -> None:
    secret, long = new_secret(), "长" * 100
    for words in (secret, long, ""):
        assert unseal(seal(words, "key", "row 1"), "key", "row 1") == words
    sealed = seal(secret, "key", "row 1")
    assert secret not in sealed
    assert seal(secret, "key", "row 1") != sealed, "the same is not seen to be the same"
    assert unseal(sealed, "another key", "row 1") is None
    assert unseal(sealed, "key", "row 2") is None
    for broken in (sealed[:-4] + "AAA=", "", "x", "not base 64!", sealed[:20]):
        assert unseal(broken, "key", "row 1") is None, broken
