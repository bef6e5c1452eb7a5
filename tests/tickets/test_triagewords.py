"""Which sort of matter the words of a text point to."""

import pytest

from base.errors import SettingsError
from hotline.spoken import hints
from tickets.lifecycle import GRAVITY, Kind
from tickets.triage import CATEGORIES, level_of
from tickets.triagewords import (
    GAP,
    Suggestion,
    WordList,
    danger,
    decided,
    read_words,
    standing,
    suggest,
    words_of_the_house,
)

GIVEN = """
version: 2026-11-26
repair:
  burst_pipe: {zh: [漏水], en: [leak]}
  water_power: {zh: [水龙头漏水], en: [tap]}
"""


@pytest.mark.parametrize(
    ("text", "kind", "category"),
    [
        ("家里卫生间天花板漏水", Kind.REPAIR, "burst_pipe"), ("厨房水龙头漏水", Kind.REPAIR, "water_power"),
        ("３号楼没水了", Kind.REPAIR, "no_water"), ("一开空调就跳闸", Kind.REPAIR, "water_power"),
        ("整层停电", Kind.REPAIR, "no_power"), ("电梯一直不来", Kind.REPAIR, "lift"),
        ("门禁卡刷不开", Kind.REPAIR, "access"), ("厨房下水道堵了", Kind.REPAIR, "blockage"),
        ("马桶冲不下去", Kind.REPAIR, "blockage"), ("楼上半夜噪音太大", Kind.COMPLAINT, "noise"),
        ("邻居周末装修", Kind.COMPLAINT, "noise"), ("门口垃圾没人清", Kind.COMPLAINT, "cleaning"),
        ("物业费怎么交", Kind.ENQUIRY, "enquiry"), ("能开发票吗", Kind.ENQUIRY, "enquiry"),
        ("前台态度很差", Kind.COMPLAINT, "attitude"), ("保安态度很好", Kind.PRAISE, "praise"),
        ("停车怎么办月卡", Kind.ENQUIRY, "enquiry"), ("有人乱停车", Kind.COMPLAINT, "complaint"),
        ("建议多装几个充电桩", Kind.SUGGESTION, "suggestion"), ("重复收费两次", Kind.COMPLAINT, "fees"),
        ("The LIFT is stuck again", Kind.REPAIR, "lift"), ("My toilet is  clogged", Kind.REPAIR, "blockage"),
        ("no water since noon", Kind.REPAIR, "no_water"), ("please send the invoice", Kind.ENQUIRY, "enquiry"),
    ],
)  # fmt: skip
def test_the_longest_word_decides(text: str, kind: Kind, category: str) -> None:
    found = suggest(text)
    assert found is not None
    assert (found.kind, found.category) == (kind, category)


@pytest.mark.parametrize(
    ("category", "texts"),
    [
        ("no_power", "整栋楼停电了|家里没电|楼里没有电了|刚才断电了|停水停电|我们楼停电了，什么时候来电"
            "|there is no power in my building|the power went out|a power cut|power outage in block 3"
            "|no power, when will it be back"),
        ("no_water", "一早就没水|停水了|水龙头里没水|没水了，什么时候来水"
            "|no water in the kitchen or bathroom|the water is off"),
        ("sewage", "地漏往上冒水|污水漫出来了|下水道返水|马桶往外冒|污水管堵了"
            "|sewage in the basement|the drains are backing up"),
        ("gate", "道闸抬不起来|门禁坏了|单元门打不开|门禁系统又坏了|the barrier is down|the gate is stuck"),
        ("false_alarm", "消防误报|烟感误报|报警器没事一直响|it was a false alarm"),
        ("facade", "外墙空鼓|外墙瓷砖松动|外墙有裂缝|the facade is loose|cracks in the facade"),
        ("fallen_tree", "大树被风刮倒了|路口树倒了|树枝断了|a tree fell on the road|a fallen tree"),
        ("thrown_objects", "有人高空抛物|楼上有人往下扔东西|从阳台往外扔烟头"
            "|somebody is throwing bottles out of the window"),
        ("water_power", "插座没电|一开空调就跳闸|没水压|马桶没水|没热水|电表没电了"
            "|no power in the socket|no hot water"),
        ("enquiry", "什么时候停水|明天会停电吗|停电到几点|停水通知在哪看|计划停电是几号|会不会又停水|什么时候来电"
            "|is there a planned power cut|will there be no water tomorrow|no power tomorrow?"
            "|when will the water be back"),
        ("access", "门禁卡刷不开|门禁卡坏了|intercom"),
        ("other_repair", "门锁没电了"), ("attitude", "物业太没水平了"), ("complaint", "楼道里停电动车"),
        ("lift", "我们楼没电梯"),
    ],
)  # fmt: skip
def test_an_outage_is_told_from_one_socket_from_what_is_planned_and_from_what_only_sounds_like_it(
    category: str, texts: str
) -> None:
    for text in texts.split("|"):
        found = suggest(text)
        assert (found and found.category, danger(text)) == (category, None), (text, found)


def test_a_facade_that_comes_down_is_danger() -> None:
    for text in ("外墙脱落", "外墙瓷砖掉下来了", "pieces of the facade are falling"):
        found = danger(text)
        assert (found and found.category) == "other_emergency", text


@pytest.mark.parametrize("text", ["", "你好", "4", "👍", "在吗？", "shoplifting", "stapler", "a" * 1600])
def test_of_anything_else_nothing_is_said(text: str) -> None:
    assert suggest(text) is None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("楼道冒烟了", "fire"), ("We are TRAPPED", "lift_trapped"), ("漏水，还触电了", "other_emergency"),
        ("漏水", None), ("", None),
    ],
)  # fmt: skip
def test_the_same_list_says_what_is_danger(text: str, category: str | None) -> None:
    found = danger(text)
    assert (found and found.category) == category


@pytest.mark.parametrize(
    ("category", "texts"),
    [
        ("lift_trapped",
            "电梯困人|人在电梯里出不来|电梯停了，我们还在里面|孩子被困在电梯|电梯突然往下掉|关在电梯里了|3号梯关了人"
            "|the lift is stuck with people inside|We're stuck in the middle lift|I am locked in the elevator"
            "|the elevator stopped and we can't get out|somebody is trapped|nobody comes, people are stuck"),
        ("fire",
            "厨房烧起来了|起烟了|楼道里好大烟|电动车自燃|着了火|是不是着火了|闻到焦糊味|地下室爆炸了"
            "|防火门那边起火了|没有人来，着火了"
            "|Fire in the kitchen|smoke in the corridor|something is burning|FIRE!|No, fire in the kitchen"
            "|fire, no smoke"
            "|the fire door is on fire|the fire alarm is ringing|after the drill there was a fire"),
        ("gas_leak", "闻到煤气|煤气漏了|厨房有很重的煤气味|燃气管好像在漏|煤气的味道好大|天然气漏了"
            "|gas smell|gas is leaking|It smells of gas|I smell a lot of gas|gas-leak|leaking gas"),
        ("other_emergency",
            "插座漏电麻手|有人漏电了|被电了一下|热水器电到人|有人坠楼|有人要跳楼|有人受伤了流血|老人摔倒了"
            "|不小心摔倒了"
            "|有没有人受伤不知道，有人被打伤了|有没有人受伤|外墙掉下来砸到人|外墙瓷砖掉下来了|天花板塌了"
            "|有人持刀打架|楼下打起来了|有人拿刀|保安打人"
            "|老人突发疾病|心脏病发作|人昏迷了|老人晕过去了|他没有呼吸了|喘不上气|孩子落水了|小孩掉水里了|孩子手被门夹了|煤气表旁边有人中毒"
            "|救护车快来"
            "|heart attack|electric shock|my father is not breathing|a man fell from the roof|she collapsed"
            "|two men are fighting with a knife|somebody is injured|bleeding badly|facade tiles are falling"),
        ("burst_pipe", "爆管了|水管突然爆了|the pipe has just burst|burst pipes"),
    ],
)  # fmt: skip
def test_danger_to_life_is_heard_as_people_say_it(category: str, texts: str) -> None:
    for text in texts.split("|"):
        found = danger(text)
        assert (found and found.category) == category, text


@pytest.mark.parametrize(
    "texts",
    [
        "消防通道被堵了|防火门关不上|小区里有人放烟花|什么时候放烟花|电梯广告太吵|电梯里有垃圾|烟道堵了|楼道有人抽烟"
        "|油烟很大|灭火器过期了|消防演习几点|火警演习是哪天",
        "没有着火|没着火|不是火警|没有人被困|没人受伤|没有煤气味|没有漏电|打不着火|小心触电的牌子掉了"
        "|防止触电的牌子掉了",
        "长期被噪音困扰|楼道容易摔倒|落水管松了|被打扰了一晚上|拨打人工服务|漏电保护器坏了|漏电开关跳了|贫困人员补贴"
        "|窗户漏气|跳楼价|燃气费怎么交|煤气表在哪",
        "我被锁在门外了|车被砸了|停电了|漏水了|外墙该刷漆了|着急，请回电|打开煤气总阀在哪",
        "fireworks at night|a fire drill tomorrow?|you fired the guard|the fire door squeaks|fire-doors"
        "|fire extinguishers are old"
        "|firewall|please fire him|when is the fire alarm test|the smoke detector needs a battery"
        "|cigarette smoke in the stairs",
        "no fire|there is no smoke|not on fire|nobody is hurt|no one is trapped|it isn't a gas leak|we can't smell gas"
        "|my gas bill is wrong|gasket is worn|the lift is out of order|The LIFT is stuck again"
        "|no blood pressure monitor?"
        "|the knifes-edge|he smokes|people smoke in the corridor",
    ],
)  # fmt: skip
def test_what_is_no_danger_wakes_nobody(texts: str) -> None:
    for text in texts.split("|"):
        assert danger(text) is None, (text, danger(text))


def test_what_takes_a_danger_back_stands_right_before_it_and_takes_no_other_back() -> None:
    words = read_words(
        "version: 2026-11-27\ndanger:\n  fire: {zh: [着火, 电…冒烟], en: [fire]}\n"
        "harmless: {zh: [着火点], en: [fire door]}\ndenied: {zh: [没有], en: [not]}"
    )
    assert danger("没有着火", words) is None
    assert danger("电梯没有着火，厨房着火", words) == Suggestion(Kind.EMERGENCY, "fire", "着火")
    assert danger("有没有着火", words) is not None, "a question"
    assert danger("着火点", words) is None
    assert danger("fire-door", words) is None
    assert danger("fire at the fire door, not a drill", words) is not None
    assert danger("配电箱里冒烟", words) is not None
    assert danger("没电。楼上冒烟", words) is None, "of another sentence"


def test_of_several_dangers_the_first_of_the_list_is_the_gravest() -> None:
    words = read_words(
        "version: 2026-11-27\ndanger:\n  fire: {zh: [火], en: [fire]}\n  burst_pipe: {zh: [水], en: [flood]}"
    )
    assert danger("水火无情", words) == Suggestion(Kind.EMERGENCY, "fire", "火")
    assert suggest("水火无情", words) is None, "it wakes people, and waits for nobody's yes"


def test_an_english_word_is_a_whole_word() -> None:
    words = read_words(GIVEN)
    assert suggest("the pipe has a leak.", words) == Suggestion(Kind.REPAIR, "burst_pipe", "leak")
    assert suggest("leakage", words) is None


def test_the_list_of_the_house_is_dated_and_names_known_categories_only() -> None:
    words = words_of_the_house()
    assert words.version.isoformat() >= "2026-11-26"
    assert {one.category for one in words.words} <= set(CATEGORIES)
    assert not {one.kind for one in words.words} & {Kind.EMERGENCY}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "write a day"), ("version: soon", "write a day"), (GIVEN.replace("repair", "moon"), "no kind"),
        (GIVEN.replace("repair", "emergency"), "no kind"), (GIVEN.replace("burst_pipe", "moon"), "no such category"),
        (GIVEN.replace("[tap]", "[leak]"), "written twice"), (GIVEN.replace(", en: [tap]", ""), "needs a line zh"),
        (GIVEN + "denied: {zh: [没]}", "needs a line zh"),
        (GIVEN + "harmless: {zh: [烟花], en: fireworks}", "list of words"),
        (GIVEN.replace("[tap]", "tap"), "list of words"), (GIVEN.replace("[tap]", "['']"), "list of words"),
    ],
)  # fmt: skip
def test_a_wrong_list_says_where_and_how_to_write_it(written: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read_words(written)
    assert "triagewords.yaml" in str(refused.value)


def test_a_suggestion_stands_until_somebody_answers_or_the_ticket_is_sorted() -> None:
    lift = Suggestion(Kind.REPAIR, "lift", "电梯")
    told = [{"channel": "text", **lift.facts}]
    assert standing(Kind.ENQUIRY, "text", told) == lift
    assert standing(Kind.REPAIR, "lift", told) is None
    assert standing(Kind.EMERGENCY, "lift_trapped", told) is None
    assert standing(Kind.ENQUIRY, "text", [*told, decided(is_so=False)]) is None
    noise = Suggestion(Kind.COMPLAINT, "noise", "吵")
    assert standing(Kind.ENQUIRY, "text", [*told, decided(is_so=False), noise.facts]) == noise
    assert standing(Kind.ENQUIRY, "text", [{"channel": "text"}]) is None


OWN = """version: 2026-11-28
danger:
  fire: {zh: [配电房冒火星], en: [substation glows]}
harmless: {zh: [着火, 有人], en: [fire]}
denied: {zh: [听说], en: [i heard of]}
complaint:
  cleaning: {zh: [着火, 乱丢], en: [mess]}
"""


@pytest.fixture(scope="module")
def own() -> WordList:
    return read_words(OWN, "own.yaml", words_of_the_house())


def test_a_house_may_add_words_of_danger(own: WordList) -> None:
    assert danger("配电房冒火星") is None
    found = danger("配电房冒火星", own)
    assert found is not None
    assert found.category == "fire"
    assert danger("听说配电房冒火星", own) is None, "its own are taken back by its own"
    assert "配电房冒火星" in hints("zh", own)
    assert "着火" in hints("zh", own)


def test_no_list_of_a_house_makes_a_word_of_danger_less(own: WordList) -> None:
    for one in words_of_the_house().dangers:
        said = one.word.replace(GAP, " " if one.word.isascii() else "")
        for text in (said, f"听说{said}", f"有人{said}"):
            usual, grave = danger(text), danger(text, own)
            assert grave is not None, text
            assert usual is not None, text
            levels = [GRAVITY.index(level_of(found.kind, found.category)) for found in (grave, usual)]
            assert levels[0] <= levels[1], text


def test_the_kinds_of_a_house_take_the_place_of_the_releases_and_others_stay(own: WordList) -> None:
    assert suggest("楼道有人乱丢", own) == Suggestion(Kind.COMPLAINT, "cleaning", "乱丢")
    assert suggest("噪音", own) is None
    assert suggest("电梯坏了", own) == suggest("电梯坏了")


@pytest.mark.parametrize(("text", "line", "words"), [
    ("version: 2026-11-28\ndanger:\n  cleaning: {zh: [x], en: [y]}\n", 3, "no sort of emergency"),
    ("version: 2026-11-28\nrepair:\n  lift: {zh: [x], en: [y]}\nrepair:\n  lift: {zh: [z], en: [y]}\n", 4, "twice"),
    ("version: 2026-11-28\nrepair:\n  lift:\n    zh: [x]\n    en: y\n", 5, "list of words"),
    ("version: 2026-11-28\nrepair: [\n", 3, "not YAML"),
    ("repair:\n  lift: {zh: [x], en: [y]}\n", 1, "write a day"),
])  # fmt: skip
def test_what_is_wrong_in_a_list_of_a_house_is_said_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read_words(text, "own.yaml", words_of_the_house())
    assert str(refused.value).startswith(f"own.yaml:{line}: ")
