"""Read a YAML file of rules, a list or a tree of names, so that whatever is wrong in it is said with its line. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from base import yamls
from base.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, at a line, in both languages."""

    path: str
    line: int
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.zh} / {self.en}"


@dataclass(frozen=True, slots=True)
class Written:
    """One rule as it stands in a file: its values, the line of each, and that of the rule itself."""

    name: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def wrong(self, key: str, zh: str, en: str) -> SettingsError:
        """What is wrong with one of its values, for whoever has to mend it."""
        return wrong(self.name, self.lines.get(key, self.line), zh, en)

    def only(self, known: Collection[str]) -> None:
        """Raises `SettingsError` for a name that is none of these."""
        if strange := [key for key in self.values if key not in known]:
            raise self.wrong(
                str(strange[0]), f"没有“{strange[0]}”这一项", f"there is no {strange[0]!r}; {_listed(known)}"
            )

    def words(self, key: str, allowed: Collection[str], *, may_be_empty: bool = False) -> tuple[str, ...]:
        """One word or a list of them, each of the `allowed`; () where it says nothing. Raises `SettingsError`."""
        if key not in self.values:
            return ()
        value = self.values[key]
        words = tuple(value) if isinstance(value, list) else (value,)
        if not words and not may_be_empty:
            raise self.wrong(key, f"{key} 不能是空的", f"{key} is empty: leave it out to fit any")
        if bad := [word for word in words if not isinstance(word, str) or word not in allowed]:
            raise self.wrong(key, f"{key} 里没有“{bad[0]}”", f"{key} has no {bad[0]!r}; {_listed(allowed)}")
        return words

    def number(self, key: str, least: float, most: float, *, unsaid: float) -> float:
        """A number within bounds. Raises `SettingsError`."""
        value = self.values.get(key, unsaid)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise self.wrong(
                key, f"{key} 要是 {least:g} 到 {most:g} 的数", f"{key} must be a number, {least:g} to {most:g}"
            )
        return value


@dataclass(frozen=True, slots=True)
class Tree:
    """A file of names within names: its values, and in which line each name stands."""

    name: str
    values: Any
    node: yaml.Node | None

    def wrong(self, where: Sequence[str], zh: str, en: str) -> SettingsError:
        """What is wrong at the end of these names, or at the last of them that is there."""
        line, node = 1, self.node
        for key in where:
            pairs = [pair for pair in node.value if pair[0].value == key] if isinstance(node, yaml.MappingNode) else []
            if not pairs:
                break
            line, node = pairs[-1][0].start_mark.line + 1, pairs[-1][1]
        return wrong(self.name, line, f"{'.'.join(where)}：{zh}", f"{'.'.join(where)}: {en}")


def text_of(own: str, release: Path) -> str:
    """What stands in the file `own`, or in that of the `release` where it is empty. Raises `SettingsError`."""
    try:
        return Path(own or release).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(own or release.name, 1, f"读不了这个文件：{error}", f"this file cannot be read: {error}") from None


def read_list(text: str, name: str) -> list[Written]:
    """The rules of a file called `name`, at least one. Raises `SettingsError`."""
    found = read_yaml(text, name)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise wrong(name, 1, "要写成一个列表", "the file must be a list of rules")
    return [_written(name, at, values) for at, values in zip(node.value, found, strict=True)]


def read_tree(text: str, name: str) -> Tree:
    """A file called `name`. Raises `SettingsError`, also where a name stands twice: of the two a reader takes the last,
    and what the first says would be lost.
    """
    tree = Tree(name, read_yaml(text, name), yamls.compose(text))
    _once(tree, tree.node, ())
    return tree


def _once(tree: Tree, node: yaml.Node | None, where: tuple[str, ...]) -> None:
    seen = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            raise tree.wrong((*where, key.value), "写了两次", "is written twice")
        seen.add(key.value)
        _once(tree, value, (*where, key.value))


def read_yaml(text: str, name: str) -> Any:
    """What a file called `name` says. Raises `SettingsError` with the line in which it is no YAML."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise wrong(name, mark.line + 1 if mark else 1, "不是 YAML", "this is not YAML") from None


def wrong(name: str, line: int, zh: str, en: str) -> SettingsError:
    """An error that says in which line of which file."""
    return SettingsError(str(Problem(name, line, zh, en)))


def _written(name: str, node: yaml.Node, values: Any) -> Written:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, Mapping):
        raise wrong(name, line, "要写成 名称: 值", "write it as name: value")
    return Written(name, line, values, {key.value: key.start_mark.line + 1 for key, _ in node.value})


def _listed(words: Collection[str]) -> str:
    return f"known: {', '.join(sorted(words))}"
