"""Menus edited on a page: one file at a time, upon what holds, and never over what a colleague has published since."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from base.errors import BadInput, Conflict
from base.rows import row_of
from directory.models import Staff
from hotline.actions import editions
from hotline.menubook import release_files
from hotline.menudiff import changed
from hotline.models import MenuEdition, MenuPublication

NOTHING = 0
"""Stands for “no draft” and “nothing was published yet”."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\.yaml")


class Clash(Conflict):
    """Somebody published another text of the same file; `theirs` is that text, `read_id` their publication."""

    def __init__(self, theirs: str, read_id: int) -> None:
        super().__init__(
            "这份菜单刚被别人改过并发布，请对照两个版本。"
            "Somebody has changed and published this menu meanwhile; please compare the two."
        )
        self.theirs, self.read_id = theirs, read_id


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before whoever edits: the files that hold, those of the draft, and what the draft was made on.

    All three are whole sets. `read_id` is the publication that holds, `base_id` the one the draft was made on.
    """

    holds: Mapping[str, str]
    drafted: Mapping[str, str]
    base: Mapping[str, str]
    read_id: int
    base_id: int

    @property
    def own(self) -> dict[str, str]:
        """The files of the draft that are not as the release has them."""
        release = release_files()
        return {name: text for name, text in self.drafted.items() if release.get(name) != text}

    @property
    def mine(self) -> list[str]:
        """The files that the draft changes."""
        return changed(self.base, self.drafted)

    @property
    def clashing(self) -> list[str]:
        """The files that both the draft and somebody since have changed, each in their own way."""
        theirs = changed(self.base, self.holds)
        return [name for name in self.mine if name in theirs and self.holds.get(name) != self.drafted.get(name)]


def desk(session: Session, draft_id: int = NOTHING) -> Desk:
    """What holds, and the draft of this id upon it; without one, what holds. Raises `NotFound`."""
    holds = editions.current(session)
    now = _whole(holds)
    if draft_id == NOTHING:
        return Desk(now, now, now, _id(holds), _id(holds))
    draft = editions.edition(session, draft_id)
    base = editions.held_before(session, draft.written_at)
    return Desk(now, release_files() | draft.files, _whole(base), _id(holds), _id(base))


def text_of(files: Mapping[str, str], name: str) -> str:
    """The text of a file; empty for one that is new. Raises `BadInput` for what no menu file may be called."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            "文件名要像 noon.yaml：小写字母、数字、下划线。"
            "A file is called like noon.yaml: small letters, digits and underscores."
        )
    return files.get(name, "")


def write(
    session: Session, name: str, text: str, author: Staff, *, read: int, draft_id: int = NOTHING, at: datetime
) -> MenuEdition:
    """Keep another text of one file as a draft, upon what holds now and the other files of draft `draft_id`.

    `read` is the publication that held when the author began to write. Raises `Clash` if this very file was published
    anew since, `BadInput`, `NotAllowed`, `NotFound`.
    """
    here = desk(session, draft_id)
    text_of(here.holds, name)
    editions.check_may(author)
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    seen = _whole(row_of(session, MenuPublication, read))
    theirs = here.holds.get(name, "")
    if read != here.read_id and theirs not in {seen.get(name, ""), text}:
        raise Clash(theirs, here.read_id)
    holds = editions.current(session)
    files = dict(holds.edition.files) if holds and holds.edition else {}
    others = [other for other in here.mine if other not in here.clashing and other in here.drafted]
    files |= {other: here.drafted[other] for other in others}
    return editions.write_draft(session, files | {name: text}, author, at=at)


def publish(session: Session, edition_id: int, publisher: Staff, *, read: int, at: datetime) -> MenuPublication:
    """New calls hear this draft, or an older edition again, from now on; `read` is the publication that was looked at.

    Raises `Conflict` if anything was published since, or since the draft was written, and what `editions.publish` does.
    """
    is_draft = edition_id != editions.RELEASE and editions.is_draft(session, edition_id)
    here = desk(session, edition_id)
    if is_draft and here.base_id != here.read_id:
        raise Conflict(
            "这份草稿写好之后有人发布了别的菜单，请先对照，再在现行版上保存一次。"
            "Somebody has published other menus since this draft was written; compare, then save it again."
        )
    return editions.publish(session, edition_id, publisher, at=at, read=read)


def _whole(publication: MenuPublication | None) -> dict[str, str]:
    return release_files() | (dict(publication.edition.files) if publication and publication.edition else {})


def _id(publication: MenuPublication | None) -> int:
    return publication.id if publication else NOTHING
