"""The settings of mail, and of the report that goes out every morning."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

PORTS = {"smtp": 25, "smtps": 465}
_ADDRESS = re.compile(r"(?=[!-~]+\Z)[^\s@,<>]+@[^\s@,<>]+")
"""In ASCII: few servers on the way take others."""
_FAULT = (
    "请写成 / write it as smtp://user:password@mail.example.com:587?from=desk@example.com, or smtps:// for a server "
    "that begins with TLS"
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and in whose name; `is_tls`: encrypted from the first byte."""

    host: str
    port: int
    is_tls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


class Mailing(BaseSettings):
    """A mail server, and who gets the report of the night."""

    smtp_url: SecretStr | None = None
    morning_mail_to: str = ""
    morning_mail_at: str = Field("08:05", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    morning_mail_language: str = Field("zh", pattern="^(zh|en)$")

    @field_validator("smtp_url")
    @classmethod
    def _is_a_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value and value.get_secret_value() and server_of(value.get_secret_value()) is None:
            raise ValueError(_FAULT)  # what was written may hold a password: it is not repeated
        return value

    @field_validator("morning_mail_to")
    @classmethod
    def _are_mail_addresses(cls, value: str) -> str:
        if any(not _ADDRESS.fullmatch(one) for one in addresses_of(value)):
            raise ValueError("请写邮箱地址，用逗号分开 / write mail addresses with commas between")
        return value

    @cached_property
    def mail_server(self) -> MailServer | None:
        """Where mail is handed over; None where there is no such place."""
        return server_of(self.smtp_url.get_secret_value()) if self.smtp_url else None

    @cached_property
    def morning_readers(self) -> tuple[str, ...]:
        """Who gets the report of the night; nobody where no mail can be sent."""
        return addresses_of(self.morning_mail_to) if self.mail_server else ()


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses in a list with commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def server_of(url: str) -> MailServer | None:
    """What an address of a mail server says; None for one that is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    sender = parse_qs(parts.query).get("from", [""])[0]
    if parts.scheme not in PORTS or not parts.hostname or not _ADDRESS.fullmatch(sender):
        return None
    return MailServer(
        parts.hostname, port or PORTS[parts.scheme], parts.scheme == "smtps", sender,
        unquote(parts.username or ""), unquote(parts.password or ""),
    )  # fmt: skip
