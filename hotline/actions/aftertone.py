"""A message is asked for and heard: what keys do before the tone and in the message, and that no word of it is lost."""

from collections.abc import Callable, Mapping

from hotline.actions import rating
from hotline.actions.turn import Next, Turn
from hotline.hearing import AskAgain, Begin, Follow, hear_message, message_keys
from hotline.menu import MenuStep
from telephony.speech import Record, Say

LONGEST_MESSAGE_S = 180
KEPT: Mapping[str, Callable[[Turn], None]] = {"@commented": rating.keep_comment}
"""Where else a message is kept than with its call and ticket: by where its question leads, whichever key ended it."""


def ask(turn: Turn, step: MenuStep, says: tuple[Say, ...]) -> Record:
    """The words, through which a key is heard, then the tone."""
    return Record(
        says, turn.path, turn.done_path, longest_s=LONGEST_MESSAGE_S, end_keys=message_keys(step), key_path=turn.path
    )


def heard(turn: Turn, step: MenuStep) -> Next | Follow:
    """What follows a message, a key or silence. What was spoken before a key is a message like any other."""
    is_spoken = bool(turn.heard.recording_sid)
    if is_spoken:
        turn.remember(messages=turn.intake.messages + 1, way=())  # what was spoken is not taken back
        if step.to in KEPT:
            KEPT[step.to](turn)
    move = hear_message(
        step, turn.heard.keys, turn.intake.tally, is_spoken=is_spoken, has_spoken=bool(turn.intake.messages),
        is_over=turn.heard.has_hung_up,
    )  # fmt: skip
    if isinstance(move, Begin):
        turn.say("main.speak_now")
        return Record(
            tuple(turn.says), turn.path, turn.done_path, longest_s=LONGEST_MESSAGE_S, end_keys=message_keys(step)
        )
    if isinstance(move, AskAgain):
        turn.intake = turn.intake.after(move)
        if move.words:
            turn.speak_piece(move.words.piece(turn.language))
        return step.name
    if turn.heard.keys and not is_spoken:
        turn.intake = turn.intake.after(move)
    return move
