"""What a browser says of itself, in words people know: `Chrome · Windows`. Pure."""

BROWSERS = (
    ("MicroMessenger", "微信 WeChat"), ("DingTalk", "钉钉 DingTalk"), ("wxwork", "企业微信 WeCom"), ("Edg", "Edge"),
    ("OPR/", "Opera"), ("HuaweiBrowser", "Huawei"), ("MiuiBrowser", "Mi"), ("QQBrowser", "QQ"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""By the first word that is found: those that dress as others come before them."""
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Harmony", "HarmonyOS"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """Browser and system of a `User-Agent`; empty where neither is known."""
    names = (next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, names))
