"""The page on which an administrator says that a colleague has left: what that ends, and the button."""

from flask import flash, redirect, render_template, url_for

from base.access import Role, guarded_by
from base.clock import now
from base.database import reading, transaction
from console.accounts import colleague
from console.door import Answer, door
from console.staff import me
from console.sure import must_be_sure
from oncall.actions import departing


@door.get("/staff/<id:id>/leave")
@guarded_by(Role.ADMIN)
def leaving(id: int) -> Answer:
    """What they have in hand, and what becomes of it."""
    with reading() as session:
        one = colleague(session, id)
        return render_template("leaving.html", id=id, name=one.name, had=departing.in_hand(session, one, at=now()))


@door.post("/staff/<id:id>/leave")
@guarded_by(Role.ADMIN)
def mark_left(id: int) -> Answer:
    """They do not work here any more."""
    with transaction() as session:
        one = colleague(session, id)
        must_be_sure()
        departing.leaves(session, one, by_id=me().id, at=now())
    flash("accounts.left")
    return redirect(url_for("console.staff_accounts"), 303)
