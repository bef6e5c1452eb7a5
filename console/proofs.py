"""What asks for a second proof of who somebody is: letting go what goes to many, and seeing what is usually hidden."""

from base.wiring import settings
from console.staff import Me

NEED_PROOF = frozenset({
    "console.approve_campaign", "console.resume_campaign", "console.return_campaign", "console.review_campaign",
    "console.approve_birthdays", "console.resume_birthdays", "console.publish_menus", "console.publish_questionnaire",
    "console.reveal",
    "console.reveal_numbers", "console.audit_sheet", "console.reset_password", "console.end_sessions_of",
    "console.drop_second_step", "console.reveal_recipient", "console.export", "console.give_data",
    "console.forget_person", "console.roster_refused", "console.report_sheet", "console.mark_left",
})  # fmt: skip
"""By the name of the view. To stop something is not among them: whoever sees a mistake stops it at once.

A view that lets something go only where that was asked for looks itself (`must_prove`).
"""


def lacks_proof(endpoint: str, who: Me) -> bool:
    """Whether `who` has to show a second proof before they enter this view, by the house's setting."""
    return endpoint in NEED_PROOF and must_prove(who)


def must_prove(who: Me) -> bool:
    """Whether `who` has to show a second proof before they let something go or see it whole."""
    return not who.is_proved and is_asked()


def is_asked() -> bool:
    """Whether this house asks for a second proof of whoever approves or reveals, in whatever role."""
    return settings().requires_second_step
