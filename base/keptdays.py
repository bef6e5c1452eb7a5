"""The settings of how long what is personal is kept: one number of days for each sort of thing."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

Days = Annotated[int, Field(ge=1)]
MoreThanAYear = Annotated[int, Field(ge=400)]
"""What tells that somebody was greeted or asked this year is needed for longer than a lunar year."""
MoreThanAWeek = Annotated[int, Field(ge=8)]
"""So long somebody may be logged in without a press."""


class KeptDays(BaseSettings):
    """Days; what is older is put out of sight by `flask retention --apply`, and by the clock at night."""

    message_words_kept_days: Days = 365
    archive_kept_days: MoreThanAYear = 1095
    calls_kept_days: Days = 1095
    replies_kept_days: Days = 365
    answers_kept_days: MoreThanAYear = 400
    notes_kept_days: Days = 400
    people_kept_days: Annotated[int, Field(ge=180)] = 1825
    tickets_kept_days: Annotated[int, Field(ge=180)] = 1825
    audit_kept_days: Annotated[int, Field(ge=366)] = 1095
    log_ins_kept_days: MoreThanAWeek = 30
    webhooks_kept_days: Days = 30
    api_answers_kept_days: Days = 1
    roster_files_kept_days: Days = 7
