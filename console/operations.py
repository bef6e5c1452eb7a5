"""The page for operators: is everything alive, what waits, what failed; and what may be done with what failed."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2s

from flask import flash, redirect, render_template, request, url_for

from base.access import Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import NotFound, Unavailable
from base.lanes import Failure, LaneSeen, QueueSeen, forget, look, try_again
from base.queue import Hints, hints
from console import opsledger, opslook, opsrules
from console.door import Answer, door, language
from console.living import living, shown, unchanged
from console.opslook import Looked, Section
from console.opsrules import Tone
from console.scope import AUDITORS, project_of
from console.staff import Me, me
from directory.audit import write_down
from directory.auditmodels import AuditWhat


@dataclass(frozen=True, slots=True)
class Operations:
    """All that stands there. `failures` are the newest of the `failed`; None: the queue does not answer."""

    sections: tuple[Section, ...]
    failed: int | None
    failures: tuple[Failure, ...]
    may_act: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many lines are wrong, and how many worth a look."""
        tones = [line.tone for section in self.sections for line in section.lines]
        tones.append(opsrules.of_failures(self.failed or 0))
        return {tone.value: tones.count(tone) for tone in (Tone.BAD, Tone.WARN)}

    @property
    def tag(self) -> str:
        """The same while the page reads the same: its moments are told to the minute."""
        read = [(one.handle, one.failed_at and f"{one.failed_at:%d%H%M}") for one in self.failures]
        return blake2s(f"{self.sections}{self.failed}{read}".encode(), digest_size=8).hexdigest()


@door.get("/operations")
@guarded_by(*AUDITORS)
def operations() -> Answer:
    """The whole page; also where Redis is away, which it says then."""
    return render_template("operations.html", seen=read_operations(me()), at=now())


@door.get("/operations/now")
@guarded_by(*AUDITORS)
def operations_now() -> Answer:
    """The part that lives: 304 while it reads the same."""
    seen = read_operations(me())
    if shown() == seen.tag:
        return unchanged(seen.tag)
    return living(render_template("_operations.html", seen=seen, at=now()), seen.tag)


@door.post("/operations/jobs/again")
@guarded_by(Role.ADMIN)
def try_job_again() -> Answer:
    """A failed job goes to the end of its lane once more."""
    return _dealt_with(try_again, AuditWhat.JOB_AGAIN, "ops.job.done.again")


@door.post("/operations/jobs/forget")
@guarded_by(Role.ADMIN)
def forget_job() -> Answer:
    """A failed job is dropped: what is still due, the clock finds in the database."""
    return _dealt_with(forget, AuditWhat.JOB_FORGOTTEN, "ops.job.done.forget")


def read_operations(who: Me) -> Operations:
    """Everything at one look. What the whole house sends and spends, whoever serves one project does not read."""
    looked, queue = Looked(now(), language()), look(hints())
    with reading() as session:
        sections = [
            opslook.footing(session, queue, looked),
            opslook.lanes(queue, looked),
            opslook.beats(session, looked),
            opslook.watch(session, who, looked),
            opsledger.carriers(session, looked),
        ]
        if project_of(who) is None:
            sections += [part(session, looked) for part in (opsledger.messages, opsledger.senders, opsledger.cost)]
    lanes: tuple[LaneSeen, ...] = queue.lanes if queue else ()
    return Operations(
        tuple(sections), _failed(queue), tuple(failure for lane in lanes for failure in lane.failures),
        may_act=who.role is Role.ADMIN,
    )  # fmt: skip


def _failed(queue: QueueSeen | None) -> int | None:
    return sum(lane.failed for lane in queue.lanes) if queue else None


def _dealt_with(deal: Callable[[Hints, str], str], what: AuditWhat, done: str) -> Answer:
    try:
        job = deal(hints(), request.form.get("job", ""))
    except NotFound:
        done = "ops.job.gone"
    except Unavailable:
        done = "ops.job.away"
    else:
        with transaction() as session:
            write_down(session, staff_id=me().id, what=what, about=f"job:{job}", at=now())
    flash(done)
    return redirect(url_for("console.operations"), 303)
