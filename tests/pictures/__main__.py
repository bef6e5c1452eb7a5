"""Takes the pictures of the README: `python -m tests.pictures` writes docs/pictures/*.png, in both languages."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from base import migrations
from base.database import Database
from base.settings import Settings
from dev import valkey
from tests.browser.conftest import House, a_house, a_window
from tests.chromium import launched
from tests.pictures.palette import reduced
from tests.pictures.scene import Scene, a_scene

FOLDER = Path("docs/pictures")
MOST_BYTES = 150_000
LANGUAGES = ("zh", "en")
DESK, WIDE, TELEPHONE = (1440, 900), (1600, 1000), (390, 844)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: whose window, which page, and how large."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK


def shots(scene: Scene) -> tuple[Shot, ...]:
    """Every picture there is."""
    return (
        Shot("desk", "agent", "/"),
        Shot("ticket", "supervisor", f"/tickets/{scene.lift}"),
        Shot("technician", "technician", f"/?job={scene.job}", TELEPHONE),
        Shot("month", "supervisor", "/oncall/month"),
        Shot("campaign", "manager", f"/campaigns/{scene.campaign}"),
        Shot("incident", "supervisor", f"/incidents/{scene.incident}"),
        Shot("report", "manager", "/reports/calls?period=2026-11"),
        Shot("menu", "manager", "/menus/of/repair", WIDE),
    )


def main(names: list[str]) -> int:
    """Take the pictures of these names, or all; 1 where one cannot be taken, or became too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        valkey.running() as queue,
        a_house(_settings(Path(home), queue)) as house,
    ):
        try:
            sizes = _take(house, a_scene(house), names)
        except pytest.skip.Exception as missing:
            print(missing, file=sys.stderr)
            return 1
    too_large = {name: size for name, size in sizes.items() if size > MOST_BYTES}
    for name, size in sizes.items():
        print(f"{name}  {size / 1000:.0f} kB{'  too large' if name in too_large else ''}")
    return 1 if too_large else 0


def _settings(home: Path, queue: str) -> Settings:
    address = f"sqlite:///{home / 'huiyin.db'}"
    engine = Database(address).engine
    migrations.upgrade(engine)
    engine.dispose()
    return Settings(
        _env_file=None, database_url=address, redis_url=queue, var_dir=home / "var",
        recordings_url=str(home / "recordings"), duty_phone="+8613900000000",
    )  # fmt: skip


def _take(house: House, scene: Scene, names: list[str]) -> dict[str, int]:
    sizes = {}
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        blank = chromium.new_page()
        for shot in shots(scene):
            for lang in LANGUAGES if not names or shot.name in names else ():
                width, height = shot.size
                scale = 2 if shot.size == TELEPHONE else 1
                spoken = "zh-CN" if lang == "zh" else "en"
                with a_window(
                    chromium, house, width=width, height=height, device_scale_factor=scale, locale=spoken
                ) as window:
                    page = window.logs_in(shot.who, lang=lang).goes(shot.path).page
                    page.wait_for_function("document.fonts.status === 'loaded'")
                    picture = page.screenshot(animations="disabled", caret="hide")
                path = FOLDER / f"{shot.name}.{lang}.png"
                path.write_bytes(reduced(picture, blank))
                sizes[path.name] = path.stat().st_size
        chromium.close()
    return sizes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
