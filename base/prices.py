"""The settings of what messages cost: one price for a segment and a call, and others for some countries."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

Price = Annotated[float, Field(ge=0)]
_PRICE = re.compile(r"([A-Z]{2}):(\d+(?:\.\d+)?)")


class PriceList(BaseSettings):
    """Prices in the company's money. A country that is not named has the plain one."""

    sms_cost: Price = 0
    call_cost: Price = 0
    sms_cost_by_country: str = ""
    call_cost_by_country: str = ""
    daily_cost_cap: Price = 0

    @field_validator("sms_cost_by_country", "call_cost_by_country")
    @classmethod
    def _are_prices_of_countries(cls, value: str) -> str:
        by_country(value)
        return value


@lru_cache
def by_country(text: str) -> Mapping[str, float]:
    """Prices by country as `CN:0.045 HK:0.38` says them. Raises `ValueError` in both languages for anything else."""
    found: dict[str, float] = {}
    for word in text.replace(",", " ").split():
        read = _PRICE.fullmatch(word)
        if read is None:
            raise ValueError(f"{word} 读不懂，请写成 / cannot be read, write it as CN:0.045 HK:0.38")
        country, price = read.groups()
        if country not in SUPPORTED_REGIONS:
            raise ValueError(f"没有 {country} 这个国家或地区代码 / there is no country {country}; Britain is GB")
        if country in found:
            raise ValueError(f"{country} 写了两次 / {country} has two prices")
        found[country] = float(price)
    return found
