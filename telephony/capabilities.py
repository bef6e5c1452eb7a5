"""What the route to a country can carry, as data. Pure."""

from telephony.numbers import ReadNumber, read_number

TWO_WAY_TEXT = frozenset({"AU", "CA", "DE", "ES", "FR", "GB", "HK", "IE", "NL", "NZ", "SE", "US"})
"""Where a text of ours can be answered. Mainland China and Taiwan are one-way: an answer goes nowhere."""

EVERYWHERE = "*"
MAINLAND = "+86"
"""How the numbers of mainland China begin: a route with rules of its own."""
TAIWAN = "+886"
"""How those of Taiwan begin: no links there either."""


def two_way_text(number: str, countries: str = "") -> bool:
    """Whether whoever gets a text at `number` (E.164) can answer it.

    `countries`: what the installation's carrier was found to do, as `HK,US`; `*` everywhere (the sandbox on a
    desk); empty: the table above.
    """
    if countries.strip() == EVERYWHERE:
        return True
    read = read_number(number)
    said = frozenset(country.strip().upper() for country in countries.split(",") if country.strip())
    return isinstance(read, ReadNumber) and read.region in (said or TWO_WAY_TEXT)
