"""What follows an answer by text: another digit puts it right, and further words belong to it."""

from datetime import timedelta

from base import clock
from base.database import transaction
from messages import actions as messages
from messages.lifecycle import MessageClass
from tests.outreach.scene import DAY, DELAY_S, Scene, scene
from tickets.lifecycle import Status

__all__ = ["scene"]


def test_a_further_digit_corrects_the_fresh_answer_where_nothing_else_is_open(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    assert (scene.ticket.status, scene.ticket.score) == (Status.CLOSED, 5)
    sid = "SM" + "d" * 32
    for _ in range(2):
        scene.texts("5 还在漏", sid=sid)
    assert (scene.ticket.status, scene.ticket.score) == (Status.OPEN, 1)
    assert [event.data["score"] for event in scene.events("scored")] == [5, 1]
    assert len(scene.events("reopened")) == 1
    assert scene.answer is not None
    assert (scene.answer.key, scene.answer.score, scene.answer.comment) == ("5", 1, "还在漏")
    assert "已重开" in scene.sent()[-1].body
    scene.texts("2")
    assert (scene.ticket.status, scene.ticket.score) == (Status.OPEN, 4), "somebody has been called about it"


def test_somebody_nobody_knows_gets_the_answer_to_our_question_after_three_texts_of_a_day(scene: Scene) -> None:
    guest = "+8613700009999"
    scene.a_ticket(number=guest)
    with transaction() as session:
        for n in range(2):
            messages.plan_text(
                session, number=guest, message_class=MessageClass.SERVICE, body="您好", once_key=f"{n}", about="",
                at=DAY,
            )  # fmt: skip
    scene.is_resolved()
    scene.goes_on(DELAY_S)
    assert len(scene.sent(guest)) == 4, "two receipts, the result and the question"
    for key in ("1", "5", "1", "5", "1"):
        scene.texts(key, sender=guest)
    said = ["已重开" in text.body for text in scene.sent(guest)[4:]]
    assert said == [False, True, False], "each once more, however often it is corrected"


def test_a_digit_after_a_newer_result_corrects_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("5")
    scene.is_resolved(at=clock.now() + timedelta(minutes=5), text="这次好了")
    scene.texts("1")
    assert (scene.ticket.status, scene.ticket.score, scene.became()) == (Status.RESOLVED, None, "ticket")


def test_the_same_digit_again_changes_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    before = (len(scene.events()), len(scene.sent()))
    scene.texts("1")
    assert (len(scene.events()), len(scene.sent()), scene.became()) == (*before, "survey")


def test_the_same_digit_again_with_words_beside_it_adds_the_words(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("4")
    scene.texts("4 水槽还在滴")
    assert [event.text for event in scene.events("called_again")] == ["4 水槽还在滴"]
    assert (len(scene.events("scored")), scene.became()) == (1, "survey")


def test_a_digit_half_an_hour_after_an_answer_is_a_matter(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.goes_on(31 * 60)
    scene.texts("5")
    assert (scene.ticket.score, scene.became()) == (5, "ticket")


def test_further_words_after_a_low_score_belong_to_it(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("4")
    sid = "SM" + "b" * 32
    for _ in range(2):
        scene.texts("水槽下面还在滴", sid=sid)
    assert scene.became() == "survey"
    assert scene.answer is not None
    assert scene.answer.comment == "水槽下面还在滴"
    assert [event.text for event in scene.events("called_again")] == ["水槽下面还在滴"]
    assert len(scene.tickets()) == 1


def test_thanks_after_a_good_score_are_kept_and_open_nothing(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.texts("谢谢")
    assert (scene.became(), len(scene.tickets())) == ("survey", 1)


def test_more_than_thanks_after_a_good_score_is_kept_and_somebody_looks_at_it(scene: Scene) -> None:
    scene.is_asked()
    scene.texts("1")
    scene.texts("厨房灯也坏了")
    assert scene.answer is not None
    assert scene.answer.comment == "厨房灯也坏了"
    assert [ticket.summary for ticket in scene.tickets()[1:]] == ["厨房灯也坏了"]
