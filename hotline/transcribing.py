"""Recordings written down by a machine of the installation's choice; off unless TRANSCRIBER names one."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import cast

import structlog
from sqlalchemy import select, update

from base.clock import now
from base.database import reading, transaction
from base.errors import SettingsError, Unavailable
from base.wiring import settings
from hotline import recordings
from hotline.models import Call, Recording, RecordingState

log = structlog.get_logger(__name__)

Transcriber = Callable[[bytes, str], str]
"""From the bytes of a WAV file and the language of the call (`zh`, `en`) to words; whatever it raises, we try later."""
AT_ONCE = 10
TRIED_FOR = timedelta(days=1)
"""What could not be written down for so long is left as it was said."""
LONGEST = 5000


def transcriber() -> Transcriber | None:
    """The function that TRANSCRIBER names as `package.module:function`; None where none is. Raises `SettingsError`."""
    name = settings().transcriber
    if not name:
        return None
    module, _, function = name.partition(":")
    try:
        found = getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"TRANSCRIBER={name}: 找不到 / is not there: {error}") from error
    return cast(Transcriber, found)


def transcribe_due() -> None:
    """Have the newest recordings written down, each by itself: one that fails keeps none of the others waiting."""
    write_down = transcriber()
    if write_down is None:
        return
    with reading() as session:
        unread = session.execute(
            select(Recording.id, Recording.path, Call.language)
            .outerjoin(Call, Call.id == Recording.call_id)
            .where(
                Recording.state == RecordingState.KEPT, Recording.transcript.is_(None),
                Recording.made_at > now() - TRIED_FOR,
            )
            .order_by(Recording.made_at.desc())
            .limit(AT_ONCE)
        ).all()  # fmt: skip
    for recording_id, path, language in unread:
        try:
            sound = recordings.shelf().read(path)
            words = write_down(sound, language or "zh") if sound is not None else ""
        except Unavailable as silence:
            log.warning("transcript_later", recording=recording_id, why=silence.message)
            return
        except Exception as error:  # it is somebody else's code
            log.warning("transcript_later", recording=recording_id, why=type(error).__name__)
            continue
        with transaction() as session:
            ours = update(Recording).where(Recording.id == recording_id, Recording.state == RecordingState.KEPT)
            session.execute(ours.values(transcript=words.strip()[:LONGEST]))
