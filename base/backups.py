"""A backup: a folder with the database, files that belong to it, and a list of everything with its fingerprint."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy import Engine

from base import dumps, migrations
from base.errors import BadInput, Conflict

LIST = "backup.json"
PIECE = 1 << 20
DRAFT = ".part"


class Fingerprint(BaseModel):
    """By what a file is known again."""

    model_config = ConfigDict(frozen=True)
    size: int
    sha256: str


class Backup(BaseModel):
    """What a backup says of itself. `files` go by their path in it, `rows` by the name of their table."""

    model_config = ConfigDict(frozen=True)
    format: Literal[1] = 1
    made_at: AwareDatetime
    database: Literal["sqlite", "postgresql"]
    migration: str
    rows: dict[str, int]
    files: dict[str, Fingerprint]


def make(place: Path, engine: Engine, folders: Mapping[str, Path], *, at: datetime) -> Backup:
    """Back up the database and then the `folders`, each under its name, to the new folder `place`.

    The database comes first: what it names is among the files then. `place` appears when it is whole, for nobody but
    its owner to read. Raises `Conflict` if there is something already.
    """
    if place.exists():
        raise Conflict(f"已经存在，请换一个名字 / is there already; name a new folder: {place}")
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{place.name}.", suffix=DRAFT, dir=place.parent))
    try:
        made = _fill(draft, engine, folders, at=at)
        draft.rename(place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _keep(place.parent)
    return made


def _fill(draft: Path, engine: Engine, folders: Mapping[str, Path], *, at: datetime) -> Backup:
    kind = engine.dialect.name
    name = dumps.NAMES[kind]
    dumped = dumps.dump(engine, draft / name)
    _keep(draft / name)
    files = {name: _fingerprint(draft / name)}
    for below, folder in folders.items():
        for file in sorted(_files(folder)):
            path = f"{below}/{file.relative_to(folder).as_posix()}"
            with suppress(FileNotFoundError):  # its time was up meanwhile
                files[path] = _copy(file, draft / path)
    made = Backup(made_at=at, database=kind, migration=dumped.migration, rows=dict(dumped.rows), files=files)
    (draft / LIST).write_text(made.model_dump_json(indent=1) + "\n", "utf-8")
    _keep(draft / LIST)
    return made


def read(place: Path) -> Backup:
    """The list of a backup. Raises `BadInput` if there is none that can be read."""
    try:
        return Backup.model_validate_json((place / LIST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"这里没有备份 / there is no backup here: {place} ({LIST})") from None
    except ValidationError as error:
        fault = error.errors()[0]
        why = f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        raise BadInput(f"备份清单读不懂 / the list of this backup cannot be read: {place / LIST}: {why}") from None


def check(place: Path) -> Backup:
    """The list of a backup whose files are all there, as they were. Raises `BadInput` with the first that is not."""
    listed = read(place)
    for path, print_ in listed.files.items():
        file = place / path
        if ".." in Path(path).parts or Path(path).is_absolute():
            raise BadInput(f"清单里有不在备份内的文件 / the list names a file outside the backup: {path}")
        if not file.is_file():
            raise BadInput(f"备份缺文件 / the backup lacks a file: {path}")
        if _fingerprint(file) != print_:
            raise BadInput(f"备份里的文件变了 / a file of the backup is not what it was: {path}")
    if dumps.NAMES[listed.database] not in listed.files:
        raise BadInput(f"备份缺文件 / the backup lacks a file: {dumps.NAMES[listed.database]}")
    return listed


def restore(
    place: Path, engine: Engine, put: Mapping[str, Callable[[str, bytes], object]], *, is_over: bool = False,
    first: Callable[[], object] = lambda: None,
) -> Backup:  # fmt: skip
    """Bring back what a backup holds: each file by `put[name of its folder](path, what it holds)`, then the database.

    The files come first: they only add, and a disk that is full stops us before anything was replaced. `first` is done
    as soon as the database is back, whatever fails after that.

    Refuses (`Conflict`) a database that holds rows unless `is_over`, one on which the service runs in any case, one of
    another kind, and a backup that is newer than this program; everything is counted again afterwards.
    """
    listed = check(place)
    if strange := {path for path in listed.files if "/" in path and path.partition("/")[0] not in put}:
        raise BadInput(f"清单里有不认识的文件 / the list names a file nobody here knows: {min(strange)}")
    _refuse(listed, engine, is_over=is_over)
    for path in listed.files:
        below, _, name = path.partition("/")
        if name:
            put[below](name, (place / path).read_bytes())
    dumps.restore(engine, place / dumps.NAMES[listed.database])
    first()
    back = dumps.found(engine)
    if (back.migration, dict(back.rows)) != (listed.migration, listed.rows):
        wrong = sorted(name for name, count in listed.rows.items() if back.rows.get(name) != count)
        raise Conflict(f"恢复后行数不符 / restored, but these tables do not have the rows they had: {', '.join(wrong)}")
    return listed


def _refuse(listed: Backup, engine: Engine, *, is_over: bool) -> None:
    kind = engine.dialect.name
    if listed.database != kind:
        raise Conflict(
            f"备份来自 {listed.database}，DATABASE_URL 是 {kind}，不能互换 / the backup is of {listed.database} and "
            f"DATABASE_URL names {kind}: neither reads the other"
        )
    if not migrations.knows(listed.migration):
        raise Conflict(
            f"备份比程序新 / the backup is newer than this program: {listed.migration}; "
            "请先安装做备份时的版本 / install the version that made it first"
        )
    if dumps.is_worked(engine):
        raise Conflict(
            "服务正在运行，请先停止全部进程 / the service is running on this database: stop all its processes first"
        )
    held = {name: count for name, count in dumps.found(engine).rows.items() if count and name != dumps.VERSION_TABLE}
    if held and not is_over:
        raise Conflict(
            f"未动，数据库里已有 {sum(held.values())} 行 / nothing was touched, the database holds rows already; "
            "要全部替换请加 / to replace all of them add --overwrite"
        )


def _files(folder: Path) -> Iterator[Path]:
    # what is still being written has another name
    return (file for file in folder.rglob("*") if file.is_file() and file.suffix != DRAFT)


def _copy(file: Path, to: Path) -> Fingerprint:
    to.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as source, to.open("wb") as copy:
        shutil.copyfileobj(source, copy, PIECE)
        copy.flush()
        os.fsync(copy.fileno())
    return _fingerprint(to)


def _fingerprint(file: Path) -> Fingerprint:
    with file.open("rb") as source:
        return Fingerprint(size=file.stat().st_size, sha256=hashlib.file_digest(source, "sha256").hexdigest())


def _keep(path: Path) -> None:
    """Have the disk keep it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
