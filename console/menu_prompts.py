"""The page of spoken prompts: which files there are, how one is kept, and what to write in a menu for it."""

from flask import flash, redirect, render_template, request, url_for

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Unavailable
from base.refusals import half
from console.door import Answer, door, language
from console.menu_edit import rights
from console.scope import TOLD_OF_TROUBLE
from console.staff import me
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from directory.models import Staff
from hotline import prompts
from hotline.actions import editions
from hotline.actions.editions import MAY_PUBLISH


@door.get("/menus/prompts")
@guarded_by(*TOLD_OF_TROUBLE)
def menu_prompts() -> Answer:
    """The files there are, each to be listened to, and in which menus it is used now; why not, where it is unknown."""
    return _page()


@door.post("/menus/prompts")
@guarded_by(*MAY_PUBLISH)
def keep_prompt() -> Answer:
    """Keep one more. Nobody hears it before a menu names it."""
    audio, name = request.files.get("audio"), request.form.get("name", "").strip()[:60]
    try:
        read = audio.read(prompts.MOST_BYTES + 1) if audio else b""
        if not read:
            raise BadInput("请选一个录音文件。Please choose a file.")
        with reading() as session:
            editions.check_may(session.get_one(Staff, me().id))
        file = prompts.keep(name, read)
        with transaction() as session:
            write_down(session, staff_id=me().id, what=AuditWhat.PROMPT, about=f"prompt:{file}", at=now())
    except (BadInput, Unavailable) as error:
        return _page(half(error.message, language()), name), error.status
    flash("prompts.done")
    return redirect(url_for("console.menu_prompts", _anchor=file), 303)


def _page(fault: str = "", name: str = "") -> str:
    with reading() as session:
        texts = editions.files_now(session)
    every, away = _every()
    found = [
        (file, -(-size // 1000), [menu for menu, text in sorted(texts.items()) if file in text]) for file, size in every
    ]
    return render_template(
        "menu_prompts.html", found=found, away=away, fault=fault, name=name, most=prompts.MOST_BYTES // 1000,
        here=url_for("console.menu_prompts"), **rights(),
    )  # fmt: skip


def _every() -> tuple[list[tuple[str, int]], str]:
    """The files with their sizes, and why they cannot be told."""
    try:
        return prompts.every(), ""
    except Unavailable as error:
        return [], half(error.message, language())
