"""The words of a question: what it says, lists and offers. Pure."""

from collections.abc import Iterable, Mapping

from hotline.menu import LONGEST_LIST, MORE, MenuStep, Piece, offer


def question(
    step: MenuStep, language: str, entries: Iterable[str] = (), *, has_more: bool = False, can_go_back: bool = False,
    values: Mapping[str, object] | None = None,
) -> str:  # fmt: skip
    """All the words of a question, as `pieces` has them."""
    found = pieces(step, language, entries, has_more=has_more, can_go_back=can_go_back, values=values)
    return _glue(language).join(piece.words for piece in found)


def pieces(
    step: MenuStep, language: str, entries: Iterable[str] = (), *, has_more: bool = False, can_go_back: bool = False,
    values: Mapping[str, object] | None = None,
) -> list[Piece]:  # fmt: skip
    """What a question says, its list, what it offers in the order of the file, what comes last.

    Neighbours that nobody has recorded are one piece.
    """
    parts = [step.says.piece(language, **(values or {}))]
    for place, entry in enumerate(entries, start=1):
        parts.append(Piece(offer(entry, str(place), language)))
    if has_more:
        parts.append(Piece(offer("more choices" if language == "en" else "更多选项", MORE, language)))
    parts += [choice.offer(language) for choice in step.choices]
    if can_go_back and step.asks == "key":
        parts.append(Piece("To go back, press hash." if language == "en" else "返回上一步请按井号。"))
    if step.after:
        parts.append(step.after.piece(language))
    return _joined(parts, _glue(language))


def _glue(language: str) -> str:
    return " " if language == "en" else ""


def _joined(parts: Iterable[Piece], glue: str) -> list[Piece]:
    found: list[Piece] = []
    for part in parts:
        if found and part.words and not (part.recorded or found[-1].recorded):
            found[-1] = Piece(f"{found[-1].words}{glue}{part.words}")
        elif part.words:
            found.append(part)
    return found


def page_of(entries: tuple[int, ...], page: int) -> tuple[tuple[int, ...], bool]:
    """The entries of one page of a long list (it goes round), and whether there are more pages."""
    pages = max(1, -(-len(entries) // LONGEST_LIST))
    start = (page % pages) * LONGEST_LIST
    return entries[start : start + LONGEST_LIST], pages > 1
