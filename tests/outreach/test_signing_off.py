"""An owner texts the code that came with the result: their repair is signed off, and they are told so."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

import tickets.actions
from base import clock
from base.database import reading, transaction
from outreach.replies import SignOffCode, sign_off_code
from tests.outreach.scene import DELAY_S, OWNER, Scene, scene
from tickets.promisemodels import SignOff

__all__ = ["scene"]

OTHER = "+8613800138777"


def is_done(scene: Scene, **more: object) -> str:
    """A repair is done; the code in the text its owner gets."""
    scene.a_ticket(at=clock.now(), **more)  # type: ignore[arg-type]
    scene.is_resolved(at=clock.now())
    body = scene.sent()[-1].body
    found = re.search(r"(?:验收码|sign-off code )(\d{4})$", body)
    assert found, body
    return found[1]


def wrong(*codes: str) -> str:
    return next(code for code in ("1111", "2222", "3333") if code not in codes)


def signed(scene: Scene) -> list[dict[str, object]]:
    """How it was signed off, each time."""
    return [event.data for event in scene.events("signed_off")]


def answered(scene: Scene) -> str:
    """What the newest text to the owner says."""
    return scene.sent()[-1].body


def test_the_code_in_reply_signs_the_repair_off_and_says_so(scene: Scene) -> None:
    code = is_done(scene)
    assert "直接回复验收码" in answered(scene)
    scene.texts(f"验收码：{code}，谢谢")
    assert scene.became() == "sign_off"
    assert signed(scene) == [{"how": "owner"}]
    assert scene.events("signed_off")[0].staff_id is None
    assert f"已验收，谢谢您（单号{scene.ticket.ref}）" in answered(scene)
    with reading() as session:
        found = session.scalars(select(SignOff)).one()
        assert (found.signed_at, found.entered_by_id) == (clock.now(), None)
    scene.texts(code)
    assert len(signed(scene)) == 1, "sent twice it is signed once, and they are told again"
    assert "已验收" in answered(scene)
    assert len(scene.tickets()) == 1


def test_a_wrong_code_gets_words_and_after_five_a_person_reads_it(scene: Scene) -> None:
    code = is_done(scene)
    for left in range(4, 0, -1):
        scene.texts(wrong(code))
        assert f"验收码不对（单号{scene.ticket.ref}）" in answered(scene)
        assert f"还可以试{left}次" in answered(scene)
    scene.texts(wrong(code))
    assert "验收码错了太多次" in answered(scene)
    assert signed(scene) == []
    assert len(scene.tickets()) == 1
    scene.texts(code)
    assert (scene.became(), signed(scene)) == ("ticket", [])


def test_of_two_matters_the_code_signs_its_own_and_costs_the_other_nothing(scene: Scene) -> None:
    first = is_done(scene)
    one = scene.ticket_id
    second = is_done(scene, category="lift")
    with transaction() as session:
        own = session.scalars(select(SignOff).where(SignOff.ticket_id == one)).one()
        own.code = first = wrong(second)
    scene.texts(first)
    assert signed(scene) == [], "not the newest"
    with reading() as session:
        state = {own.ticket_id: (own.signed_at is not None, own.wrong) for own in session.scalars(select(SignOff))}
    assert state == {one: (True, 0), scene.ticket_id: (False, 0)}
    scene.texts(wrong(first, second))
    with reading() as session:
        state = {own.ticket_id: (own.signed_at is not None, own.wrong) for own in session.scalars(select(SignOff))}
    assert state == {one: (True, 0), scene.ticket_id: (False, 1)}


def test_nobody_else_signs_it_and_a_code_is_none_where_nothing_waits(scene: Scene) -> None:
    code = is_done(scene)
    scene.texts(code, sender=OTHER)
    assert (scene.became(), signed(scene)) == ("ticket", [])
    with transaction() as session:
        tickets.actions.reopen(session, scene.ticket_id, scene.estate.supervisor.id, at=clock.now(), text="复查")
    scene.texts(code)
    assert (scene.became(), signed(scene)) == ("ticket", []), "its result does not stand any more"


def test_weeks_later_other_digits_are_no_code_but_the_right_ones_still_are(scene: Scene) -> None:
    code = is_done(scene)
    clock.stop_at(clock.now() + timedelta(days=20))
    scene.texts(wrong(code))
    assert scene.became() == "ticket"
    scene.texts(f"验收码 {wrong(code)}")
    assert (scene.became(), "还可以试4次" in answered(scene)) == ("sign_off", True)
    scene.texts(code)
    assert signed(scene) == [{"how": "owner"}]


def test_four_noughts_are_still_a_wish_to_be_left_alone_and_nobodys_code(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _below: 0)
    assert is_done(scene) == "1000"
    scene.texts("0000")
    assert (scene.became(), signed(scene)) == ("consent", [])


def test_an_answer_to_how_it_was_is_still_one(scene: Scene) -> None:
    is_done(scene)
    scene.goes_on(DELAY_S)
    scene.texts("1")
    assert (scene.became(), scene.ticket.score) == ("survey", 5)


def test_a_colleague_signs_off_what_was_done_in_their_own_home(scene: Scene) -> None:
    with transaction() as session:
        session.merge(scene.estate.second).number = OWNER
    code = is_done(scene)
    scene.texts(code)
    assert (scene.became(), signed(scene)) == ("sign_off", [{"how": "owner"}])
    assert "已验收，谢谢您" in answered(scene)


def test_who_speaks_english_is_answered_in_english(scene: Scene) -> None:
    scene.a_ticket(language="en")
    scene.is_resolved()
    assert "reply with the sign-off code" in answered(scene)
    scene.texts("sign-off code 1111" if "1111" not in answered(scene) else "sign-off code 2222")
    assert "That is not the sign-off code" in answered(scene)


@pytest.mark.parametrize(("text", "expected"), [
    ("4821", ("4821", False)), (" ４８２１。", ("4821", False)), ("4821 满意", ("4821", False)),
    ("验收码4821", ("4821", True)), ("我的验收码是 4821，谢谢", ("4821", True)),
    ("Sign-off code: 4821 thanks", ("4821", True)),
    ("验收码0000", ("0000", True)), ("0000", None),
    ("482", None), ("48211", None), ("4821 2", None), ("3号楼4821", None), ("4821室漏水", None),
    ("满意", None), ("", None),
])  # fmt: skip
def test_what_may_be_a_code(text: str, expected: tuple[str, bool] | None) -> None:
    assert sign_off_code(text) == (SignOffCode(*expected) if expected else None)
