"""The settings of the group channels that mirror the watch: addresses as Apprise spells them, which are secrets."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

_WORD = re.compile(r"(?:(?P<project>[^\s=:/?#]+)=)?(?P<url>(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://\S+)")
_FAULT = (
    "请写 Apprise 地址，用空格分开，只给一个项目的写成 项目名=地址 / write addresses of Apprise with spaces between, "
    "and project=address for one that a single project has"
)


@dataclass(frozen=True, slots=True)
class Mirror:
    """One channel: `name` is how it is spoken of, `project` whose it is (empty: it hears of all of them)."""

    name: str
    project: str
    scheme: str
    url: str = field(repr=False)


class MirrorList(BaseSettings):
    """The channels, and the language they are written to."""

    mirror_urls: SecretStr | None = None
    mirror_language: str = Field("zh", pattern="^(zh|en)$")

    @field_validator("mirror_urls")
    @classmethod
    def _are_addresses(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not all(map(_WORD.fullmatch, value.get_secret_value().split())):
            raise ValueError(_FAULT)  # what was written holds secrets: it is not repeated
        return value

    @cached_property
    def mirrors(self) -> tuple[Mirror, ...]:
        """The channels in the order in which they are written."""
        words = self.mirror_urls.get_secret_value().split() if self.mirror_urls else []
        found, places = [], Counter[str]()
        for read in filter(None, map(_WORD.fullmatch, words)):
            project = read["project"] or ""
            places[project] += 1
            found.append(Mirror(f"{project}#{places[project]}", project, read["scheme"].lower(), read["url"]))
        return tuple(found)
