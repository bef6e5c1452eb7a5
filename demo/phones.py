"""Whom the sandbox's telephones belong to, so that a visitor can dial as somebody."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from base.access import Role
from demo.estate import PROJECTS, STAFF, Colleague
from directory.actions import place_of
from directory.models import Contact, ContactRole, Home, Occupancy, Person
from telephony.numbers import NumberKind

CASES = (
    "李芳", "陈建华", "何婉仪", "Emily Carter", "王桂英", "张磊", "周静", "赵志强", "孙悦", "郭文", "Daniel Meyer",
    "林玉兰", "林国栋", "徐明", "马红", "吴洋",
)  # fmt: skip
"""The people who show each case, in the order a visitor meets them."""

OTHERS = 24

LANGUAGES = ("zh", "en")
_ROLES = {
    ContactRole.OWNER: ("业主", "owner"),
    ContactRole.CO_OWNER: ("共有人", "co-owner"),
    ContactRole.FAMILY: ("家属", "family"),
    ContactRole.TENANT: ("租户", "tenant"),
    ContactRole.KEEPER: ("代管人", "keeper"),
}
_OCCUPANCIES = {
    Occupancy.LIVED_IN: ("自住", "lived in"),
    Occupancy.LET: ("出租", "let"),
    Occupancy.VACANT: ("空置", "vacant"),
    Occupancy.NOT_HANDED_OVER: ("未收楼", "not handed over"),
}
_DUTIES = {
    Role.AGENT: ("坐席", "agent"),
    Role.TECHNICIAN: ("维修", "technician"),
    Role.SUPERVISOR: ("主管", "supervisor"),
    Role.MANAGER: ("项目经理", "manager"),
    Role.DIRECTOR: ("分管副总", "director"),
    Role.QUALITY: ("品训", "quality"),
    Role.ADMIN: ("管理员", "administrator"),
}
_COMPANY = ("公司", "the company")
_PROJECTS = {name: (name, name_en) for name, name_en, _area_code, _number in PROJECTS}


class Phone(TypedDict):
    """One telephone of the sandbox, with a note in Chinese and in English; `group` is owner or staff."""

    number: str
    name: str
    note: str
    note_en: str
    group: str


def phones(session: Session) -> list[Phone]:
    """Staff, the cases, and a spread of everybody else; a shared telephone stands here once, with both names."""
    people = session.scalars(
        select(Person)
        .where(Person.is_demo)
        .options(
            selectinload(Person.numbers),
            selectinload(Person.contacts).selectinload(Contact.home).selectinload(Home.building),
        )
        .order_by(Person.id)
    ).all()
    cases = sorted((p for p in people if p.name in CASES), key=lambda p: CASES.index(p.name))
    others = [p for p in people if p.name not in CASES]
    spread = others[:: max(1, len(others) // OTHERS)][:OTHERS]
    return [*_owners([*cases, *spread]), *_staff()]


def _owners(people: Sequence[Person]) -> list[Phone]:
    by_number: dict[str, Phone] = {}
    for person in people:
        if not person.numbers:
            continue
        number = person.numbers[0].number
        if known := by_number.get(number):
            known["name"] = f"{known['name']}、{person.name}"
            continue
        note, note_en = (_note(person, language) for language in LANGUAGES)
        by_number[number] = Phone(number=number, name=person.name, note=note, note_en=note_en, group="owner")
    return list(by_number.values())


def _note(person: Person, language: str) -> str:
    spoken = LANGUAGES.index(language)
    facts = [
        f"{place_of(contact.home, language)} · {_ROLES[contact.role][spoken]} · "
        f"{_OCCUPANCIES[contact.home.occupancy][spoken]}"
        for contact in person.contacts
    ]
    number = person.numbers[0]
    cases = (
        (person.language == "en", ("说英语", "English")),
        (number.region != "CN", ("境外", "abroad")),
        (number.kind is NumberKind.LANDLINE and len(person.numbers) == 1, ("仅座机", "landline only")),
        (person.special_care, ("特别关怀", "special care")),
    )
    return ("；", "; ")[spoken].join([*facts, *(words[spoken] for applies, words in cases if applies)])


def _staff() -> list[Phone]:
    return [
        Phone(number=one.number, name=one.name, note=_post(one, "zh"), note_en=_post(one, "en"), group="staff")
        for one in STAFF
    ]


def _post(colleague: Colleague, language: str) -> str:
    project = _PROJECTS[colleague.project] if colleague.project else _COMPANY
    return " · ".join(words[LANGUAGES.index(language)] for words in (_DUTIES[colleague.role], project))
