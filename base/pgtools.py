"""PostgreSQL's own programs, which make and read its dumps: where they are, and how they are run."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from base.errors import Unavailable

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/opt/postgresql@*/bin")
"""Where systems put several versions side by side."""
PIECE = 1 << 20
_EMPTY = b"""\
SET client_min_messages = warning;
SET statement_timeout = 0;
SET lock_timeout = '10s';
BEGIN;
DO $$ DECLARE word text; BEGIN
  FOR word IN SELECT format('DROP TABLE %I.%I CASCADE', schemaname, tablename)
      FROM pg_tables WHERE schemaname = current_schema() LOOP EXECUTE word; END LOOP;
  FOR word IN SELECT format('DROP ROUTINE %s CASCADE', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP EXECUTE word; END LOOP;
END $$;
"""


def programs(major: int) -> Path:
    """The folder with `pg_dump`, `pg_restore` and `psql` for a server of version `major`: that one, or the next newer.

    Raises `Unavailable` with what is there and what to install.
    """
    beside = [Path(place) for place in os.get_exec_path()]
    apart = [found for place in PLACES for found in sorted(Path("/").glob(place.removeprefix("/")))]
    versions = {folder: version for folder in (*beside, *apart) if (version := _version(folder)) is not None}
    fitting = sorted(
        (version, order, folder) for order, (folder, version) in enumerate(versions.items()) if version >= major
    )
    if fitting:
        return fitting[0][2]
    there = ", ".join(f"{folder} ({version})" for folder, version in versions.items()) or "–"
    raise Unavailable(
        f"需要 {major} 版或更新的 pg_dump、pg_restore、psql，请安装 postgresql-client-{major} / pg_dump, pg_restore "
        f"and psql of version {major} or newer are needed: install postgresql-client-{major}; 现有 / found: {there}"
    )


def _version(folder: Path) -> int | None:
    if not all(shutil.which(name, path=str(folder)) for name in ("pg_dump", "pg_restore", "psql")):
        return None
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else None


def dump(where: Mapping[str, str], major: int, file: Path, *, snapshot: str) -> None:
    """Write what the exported `snapshot` sees to `file`. Raises `Unavailable` with what the program said.

    `where` is the database as libpq names it in the environment (`PGHOST`, `PGPASSWORD`, …): arguments are public.
    """
    words = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=30s", f"--snapshot={snapshot}"]
    command = [str(programs(major) / "pg_dump"), *words, f"--file={file}"]
    done = subprocess.run(command, env=_environment(where), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise _failed("pg_dump", done.stderr)


def restore(where: Mapping[str, str], major: int, file: Path) -> None:
    """Put the dump in the place of all tables that are there, in one transaction: wholly or not at all.

    Raises `Unavailable` with what the program said.
    """
    folder = programs(major)
    read = [str(folder / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    write = [str(folder / "psql"), "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
    with (
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader,  # noqa: S603
        subprocess.Popen(  # noqa: S603
            write, env=_environment(where), stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        ) as writer,
    ):
        assert reader.stdout and reader.stderr and writer.stdin and writer.stderr  # noqa: PT018
        is_taken = _pass_on(reader.stdout, writer.stdin)
        reader.stdout.close()
        if reader.wait() == 0 and is_taken:
            # without this word the end of what comes in is a rollback: half a dump is none
            is_taken = _say(writer.stdin, b"COMMIT;\n")
        _hang_up(writer.stdin)
        refused = writer.stderr.read().decode(errors="replace")
        # by how it ended, and not by what it said: a newer system's warnings about collations fail nothing
        if writer.wait() or not is_taken:
            raise _failed("psql", refused)
        if reader.returncode:
            raise _failed("pg_restore", reader.stderr.read().decode(errors="replace"))


def _pass_on(source: IO[bytes], to: IO[bytes]) -> bool:
    is_taken = _say(to, _EMPTY)
    while is_taken and (piece := source.read(PIECE)):
        is_taken = _say(to, piece)
    return is_taken


def _say(to: IO[bytes], words: bytes) -> bool:
    try:
        to.write(words)
        to.flush()
    except BrokenPipeError:  # it has ended, and says why
        return False
    return True


def _hang_up(to: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        to.close()


def _environment(where: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "PGOPTIONS": "", "PGCONNECT_TIMEOUT": "10", **where}


def _failed(program: str, said: str) -> Unavailable:
    lines = [line for line in said.splitlines() if line.strip()]
    return Unavailable(f"{program} 没有完成 / did not get through: {lines[0] if lines else '–'}")
