"""What a route can carry, as a table of values."""

import pytest

from telephony.capabilities import two_way_text


@pytest.mark.parametrize(
    ("number", "countries", "can"),
    [
        ("+8613800138000", "", False),
        ("+886912345678", "", False),
        ("+85291234567", "", True),
        ("+12025550123", "", True),
        ("+8613800138000", "*", True),
        ("+8613800138000", "CN, HK", True),
        ("+85291234567", "CN", False),
        ("+85291234567", " hk ", True),
        ("nonsense", "", False),
    ],
)
def test_a_code_is_offered_only_where_an_answer_arrives(number: str, countries: str, can: bool) -> None:
    assert two_way_text(number, countries) is can
