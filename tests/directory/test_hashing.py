"""At what price passwords are kept where it counts: other tests log in by cheaper ones."""

import runpy
from pathlib import Path

from directory import hashing

RELEASED = Path(hashing.__file__)


def test_a_password_is_kept_at_the_price_that_owasp_names() -> None:
    hasher = runpy.run_path(str(RELEASED))["hasher"]()
    kept = hasher.hash("一个 long enough 口令")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.verify(kept, "一个 long enough 口令")


def test_what_was_kept_more_cheaply_is_known() -> None:
    hasher = runpy.run_path(str(RELEASED))["hasher"]()
    assert hasher.check_needs_rehash(hashing.hasher().hash("一个 long enough 口令"))
