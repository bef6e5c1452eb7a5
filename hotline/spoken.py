"""What a caller's words mean, and which words are likely: by the list that texts are read by. Pure."""

from dataclasses import dataclass

from tickets.lifecycle import Kind, Level
from tickets.triage import level_of
from tickets.triagewords import GAP, WordList, danger, suggest, words_of_the_house


@dataclass(frozen=True, slots=True)
class Matter:
    """What words mean: a kind and a category, as keys would have said it; `level` follows from them."""

    kind: Kind
    category: str

    @property
    def level(self) -> Level:
        """How urgent it is by default."""
        return level_of(self.kind, self.category)


def understood(words: str, known: WordList | None = None) -> Matter | None:
    """What they mean, danger before all else; None where nothing in them is known.

    Where somebody comes and nobody's life is in danger (a burst pipe) it is the repair that a key would be.
    """
    if (grave := danger(words, known)) is not None:
        is_deadly = level_of(Kind.EMERGENCY, grave.category) is Level.P0
        return Matter(Kind.EMERGENCY if is_deadly else Kind.REPAIR, grave.category)
    found = suggest(words, known)
    return Matter(found.kind, found.category) if found else None


def hints(language: str, known: WordList | None = None) -> tuple[str, ...]:
    """The words of a language that are likely to be said, danger first."""
    words = known or words_of_the_house()
    all_of_it = (one.word for one in (*words.every_danger, *words.words) if GAP not in one.word)
    return tuple(word for word in all_of_it if word.isascii() is (language == "en"))
