"""What a browser says of itself, in words people know."""

import pytest

from console.devices import device_words

WINDOWS, MAC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
PHONE, ANDROID = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "Mozilla/5.0 (Linux; Android 14; K)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36", "Chrome · Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        (f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari · macOS"),
        (f"{PHONE} AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        (f"{ANDROID} {WEBKIT} Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0", "微信 WeChat · Android"),
        (f"{WINDOWS.replace('Win64', 'rv:132.0')} Gecko/20100101 Firefox/132.0", "Firefox · Windows"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_browser_and_system_are_told_apart(agent: str, words: str) -> None:
    assert device_words(agent) == words
