"""Where a number belongs: its region, and the time zones in which its owner may be. Pure."""

from functools import cache, lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE as COUNTRY_CODES
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from telephony.numbers import parsed


def zones(number: str) -> tuple[str, ...]:
    """Time zones (`Asia/Shanghai`) in which somebody with this E.164 number may be; empty if nobody knows."""
    return _one_zone(number[1:4]) or _zones(number)


@cache
def _one_zone(begins: str) -> tuple[str, ...]:
    """The zone of a country that has but one, by the first three digits of a number: most numbers are like that."""
    code = next((begins[:n] for n in (1, 2, 3) if begins[:n].isdigit() and int(begins[:n]) in COUNTRY_CODES), "")
    found = {zone for start, theirs in TIMEZONE_DATA.items() if code and start.startswith(code) for zone in theirs}
    return tuple(found) if len(found) == 1 and UNKNOWN_TIMEZONE not in found else ()


@lru_cache(maxsize=4096)
def _zones(number: str) -> tuple[str, ...]:
    found = parsed(number, "ZZ")
    if found is None:
        return ()
    return tuple(zone for zone in time_zones_for_number(found) if zone != UNKNOWN_TIMEZONE)


@lru_cache(maxsize=4096)
def region_of(number: str) -> str:
    """The region (`CN`) of an E.164 number; of one that nobody issued, where its country code is; else empty."""
    if number.startswith("+86"):  # nearly every one, and the only region with this code
        return "CN"
    found = parsed(number, "ZZ")
    if found is None:
        return ""
    region = phonenumbers.region_code_for_number(found)
    region = region or phonenumbers.region_code_for_country_code(found.country_code or 0)
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""  # not of the whole world, nor of nowhere
