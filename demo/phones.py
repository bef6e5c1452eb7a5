"""Whom the sandbox's telephones belong to, so that a visitor can dial as somebody."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from demo.estate import STAFF
from directory.actions import place_of
from directory.models import Contact, ContactRole, Home, Occupancy, Person
from telephony.numbers import NumberKind

CASES = (
    "李芳", "陈建华", "何婉仪", "Emily Carter", "王桂英", "张磊", "周静", "赵志强", "孙悦", "郭文", "Daniel Meyer",
    "林玉兰", "林国栋", "徐明", "马红", "吴洋",
)  # fmt: skip
"""The people who show each case, in the order a visitor meets them."""

OTHERS = 24

_ROLES = {
    ContactRole.OWNER: "业主",
    ContactRole.CO_OWNER: "共有人",
    ContactRole.FAMILY: "家属",
    ContactRole.TENANT: "租户",
    ContactRole.KEEPER: "代管人",
}
_OCCUPANCIES = {
    Occupancy.LIVED_IN: "自住",
    Occupancy.LET: "出租",
    Occupancy.VACANT: "空置",
    Occupancy.NOT_HANDED_OVER: "未收楼",
}
_DUTIES = {
    "agent": "坐席 agent",
    "technician": "维修 technician",
    "supervisor": "主管 supervisor",
    "manager": "项目经理 manager",
    "director": "分管副总 director",
    "quality": "品训 quality",
    "admin": "管理员 admin",
}


class Phone(TypedDict):
    """One telephone of the sandbox; `group` is owner or staff."""

    number: str
    name: str
    note: str
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
        known = by_number.get(number)
        name = f"{known['name']}、{person.name}" if known else person.name
        by_number[number] = Phone(
            number=number, name=name, note=known["note"] if known else _note(person), group="owner"
        )
    return list(by_number.values())


def _note(person: Person) -> str:
    facts = [
        f"{place_of(contact.home)} · {_ROLES[contact.role]} · {_OCCUPANCIES[contact.home.occupancy]}"
        for contact in person.contacts
    ]
    number = person.numbers[0]
    facts += ["English"] if person.language == "en" else []
    facts += ["境外"] if number.region != "CN" else []
    facts += ["仅座机"] if number.kind is NumberKind.LANDLINE and len(person.numbers) == 1 else []
    facts += ["特别关怀"] if person.special_care else []
    return "；".join(facts)


def _staff() -> list[Phone]:
    return [
        Phone(
            number=colleague.number,
            name=colleague.name,
            note=f"{_DUTIES[colleague.role]} · {colleague.project or '公司'}",
            group="staff",
        )
        for colleague in STAFF
    ]
