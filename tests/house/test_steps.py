"""Steps before the start, and how Procfiles name them."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dev.procfile import ProcfileError, read
from dev.steps import commands
from tests.house.runner import ROOT

SMALL_APP = """
import click, flask
print("loaded")
app = flask.Flask(__name__)
@app.cli.command()
@click.argument("word")
def say(word): print(word)
@app.cli.command()
def fail(): raise click.ClickException("no such table")
"""


def test_neighbouring_steps_of_the_service_share_an_interpreter() -> None:
    lines = commands(["flask --app app a", "answers 127.0.0.1:1/", "flask --app app b", "echo c", "flask --app app d"])
    assert [shlex.split(line) for line in lines] == [
        ["python", "-m", "dev.steps", "flask --app app a", "answers 127.0.0.1:1/", "flask --app app b"],
        ["echo", "c"],
        ["python", "-m", "dev.steps", "flask --app app d"],
    ]


def _run(home: Path, *steps: str) -> "subprocess.CompletedProcess[str]":
    (home / "small.py").write_text(SMALL_APP)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from dev.steps import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", code, *steps], cwd=home, capture_output=True, text=True, check=False)


def test_the_service_is_loaded_once_for_all_steps(tmp_path: Path) -> None:
    done = _run(tmp_path, "flask --app small say one", "flask --app small say 'and two'")
    assert (done.stdout.splitlines(), done.returncode) == (["loaded", "one", "and two"], 0)


def test_after_a_failed_step_no_other_is_run(tmp_path: Path) -> None:
    done = _run(tmp_path, "flask --app small fail", "flask --app small say never")
    assert done.returncode == 1
    assert "never" not in done.stdout
    assert done.stderr.splitlines() == ["Error: no such table", "this step ended with 1: flask --app small fail"]


def test_a_procfile_is_read_line_by_line() -> None:
    procfile = read("# what runs\n\nrelease: one\nweb:  serve --port $PORT\nrelease: two\nready: three\n")
    assert procfile.processes == {"web": "serve --port $PORT"}
    assert (procfile.release, procfile.ready) == (("one", "two"), ("three",))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("web: a\nno colon here\n", "line 2 is not"), ("web: a\nweb: b\n", "line 2 names web a second time")],
)
def test_a_procfile_that_cannot_be_read_says_where(text: str, complaint: str) -> None:
    with pytest.raises(ProcfileError, match=complaint):
        read(text)
