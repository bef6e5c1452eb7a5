"""What asks for a second proof of who somebody is: letting go what goes to many, and seeing what is usually hidden."""

from base.wiring import settings
from console.scope import TOLD_OF_TROUBLE
from console.staff import Me

NEED_PROOF = frozenset({
    "console.approve_campaign", "console.resume_campaign", "console.return_campaign", "console.review_campaign",
    "console.approve_birthdays", "console.resume_birthdays", "console.publish_menus", "console.publish_questionnaire",
    "console.reveal",
    "console.reveal_numbers", "console.audit_sheet", "console.reset_password", "console.end_sessions_of",
    "console.drop_second_step", "console.reveal_recipient", "console.export", "console.give_data",
    "console.forget_person", "console.roster_refused",
})  # fmt: skip
"""By the name of the view. To stop something is not among them: whoever sees a mistake stops it at once."""


def lacks_proof(endpoint: str, who: Me) -> bool:
    """Whether `who` has to show a second proof before they enter this view, by their role and the house's setting."""
    return endpoint in NEED_PROOF and not who.is_proved and is_asked_of(who)


def is_asked_of(who: Me) -> bool:
    """Whether somebody of this role needs a second proof to approve and to reveal."""
    return who.role in TOLD_OF_TROUBLE and settings().requires_second_step
