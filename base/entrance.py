"""The settings of the way in: how long somebody stays logged in, and who has to show a second proof of who they are."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings


class Entrance(BaseSettings):
    """How long a log-in holds, whatever is done meanwhile and while nothing is; and the second step."""

    session_hours: float = Field(12, gt=0, le=168)
    session_idle_minutes: int = Field(480, ge=1, le=10080)
    second_step: str = Field("", pattern="^(off|required)?$")

    @property
    def session_lasts(self) -> timedelta:
        """So long a log-in lasts."""
        return timedelta(hours=self.session_hours)

    @property
    def session_rests(self) -> timedelta:
        """So long it lasts while nobody presses anything; a page that only asks what is new is no press."""
        return timedelta(minutes=self.session_idle_minutes)
