import pytest

from tests.hotline.caller import HOTLINE, CallInProgress


@pytest.fixture
def dials(carrier_posts):
    """`dials(number)`: the hotline is rung from it, and has answered."""

    def dial(number: str, called: str = HOTLINE) -> CallInProgress:
        return CallInProgress(carrier_posts, number, called).rings()

    return dial
