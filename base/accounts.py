"""Accounts at carriers, and the settings of a second one that takes over while the first does not answer."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

FIRST: Final = "first"
SECOND: Final = "second"
CAN_BE_TAKEN_OVER: Final = frozenset({"emergency", "staff", "service"})
"""Classes of message. Greetings and surveys wait: an answer to them would come to a number nobody knows them by."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a carrier: where its API is, its sid, and the tokens it may sign with, the present one first."""

    api_base: str
    sid: str
    tokens: tuple[str, ...] = field(repr=False)


class SecondCarrier(BaseSettings):
    """A second account, at a carrier that speaks the same API. Without its sid there is none."""

    second_carrier_api_base: str = ""
    second_carrier_account_sid: str = ""
    second_carrier_auth_token: SecretStr | None = None
    second_carrier_number: str = ""
    second_carrier_sms_from: str = ""
    second_carrier_sms_rate: Annotated[float, Field(ge=0)] = 10
    second_carrier_call_rate: Annotated[float, Field(ge=0)] = 1
    second_carrier_classes: str = "emergency,staff"

    @field_validator("second_carrier_classes")
    @classmethod
    def _are_classes_that_can_move(cls, value: str) -> str:
        if not _words(value) <= CAN_BE_TAKEN_OVER:
            raise ValueError(
                f"只能是 / these can be taken over: {', '.join(sorted(CAN_BE_TAKEN_OVER))}; like emergency,staff"
            )
        return value

    @cached_property
    def taken_over(self) -> frozenset[str]:
        """The classes of message that the second carrier takes while the first does not answer; none without one."""
        return _words(self.second_carrier_classes) if self.second_carrier_account_sid else frozenset()

    @cached_property
    def second_account(self) -> Account | None:
        """The account at the second carrier."""
        if not self.second_carrier_account_sid:
            return None
        token = self.second_carrier_auth_token
        tokens = (token.get_secret_value(),) if token else ()
        return Account(self.second_carrier_api_base.rstrip("/"), self.second_carrier_account_sid, tokens)

    def second_faults(self, first_sid: str) -> list[str]:
        """What is missing of a second account, in words."""
        account = self.second_account
        if account is None:
            return []
        looked_at = (
            (account.sid != first_sid, "SECOND_CARRIER_ACCOUNT_SID: 与第一个账户相同 / is the first account's"),
            (account.api_base, "SECOND_CARRIER_API_BASE: 请填接口地址 / set the address of its API"),
            (any(account.tokens), "SECOND_CARRIER_AUTH_TOKEN: 请填令牌 / set its token"),
            (
                re.fullmatch(r"\+[1-9]\d{5,14}", self.second_carrier_number),
                "SECOND_CARRIER_NUMBER: 请写成国际格式 / write its number as E.164, like +862112345678",
            ),
        )
        return [fault for is_well, fault in looked_at if not is_well]


def _words(value: str) -> frozenset[str]:
    return frozenset(word.strip() for word in value.split(",") if word.strip())
