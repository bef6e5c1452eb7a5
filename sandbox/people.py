"""The people whom the page offers: read from a file, again whenever it changes."""

import json
from pathlib import Path
from typing import Any

FIELDS = ("number", "name", "note", "note_en", "group")


class People:
    """A list of {number, name, note, note_en, group} from a JSON file, or nobody."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._changed_at = 0.0
        self._people: list[dict[str, str]] = []

    def listing(self) -> list[dict[str, str]]:
        """Return the people; a file that is missing or broken for a moment changes nothing."""
        try:
            changed_at = self._path.stat().st_mtime if self._path else 0.0
            if self._path and changed_at != self._changed_at:
                self._people = _read(json.loads(self._path.read_text("utf-8")))
                self._changed_at = changed_at
        except (OSError, ValueError, TypeError):
            pass
        return self._people


def _read(data: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{f: str(p.get(f) or "") for f in FIELDS} for p in data if p.get("number")]
