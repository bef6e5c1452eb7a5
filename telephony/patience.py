"""How often a question in a call of ours met silence, and how often a wrong key: two counts that never mix. Pure."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Patience:
    """What was met so far since the call began, or since somebody asked to hear the question again."""

    silences: int = 0
    wrongs: int = 0

    def after(self, key: str) -> Self:
        """One more of the two; `key` is empty for silence."""
        return type(self)(self.silences + (not key), self.wrongs + bool(key))

    def is_out(self, most: int) -> bool:
        """Whether either was met `most` times."""
        return max(self.silences, self.wrongs) >= most

    @property
    def query(self) -> str:
        """As it stands in the address of the next step."""
        return f"s={self.silences}&w={self.wrongs}"


FRESH = Patience()
