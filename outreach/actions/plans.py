"""What a campaign comes to, worked out piece by piece while it is written down: nobody ever holds all of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from messages.ledger.plan import MOST_ROWS, Draft
from outreach.audience import Left, Recipient

Rows = list[dict[str, object]]


@dataclass(slots=True)
class Piece:
    """What is written in one transaction: messages, those left out, and the interviews of those whom a wave asks."""

    drafts: list[Draft] = field(default_factory=list)
    left_out: Rows = field(default_factory=list)
    interviews: Rows = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether it has as many rows as one transaction may write."""
        return max(len(self.drafts), len(self.left_out)) >= MOST_ROWS


@dataclass(slots=True)
class Plan:
    """Whom planning finds, and the message for each. The counts stand once the last piece is out.

    It is for `batch_id` alone: a campaign that was given another day since has another, and another plan.

    `interviews`: the row of each number that a survey wave asks. `homes` are counted by id.
    """

    campaign_id: int
    batch_id: int
    found: Iterable[Recipient | Left]
    draft: Callable[[Recipient], Draft]
    interviews: Mapping[str, dict[str, object]] = field(default_factory=dict)
    people: int = 0
    homes: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)

    def pieces(self) -> Iterator[Piece]:
        """All of it, once; there is always one piece, if an empty one."""
        piece = Piece()
        for one in self.found:
            if isinstance(one, Left):
                self._leave_out(piece, one)
            else:
                self._take(piece, one)
            if piece.is_full:
                yield piece
                piece = Piece()
        yield piece

    def _take(self, piece: Piece, one: Recipient) -> None:
        piece.drafts.append(self.draft(one))
        self.people += one.people
        self.homes.update(one.homes)
        if (interview := self.interviews.get(one.number)) is not None:
            piece.interviews.append(interview)

    def _leave_out(self, piece: Piece, one: Left) -> None:
        self.reasons[one.reason.value] += 1
        piece.left_out.append({
            "campaign_id": self.campaign_id, "person_id": one.person_id, "number": one.number,
            "reason": one.reason.value,
        })  # fmt: skip
