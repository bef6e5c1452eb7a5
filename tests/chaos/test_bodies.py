"""`make chaos BODIES=…` sends what it is asked to, and says how it was answered."""

import pytest

from tests.chaos.__main__ import main


@pytest.mark.chaos
def test_made_up_bodies_are_sent_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bodies", "40", "--seed", "3", "--db", "sqlite"]) == 0
    said = capsys.readouterr().out
    assert "sqlite, seed 3: " in said
    assert "422: " in said
