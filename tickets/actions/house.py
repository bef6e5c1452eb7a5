"""What this installation says in files of its own, where it has any, and the release where it has none."""

from base.wiring import settings
from tickets.clocktable import Table, table_of_the_house
from tickets.triagewords import WordList, words_of_the_house


def known_words() -> WordList:
    """The words that point to a sort of matter; what the release calls danger is danger in any."""
    return words_of_the_house(settings().triage_words_file)


def clock_table() -> Table:
    """How long each clock of each level may run, when it does, and which of them is promised."""
    return table_of_the_house(settings().clocks_file)
