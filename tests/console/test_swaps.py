"""A turn is swapped: a colleague agrees, a leader approves, and the rota follows; what clashes is refused."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.models import Staff
from messages.models import Message
from oncall.actions.calendars import own_shifts
from oncall.actions.duty import who_is_on_duty
from oncall.actions.leave import write_leave
from oncall.actions.swapping import WHY
from oncall.ladder import Post
from oncall.models import LeaveKind, Override, Shift, Swap, SwapState
from oncall.rota import Away, Turn
from oncall.swaps import Clash, SwapCode, SwapWish, clash, swap_code, swap_wish
from outreach.actions.texts import Incoming, take_text
from tests.console.conftest import EVENING, LogIn, later
from tests.console.evening import Evening

HOUR = timedelta(hours=1)
MORNING = datetime.fromisoformat("2026-11-25T08:00:00+08:00")
ASKER, TAKER = 1, 2


def turn(who: int, first: float, until: float, post: Post = Post.FIRST) -> Turn:
    return Turn(post, who, MORNING + first * HOUR, MORNING + until * HOUR)


@pytest.mark.parametrize(
    ("theirs", "leave", "found"),
    [
        ([], [], None),
        ([turn(TAKER, 11, 20)], [], Clash.ON_DUTY),
        ([turn(TAKER, 12, 24)], [], None),
        ([turn(TAKER, 12, 25)], [], Clash.NO_REST),
        ([turn(TAKER, 22, 30)], [], Clash.NO_REST),
        ([turn(TAKER, 23, 30)], [], None),
        ([turn(TAKER, -20, -10)], [], Clash.NO_REST),
        ([turn(TAKER, 0, 12, Post.SECOND)], [], Clash.ON_DUTY),
        ([turn(TAKER, 0, 12, Post.SUPERVISOR)], [], None),
        ([turn(ASKER, 0, 12)], [], None),
        ([], [Away(TAKER, MORNING + 11 * HOUR, MORNING + 40 * HOUR)], Clash.ON_LEAVE),
        ([], [Away(TAKER, MORNING + 12 * HOUR, MORNING + 40 * HOUR)], None),
        ([], [Away(ASKER, MORNING, MORNING + 40 * HOUR)], None),
        ([turn(TAKER, 30, 40), turn(TAKER, 45, 50)], [], None),
    ],
)  # fmt: skip
def test_what_speaks_against_taking_a_turn(theirs: list[Turn], leave: list[Away], found: Clash | None) -> None:
    assert clash(turn(ASKER, 0, 12), TAKER, theirs, leave) is found


def has_turn(evening: Evening, who: str, first: float = 0, until: float = 12, project: str = "home") -> None:
    with transaction() as session:
        session.add(
            Shift(
                project_id=evening.home_project if project == "home" else evening.other_project,
                staff_id=evening.staff[who], post=Post.FIRST, starts_at=MORNING + first * HOUR,
                ends_at=MORNING + until * HOUR,
            )
        )  # fmt: skip


def form(evening: Evening, to: str = "second", **changes: str) -> dict[str, str]:
    key = f"{evening.home_project}/first/{MORNING.astimezone(UTC).isoformat()}"
    return {"turn": key, "taker": str(evening.staff[to]), "reason": "家里有事", **changes}


def first() -> list[str]:
    with reading() as session:
        project_id = session.scalars(select(Shift.project_id).order_by(Shift.id)).first()
        return [staff.name for staff in who_is_on_duty(session, project_id, at=MORNING + HOUR).first]


def told() -> list[tuple[str, str]]:
    with reading() as session:
        query = select(Staff.name, Message.body).join(Staff, Staff.number == Message.number)
        rows = session.execute(query.where(Message.once_key.startswith("swap/")).order_by(Message.id))
        return [(name, body.split("】")[-1]) for name, body in rows]


def swap() -> Swap:
    with reading() as session:
        return session.scalars(select(Swap).order_by(Swap.id.desc())).first()  # type: ignore[return-value]


def test_with_consent_and_approval_it_is_an_override_and_the_history_says_who_agreed_when(
    logged_in: LogIn, evening: Evening
) -> None:
    has_turn(evening, "technician")
    asker, taker, leader = logged_in("technician"), logged_in("second"), logged_in("supervisor")
    assert f'value="{form(evening)["turn"]}"' in asker.get("/oncall/swaps").text
    assert asker.sends("/oncall/swaps", **form(evening)).status_code == 303
    path = f"/oncall/swaps/{swap().id}"
    assert asker.sends("/oncall/swaps", **form(evening)).status_code == 409
    assert asker.sends(f"{path}/answer", say="agree").status_code == 403
    assert logged_in("abroad").sends(f"{path}/answer", say="agree").status_code == 404
    assert taker.sends(f"{path}/decide", say="approve").status_code == 403
    assert 'id="do-agree-' in taker.get("/oncall/swaps").text
    later(minutes=5)
    assert taker.sends(f"{path}/answer", say="agree").status_code == 303
    assert (first(), swap().state) == (["周建国"], SwapState.AGREED)
    later(minutes=5)
    assert leader.sends(f"{path}/decide", say="approve").status_code == 303
    assert (first(), swap().state) == (["何磊"], SwapState.DONE)
    page = asker.get("/oncall/swaps").text
    assert say("swap.answered", "zh", who="何磊", at="19:35") in page
    assert say("swap.decided", "zh", who="刘洋", at="19:40") in page
    span, code = "幸福里小区一值，11-25 08:00到11-25 20:00", swap().code
    assert told() == [
        ("何磊", f"周建国请您代班：{span}。同意请回复{code}，不同意请回复{code} 2"),
        ("刘洋", f"周建国的班（{span}）由何磊代，双方已同意。批准请回复{code}，不批准请回复{code} 2"),
        ("周建国", f"换班生效：{span}，由何磊代周建国"),
        ("何磊", f"换班生效：{span}，由何磊代周建国"),
    ]
    with reading() as session:
        written = session.scalars(select(Override)).one()
        assert (written.starts_at, written.ends_at) == (MORNING, MORNING + 12 * HOUR)
        theirs = [
            {
                entry.turn.starts_at
                for entry in own_shifts(session, session.get_one(Staff, evening.staff[who]), at=EVENING)
            }
            for who in ("second", "technician")
        ]
    assert [MORNING in starts for starts in theirs] == [True, False], "both calendars follow"
    assert leader.sends(f"{path}/decide", say="refuse").status_code == 409


def test_where_the_house_asks_for_no_approval_consent_is_enough(logged_in: LogIn, evening: Evening, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"swaps_need_approval": False})
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    assert logged_in("second").sends(f"/oncall/swaps/{swap().id}/answer", say="agree").status_code == 303
    assert first() == ["何磊"]
    assert [name for name, body in told() if "生效" in body] == ["周建国", "何磊", "刘洋"]


@pytest.mark.parametrize(
    ("who", "path", "said", "state", "hears"),
    [
        ("second", "answer", "decline", SwapState.DECLINED, ["周建国"]),
        ("technician", "answer", "withdraw", SwapState.WITHDRAWN, ["何磊"]),
        ("supervisor", "decide", "refuse", SwapState.REFUSED, ["周建国", "何磊"]),
    ],
)
def test_without_a_yes_it_stays_their_turn(
    logged_in: LogIn, evening: Evening, who: str, path: str, said: str, state: SwapState, hears: list[str]
) -> None:
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    if path == "decide":
        logged_in("second").sends(f"/oncall/swaps/{swap().id}/answer", say="agree")
    before = len(told())
    assert logged_in(who).sends(f"/oncall/swaps/{swap().id}/{path}", say=said).status_code == 303
    assert (swap().state, first()) == (state, ["周建国"])
    assert [name for name, _ in told()[before:]] == hears
    assert logged_in("technician").sends("/oncall/swaps", **form(evening)).status_code == 303, "and can be asked again"


def test_a_turn_that_has_changed_since_it_was_asked_about_is_neither_taken_nor_approved(
    logged_in: LogIn, evening: Evening
) -> None:
    def ends(hours: int) -> None:
        with transaction() as session:
            session.execute(
                update(Shift).where(Shift.starts_at == MORNING).values(ends_at=MORNING + timedelta(hours=hours))
            )

    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    for who, path, says in (("second", "answer", "agree"), ("supervisor", "decide", "approve")):
        ends(10)
        answer = logged_in(who).sends(f"/oncall/swaps/{swap().id}/{path}", say=says)
        assert (answer.status_code, "这个班已经变了" in answer.text) == (422, True)
        ends(12)
        assert logged_in(who).sends(f"/oncall/swaps/{swap().id}/{path}", say=says).status_code == 303
    assert first() == ["何磊"]


def test_what_clashes_is_refused_in_words_when_it_is_asked_agreed_and_approved(
    logged_in: LogIn, evening: Evening
) -> None:
    has_turn(evening, "technician")
    asker, taker, leader = logged_in("technician"), logged_in("second"), logged_in("supervisor")
    asker.sends("/oncall/swaps", **form(evening))
    has_turn(evening, "second", 6, 18, "other")
    answer = taker.sends(f"/oncall/swaps/{swap().id}/answer", say="agree")
    assert (answer.status_code, swap().state) == (422, SwapState.ASKED)
    assert WHY[Clash.ON_DUTY].split("。")[0] in answer.text
    with transaction() as session:
        session.delete(session.scalars(select(Shift).order_by(Shift.id.desc())).first())
    assert taker.sends(f"/oncall/swaps/{swap().id}/answer", say="agree").status_code == 303
    with transaction() as session:
        write_leave(
            session, staff_id=evening.staff["second"], kind=LeaveKind.SICK, starts_at=MORNING,
            ends_at=MORNING + HOUR, note="", by_id=None, at=EVENING,
        )  # fmt: skip
    assert leader.sends(f"/oncall/swaps/{swap().id}/decide", say="approve").status_code == 422
    assert first() == ["周建国"]


@pytest.mark.parametrize(
    "changes",
    [{"turn": ""}, {"turn": "x/first/soon"}, {"taker": ""}, {"taker": "0"}, {"turn": "1/first/2026-11-25T08:00"}],
)
def test_what_cannot_be_meant_is_refused(logged_in: LogIn, evening: Evening, changes: dict[str, str]) -> None:
    has_turn(evening, "technician")
    assert logged_in("technician").sends("/oncall/swaps", **form(evening, **changes)).status_code == 422
    assert logged_in("second").sends("/oncall/swaps", **form(evening, "technician")).status_code == 422, "not theirs"
    assert logged_in("technician").sends("/oncall/swaps", **form(evening, "elsewhere")).status_code == 422


def test_a_turn_that_has_begun_is_not_swapped_any_more(logged_in: LogIn, evening: Evening) -> None:
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    later(hours=61)
    assert logged_in("second").sends(f"/oncall/swaps/{swap().id}/answer", say="agree").status_code == 422
    assert say("swap.over", "zh") in logged_in("second").get("/oncall/swaps").text


TEXTS = count(1)


def texts(evening: Evening, who: str, body: str) -> str:
    """Somebody texts us; what we say back."""
    with transaction() as session:
        staff, sid = session.get_one(Staff, evening.staff[who]), f"SM{next(TEXTS):032x}"
        reply = take_text(session, Incoming(sid, staff.number, "+864008001234", body), at=clock.now())
        assert reply is not None
        assert reply.became == "swap"
        said = session.scalar(select(Message.body).where(Message.once_key == f"reply/{sid}"))
    assert said is not None
    return said.split("】")[-1]


def test_asked_agreed_and_approved_by_text_it_holds_as_from_the_desk(evening: Evening) -> None:
    has_turn(evening, "technician")
    clock.stop_at(EVENING)
    assert texts(evening, "technician", "换班 11-25 何磊") == ("已经请何磊代班，11-25 08:00起。对方答复了会告诉您")
    code = swap().code
    assert texts(evening, "second", code) == "记下了：您同意代班。批准后会告诉您"
    assert (first(), swap().state) == (["周建国"], SwapState.AGREED)
    assert texts(evening, "supervisor", f"{code} 1") == "好的，换班生效了"
    assert (first(), swap().state) == (["何磊"], SwapState.DONE)
    assert texts(evening, "second", code) == "换班没有办成：这次换班已经有结果了。"


@pytest.mark.parametrize(("approves", "state"), [(False, SwapState.DECLINED), (True, SwapState.REFUSED)])
def test_a_no_by_text_is_one(logged_in: LogIn, evening: Evening, approves: bool, state: SwapState) -> None:
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    who = "second"
    if approves:
        texts(evening, "second", swap().code)
        who = "supervisor"
    assert "记下了" in texts(evening, who, f"{swap().code} 2")
    assert (swap().state, first()) == (state, ["周建国"])


def test_neither_of_the_two_approves_of_their_own_swap(logged_in: LogIn, evening: Evening) -> None:
    has_turn(evening, "supervisor")
    leader = logged_in("supervisor")
    assert leader.sends("/oncall/swaps", **form(evening)).status_code == 303
    path = f"/oncall/swaps/{swap().id}"
    assert logged_in("second").sends(f"{path}/answer", say="agree").status_code == 303
    assert 'id="do-approve-' not in leader.get("/oncall/swaps").text
    assert leader.sends(f"{path}/decide", say="approve").status_code == 403
    assert swap().state is SwapState.AGREED
    assert logged_in("manager").sends(f"{path}/decide", say="approve").status_code == 303


def test_a_leader_who_serves_another_project_by_now_approves_of_nothing_by_text(evening: Evening) -> None:
    has_turn(evening, "technician")
    clock.stop_at(EVENING)
    texts(evening, "technician", "换班 11-25 何磊")
    texts(evening, "second", swap().code)
    with transaction() as session:
        moved = session.get_one(Staff, evening.staff["supervisor"])
        moved.project_id = session.get_one(Staff, evening.staff["elsewhere"]).project_id
    assert texts(evening, "supervisor", f"{swap().code} 1").startswith("换班没有办成：换班要由本项目的另一位主管批准")
    assert swap().state is SwapState.AGREED


def test_a_code_means_nothing_from_anybody_who_was_not_asked(logged_in: LogIn, evening: Evening) -> None:
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    for sid, who in enumerate(("technician", "supervisor", "manager", "agent")):
        with transaction() as session:
            number = session.get_one(Staff, evening.staff[who]).number
            reply = take_text(session, Incoming(f"SMno{sid}", number, "+864008001234", swap().code), at=clock.now())
            assert reply is not None
            assert reply.became != "swap"
    assert swap().state is SwapState.ASKED


def test_what_clashes_or_is_not_there_is_refused_by_text_in_the_same_words(logged_in: LogIn, evening: Evening) -> None:
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    has_turn(evening, "second", 6, 18, "other")
    assert texts(evening, "second", swap().code) == f"换班没有办成：{WHY[Clash.ON_DUTY].split('。')[0]}。"
    assert swap().state is SwapState.ASKED
    assert "那天您没有班" in texts(evening, "technician", "换班 12-25 何磊")
    assert "没有叫这个名字" in texts(evening, "technician", "换班 11-25 没有的人")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Swap)) == 1


def test_where_texts_cannot_be_answered_no_code_is_offered(logged_in: LogIn, evening: Evening, app: Flask) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sms_two_way_countries": "HK"})
    app.extensions["settings"].__dict__.pop("two_way_countries", None)
    has_turn(evening, "technician")
    logged_in("technician").sends("/oncall/swaps", **form(evening))
    assert told()[0][1].endswith("同意或不同意，请在工作台“换班”页答复")


@pytest.mark.parametrize(
    ("text", "code", "wish"),
    [
        ("48213", SwapCode("48213", agrees=True), None),
        (" ４８２１３ １", SwapCode("48213", agrees=True), None),
        ("48213，2", SwapCode("48213", agrees=False), None),
        ("48213 3", None, None),
        ("4821", None, None),
        ("482132", None, None),
        ("换班 11-25 何磊", None, SwapWish(11, 25, "何磊")),
        ("换班11月25日请何磊", None, SwapWish(11, 25, "何磊")),
        ("Swap 11/25 with He Lei", None, SwapWish(11, 25, "He Lei")),
        ("换班", None, None),
        ("我想换班", None, None),
    ],
)  # fmt: skip
def test_what_a_text_says_of_swaps(text: str, code: SwapCode | None, wish: SwapWish | None) -> None:
    assert (swap_code(text), swap_wish(text)) == (code, wish)
