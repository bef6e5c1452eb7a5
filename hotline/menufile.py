"""A menu file with its lines: what stands in it, where, and whether it has the shape of the schema."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from base.rulefile import Problem

SCHEMA = Path(__file__).parent / "menus" / "schema.json"
DEEPEST, MOST_KEYS = 8, 20_000
"""A file may hold itself by an alias; nobody's menu is that large."""
Place = tuple[str, ...]


@dataclass
class MenuFile:
    """One file: its data as plain values, and the line of every key in it."""

    path: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: Place, zh: str, en: str) -> None:
        """Note a problem at the line of `place`, or of the nearest key above it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        self.problems.append(Problem(self.path, self.lines.get(place, 1), zh, en))


def read_file(path: Path) -> MenuFile:
    """Read and judge one file by the schema. Never raises for what stands in it."""
    try:
        return read_text(str(path), path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        why = type(error).__name__
        return MenuFile(str(path), problems=[Problem(str(path), 1, f"不是 YAML：{why}", f"not YAML: {why}")])


def read_text(path: str, text: str) -> MenuFile:
    """The same for the text of a file called `path`."""
    menu = MenuFile(path)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or type(error).__name__
        line = mark.line + 1 if mark else 1
        menu.problems.append(Problem(menu.path, line, f"不是 YAML：{why}", f"not YAML: {why}"))
        return menu
    if node is not None:
        menu.data = _plain(menu, node, ())
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for place, zh, en in _judge(menu.data, schema, schema, ()):
        menu.complain(place, zh, en)
    return menu


def _plain(menu: MenuFile, node: yaml.Node, place: Place) -> Any:
    if isinstance(node, yaml.MappingNode):
        if len(place) > DEEPEST or len(menu.lines) > MOST_KEYS:
            menu.complain(place, "嵌套太深或内容太多", "too deep or too much")
            return None
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*place, key)
            menu.lines.setdefault(here, key_node.start_mark.line + 1)
            if key in found:
                line = key_node.start_mark.line + 1
                menu.problems.append(Problem(menu.path, line, f"“{key}”写了两次", f"“{key}” stands here twice"))
            found[key] = _plain(menu, value_node, here)
        return found
    if isinstance(node, yaml.SequenceNode):
        # a menu has no lists: the schema will say so, whatever stands in this one
        return []
    return yaml.SafeLoader("").construct_object(node)


_TYPES: dict[str, type | tuple[type, ...]] = {"object": dict, "string": str, "boolean": bool, "integer": int}
_TYPES_SAID = {"object": "一组“名称: 值”", "string": "文字", "boolean": "true 或 false", "integer": "整数"}
Fault = tuple[Place, str, str]


def _judge(value: Any, schema: dict[str, Any], root: dict[str, Any], place: Place) -> Iterator[Fault]:
    """The part of JSON Schema that our schema uses."""
    if reference := schema.get("$ref"):
        schema = root["$defs"][reference.rsplit("/", 1)[1]]
    wanted = schema.get("type")
    if wanted and (not isinstance(value, _TYPES[wanted]) or (wanted == "integer" and isinstance(value, bool))):
        yield place, f"这里应是{_TYPES_SAID[wanted]}", f"this must be of type {wanted}"
    elif isinstance(value, dict):
        yield from _judge_object(value, schema, root, place)
    else:
        yield from _judge_value(value, schema, place)


def _judge_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], place: Place) -> Iterator[Fault]:
    for name in schema.get("required", ()):
        if name not in value:
            language = "，缺少一种语言" if name in {"zh", "en"} else ""
            yield place, f"缺少“{name}”{language}", f"“{name}” is missing{' (a language)' if language else ''}"
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, child in value.items():
        if name in known:
            yield from _judge(child, known[name], root, (*place, name))
        elif others is False:
            yield (*place, name), f"不认识“{name}”", f"“{name}” is not known here"
        elif isinstance(others, dict):
            yield from _judge(child, others, root, (*place, name))


def _judge_value(value: Any, schema: dict[str, Any], place: Place) -> Iterator[Fault]:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(schema["enum"])
        yield place, f"只能是 {choices}", f"must be one of {choices}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield place, f"写法不对：{value}", f"not written as it must be: {value}"
    if len(str(value)) < schema.get("minLength", 0):
        yield place, "不能为空", "must not be empty"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield place, f"超出范围：{value}", f"out of range: {value}"
