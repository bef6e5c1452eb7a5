"""`flask backup` and `flask restore`: the whole house in one folder, and back."""

from pathlib import Path

import click

from base import backups, clock
from base.database import database, transaction
from base.dumps import VERSION_TABLE
from base.errors import Conflict
from base.migrations import pending
from base.pulse import BACKUP, beat
from base.queue import Lane, hints
from base.wiring import settings
from hotline import recordings
from hotline.shelf import Folder
from messages.ledger.restored import hold_back

RECORDINGS = "recordings"
"""What their folder is called in a backup, wherever they stand; spoken prompts are in a folder of it."""
_PLACE = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("folder", type=_PLACE)
def back_up(folder: Path) -> None:
    """Copy everything to the new FOLDER while the service runs. / 备份到新文件夹，不用停服务"""
    made = backups.make(folder, database().engine, _folders(), at=clock.now())
    click.echo(f"已备份 / backed up: {folder}: {_told(made)}")
    with transaction() as session:
        beat(session, BACKUP, at=made.made_at)
    if not isinstance(recordings.shelf(), Folder):
        click.echo(f"录音在 / recordings stay where they are: {settings().recordings_url}")


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only look whether the backup is whole. / 只检查备份是否完整")
@click.option("--overwrite", is_flag=True, help="Replace what the database holds. / 替换数据库里已有的内容")
@click.option("--moved", is_flag=True, help="Nothing ran since the backup: what waits may go. / 备份后服务未再运行")
def bring_back(folder: Path, check: bool, overwrite: bool, moved: bool) -> None:
    """Bring back what FOLDER holds, into an empty place. / 从备份恢复到空的地方"""
    if check:
        click.echo(f"备份完整 / the backup is whole: {_told(backups.check(folder))}")
        return
    engine = database().engine
    if not overwrite and (filled := _files_held()):
        raise Conflict(
            f"未动：{filled} 里已有文件 / nothing was touched: {filled} holds files already; "
            "要保留它们并放回备份里的，请加 / to keep them and put those of the backup beside them add --overwrite"
        )
    if worked := [lane.value for lane in Lane if hints().workers(lane)]:
        raise Conflict(
            f"未动：还有进程在工作 / nothing was touched: processes still work the lanes {', '.join(worked)}; "
            "请先停下服务 / stop the service first"
        )
    held: list[int] = []

    def hold() -> None:
        with transaction() as session:
            held.append(hold_back(session, at=clock.now()))

    restored = backups.restore(
        folder, engine, {RECORDINGS: recordings.shelf().put}, is_over=overwrite,
        first=(lambda: None) if moved else hold,
    )  # fmt: skip
    click.echo(f"已恢复并核对 / restored and counted again: {_told(restored)}")
    for count in held:
        click.echo(f"备份后可能已发出、不再发送的消息 / messages that may have left since and will not go: {count}")
    if behind := pending(engine):
        click.echo(f"接着请运行 / now run `flask --app app db upgrade`: {', '.join(behind)}")


def _folders() -> dict[str, Path]:
    """What belongs to the database and stands on this machine's disk."""
    shelf = recordings.shelf()
    return {RECORDINGS: shelf.place} if isinstance(shelf, Folder) and shelf.place.is_dir() else {}


def _files_held() -> Path | None:
    return next((folder for folder in _folders().values() if any(each.is_file() for each in folder.rglob("*"))), None)


def _told(backup: backups.Backup) -> str:
    rows = sum(count for name, count in backup.rows.items() if name != VERSION_TABLE)
    files = [each for path, each in backup.files.items() if "/" in path]
    size = sum(each.size for each in backup.files.values()) / 1e6
    return (
        f"迁移 / migration {backup.migration}; {len(backup.rows)} 张表 {rows} 行 / tables and rows; "
        f"{len(files)} 个文件 / files; {size:.1f} MB; {backup.made_at:%Y-%m-%d %H:%M:%S} UTC"
    )


commands = [back_up, bring_back]
