"""What a token's scopes hold."""

import pytest

from base.errors import BadInput
from directory.scopes import SCOPES, allows, checked


@pytest.mark.parametrize(
    ("scopes", "needed", "is_allowed"),
    [
        (["read"], "read:tickets", True), (["read"], "read", True), (["read"], "write:tickets", False),
        (["read:tickets"], "read:tickets", True), (["read:tickets"], "read:people", False),
        (["read:tickets"], "read", False), (["write:tickets"], "read:tickets", False), (["write"], "read", False),
        (["reveal"], "read:people", False), ([], "read", False), ([], "", True),
    ],
)  # fmt: skip
def test_a_whole_holds_its_parts_and_nothing_else_holds_anything(
    scopes: list[str], needed: str, is_allowed: bool
) -> None:
    assert allows(scopes, needed) is is_allowed


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["write", "read"], ("read", "write")), (["read:people", "read"], ("read",)),
        (["reveal", "read:people", "read:people"], ("read:people", "reveal")),
    ],
)  # fmt: skip
def test_scopes_are_kept_once_and_in_order(words: list[str], kept: tuple[str, ...]) -> None:
    assert checked(words) == kept


@pytest.mark.parametrize("words", [[], ["reveal"], ["read", "admin"], ["write:messages"], [""]])
def test_what_is_no_scope_or_allows_nothing_is_refused(words: list[str]) -> None:
    with pytest.raises(BadInput):
        checked(words)


def test_all_of_them_fit_where_they_are_kept() -> None:
    assert len(" ".join(SCOPES)) <= 200
