"""What SAM prints goes to a log, and to the screen only where it failed."""

import sys

import pytest

from deployment import files, quiet
from deployment.stacks import Failed


def python(code):
    return [sys.executable, "-c", code]


def test_what_is_printed_is_kept_after_what_was_there(tmp_path, capfd):
    log = tmp_path / "made" / "deploy.log"
    first = quiet.run(python("print('one')"), log)
    quiet.run(python("import sys; print('two', file=sys.stderr)"), log)

    assert first == "one\n"
    assert log.read_text() == "one\ntwo\n"
    assert capfd.readouterr() == ("", "")


def test_of_a_failure_the_last_lines_are_shown_and_where_the_others_are(tmp_path):
    log = tmp_path / "deploy.log"
    with pytest.raises(Failed) as failed:
        quiet.run(python("print(*range(40), sep='\\n'); raise SystemExit(3)"), log)

    said = str(failed.value)
    assert f"all that it printed is in {log}:\n25\n26\n" in said
    assert said.endswith("\n39")
    assert log.read_text().startswith("0\n1\n")


def test_a_log_of_the_checkout_is_named_from_there():
    assert quiet.shown(quiet.LOG) == ".aws-sam/deploy.log"
    assert quiet.LOG.is_relative_to(files.ROOT)
