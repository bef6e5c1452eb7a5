"""How long somebody who tried in vain waits."""

import pytest

from directory.waits import wait_after


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 300), (9, 600), (10, 900), (11, 900), (1000, 900)],
)
def test_the_wait_rises_and_never_beyond_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures).total_seconds() == seconds
