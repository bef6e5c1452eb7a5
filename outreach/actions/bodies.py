"""The words of a campaign for one recipient: filled in, with footer and signature, exactly as they shall leave."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from base.clock import local
from base.wiring import settings
from directory.models import Building, Project
from directory.places import in_order
from messages import actions as messages
from messages.lifecycle import MessageClass, Way
from messages.wording import fill, placeholders
from outreach import templates
from outreach.audience import Recipient
from outreach.interviewwords import first_words, opening_of
from outreach.letters import shown
from outreach.lifecycle import AFTERWARDS, FURTHER, CampaignKind
from outreach.models import Campaign
from outreach.questionnaires import Questionnaire
from telephony.capabilities import two_way_text
from tickets.models import Incident

LANGUAGES = ("zh", "en")
CAUSE = {"zh": "突发故障", "en": "a sudden fault"}
"""Why, as long as nobody knows more."""
SAID = frozenset({"cause", "start", "end"})
"""What somebody typed about a trouble; everything else that is put into a text is ours or the directory's."""
MOST_HOMES = 3
"""Homes that are named one by one; of more only their number is."""


class Bodies:
    """The words of one campaign; what is the same for many is put together once."""

    def __init__(self, session: Session, campaign: Campaign, *, at: datetime) -> None:
        self.message_class = campaign.message_class
        self.texts = {"zh": campaign.text_zh, "en": campaign.text_en}
        self.wanted = {language: placeholders(text) for language, text in self.texts.items()}
        self._session, self._campaign = session, campaign
        self._known: dict[tuple[str, date], dict[str, str]] = {}
        self.at = at
        self._blanks: dict[str, str] = {}
        self._made: dict[tuple[object, ...], str] = {}

    def of(self, one: Recipient, at: datetime) -> str:
        """The whole text for this recipient, or what is spoken to them, if it leaves at `at`."""
        language = "en" if one.language == "en" else "zh"
        theirs = self._theirs(one, language)
        route = None if one.way is Way.CALL else (one.number.startswith("+86"), self._is_two_way(one.number))
        known = self.known(language, at)
        key = (language, route, id(known), *theirs.values())
        if key not in self._made:
            self._made[key] = self._make(one, language, {**known, **theirs}, is_two_way=bool(route and route[1]))
        return self._made[key]

    def said(self, language: str) -> str:
        """The words as somebody wrote them, cause and moments too; what is ours or the directory's stays in braces."""
        known = self.known(language, self.at)
        values = {name: known.get(name, f"{{{name}}}") if name in SAID else f"{{{name}}}" for name in known}
        return fill(self.texts[language], {name: f"{{{name}}}" for name in self.wanted[language]} | values)

    def unknown(self) -> list[str]:
        """Placeholders for which this campaign has no words: somebody has to write them out."""
        return sorted(
            name
            for language, wanted in self.wanted.items()
            for name in wanted - self._may_name - self.known(language, self.at).keys()
        )

    def leave_blank(self, names: Iterable[str], shown: str) -> None:
        """Show this for what nobody has said yet, while it is being written."""
        self._blanks = dict.fromkeys(names, shown)
        self._known.clear()

    def known(self, language: str, at: datetime) -> dict[str, str]:
        """What is the same for everybody, as it is called on the day of `at`: tonight is not today any more."""
        key = (language, local(at, settings().timezone).date())
        if key not in self._known:
            self._known[key] = self._blanks | _known(self._session, self._campaign, language, at=at)
        return self._known[key]

    @property
    def _may_name(self) -> frozenset[str]:
        """Of a later word about a trouble only the numbers are known, not whose homes they were told about."""
        is_later = self._campaign.step in FURTHER
        return (templates.OF_PERSON - {"homes"} if is_later else templates.OF_PERSON) | {templates.LETTER}

    def _theirs(self, one: Recipient, language: str) -> Mapping[str, str]:
        """What differs from person to person, as far as this text asks for it."""
        made = {
            "salutation": salutation_of(one.salutation, language), "homes": homes_of(one, language),
            templates.LETTER: shown(one.letter),
        }  # fmt: skip
        return {name: words for name, words in made.items() if name in self.wanted[language]}

    def unsigned(self, one: Recipient, at: datetime) -> str:
        """The text for this recipient with its footer, before anybody signs it."""
        language = "en" if one.language == "en" else "zh"
        values = {**self.known(language, at), **self._theirs(one, language)}
        return self._unsigned(language, values, is_two_way=self._is_two_way(one.number))

    def _make(self, one: Recipient, language: str, known: Mapping[str, str], *, is_two_way: bool) -> str:
        if one.way is Way.CALL and self._campaign.questionnaire is not None:
            return first_words(Questionnaire.of(self._campaign.questionnaire).first, language, known["company"])
        if one.way is Way.CALL:
            company, words = known["company"], fill(self.texts[language], known)
            return f"This is {company}. {words}" if language == "en" else f"您好，这里是{company}。{words}"
        return messages.signed(one.number, self._unsigned(language, known, is_two_way=is_two_way), language)

    def _unsigned(self, language: str, known: Mapping[str, str], *, is_two_way: bool) -> str:
        footer = templates.footer(self.message_class, language, is_two_way=is_two_way, hotline=settings().hotline_said)
        return fill(self.texts[language], known) + footer

    def _is_two_way(self, number: str) -> bool:
        return two_way_text(number, settings().two_way_countries)


def bodies_of_wave(session: Session, made: Questionnaire, *, at: datetime) -> Bodies:
    """The words a wave of this questionnaire would begin with; what only a wave knows is shown as …"""
    wave = Campaign(
        kind=CampaignKind.SURVEY, message_class=MessageClass.SURVEY, text_zh=opening_of(made, "zh"),
        text_en=opening_of(made, "en"),
    )  # fmt: skip
    bodies = Bodies(session, wave, at=at)
    bodies.leave_blank(bodies.unknown(), "…")
    return bodies


def salutation_of(chosen: str, language: str) -> str:
    """How somebody is addressed: as they chose, or as anybody is; an English text does not say 李女士."""
    if language == "en":
        return chosen if chosen and chosen.isascii() else templates.SALUTATION["en"]
    return chosen or templates.SALUTATION["zh"]


def homes_of(one: Recipient, language: str) -> str:
    """Their homes in this audience, by name while they are few."""
    names = list(one.homes.values())
    if len(names) <= MOST_HOMES:
        return "; ".join(names) if language == "en" else "、".join(names)
    return f"{len(names)} homes" if language == "en" else f"{names[0]}等{len(names)}套房屋"


def places_of(session: Session, incident: Incident | None, project: Project | None, language: str) -> str:
    """Where the trouble is: its buildings, or the whole project."""
    here = incident.project if incident is not None else project
    if incident is not None and incident.building_ids:
        rows = select(Building.name).where(Building.id.in_(incident.building_ids))
        return buildings_text(sorted(session.scalars(rows), key=in_order), language)
    if here is None:
        return "all our estates" if language == "en" else "各小区"
    return here.name_en or here.name if language == "en" else here.name


def buildings_text(names: list[str], language: str) -> str:
    """`3、5号楼` of 3号楼 and 5号楼; `Buildings 3 and 5`; other names one after the other."""
    bare = [name.removesuffix("号楼") for name in names]
    plain = all(part.isascii() and part != name for part, name in zip(bare, names, strict=True))
    if language != "en":
        return "、".join(bare) + "号楼" if plain else "、".join(names)
    if not plain:
        return ", ".join(names)
    return f"Building {bare[0]}" if len(bare) == 1 else f"Buildings {', '.join(bare[:-1])} and {bare[-1]}"


def _known(session: Session, campaign: Campaign, language: str, *, at: datetime) -> dict[str, str]:
    here, incident = settings(), campaign.incident
    known = {
        "company": here.company_name_en if language == "en" else here.company_name,
        "hotline": here.hotline_said,
        "places": places_of(session, incident, campaign.project, language),
    }
    if incident is None:
        return known
    known["start"] = templates.when_words(incident.opened_at, language, at=at, zone=here.timezone)
    known["cause"] = incident.cause or CAUSE[language]
    end_at = incident.restored_at if campaign.step in AFTERWARDS else incident.promised_end_at
    if end_at is not None:
        known["end"] = templates.when_words(end_at, language, at=at, zone=here.timezone)
    return known
