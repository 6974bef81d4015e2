"""What `make deploy` is given, asks for and saves."""

import os
import subprocess
import sys
import tomllib

import pytest
from builders import ROOT

from deployment import files
from deployment.settings import SHORT, Settings, Unusable, asked, complete, given, merged

PARAMETERS = files.parameters()
DEPLOYED = Settings(region="eu-west-1").with_values({"NotificationEmail": "team@example.com"})


def test_every_short_name_is_a_parameter_of_the_template():
    assert set(SHORT.values()) <= PARAMETERS.keys()


def test_what_is_given_goes_before_what_is_saved_and_the_rest_stays():
    words = given(["KEY_DAYS=30", "SCHEDULE=rate(7 days)", "BUCKET=builds", "PYTHON=python3"], PARAMETERS)
    settings = merged(DEPLOYED, words, PARAMETERS)

    assert dict(settings.values) == {
        "NotificationEmail": "team@example.com",
        "ReportSchedule": "rate(7 days)",
        "StaleKeyDays": "30",
    }
    assert (settings.stack, settings.region, settings.bucket) == ("last-activity", "eu-west-1", "builds")


def test_a_parameter_can_be_given_by_its_own_name():
    settings = merged(DEPLOYED, given(["StaleRoleDays=30"], PARAMETERS), PARAMETERS)

    assert dict(settings.values)["StaleRoleDays"] == "30"


@pytest.mark.parametrize(
    ("word", "why"),
    [
        pytest.param("EMIAL=a@example.com", "EMIAL is no setting", id="a name that is misspelt"),
        pytest.param("EMAIL=nobody", "must be an email address", id="no address"),
        pytest.param("KEY_DAYS=0", "1 at least", id="too few days"),
        pytest.param("ROLE_DAYS=401", "400 at most", id="too many days"),
        pytest.param("KEY_DAYS=soon", "a number is needed", id="no number"),
        pytest.param("ARCH=sparc", "one of arm64, x86_64 is needed", id="no such processor"),
        pytest.param('SCHEDULE=rate("1 day")', "no quotes", id="a quote, which would end the value"),
        pytest.param("STACK=my_stack", "letters, digits and hyphens", id="no name of a stack"),
        pytest.param("STACK=second", "CONFIG=second.toml", id="another stack than the saved one"),
        pytest.param("REGION=us-east-1", "CONFIG=second.toml", id="another region than the saved one"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_reason(word, why):
    saved = Settings() if word.startswith("STACK=my") else DEPLOYED
    with pytest.raises(Unusable, match=why):
        merged(saved, given([word], PARAMETERS), PARAMETERS)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        pytest.param(Settings(region="eu-west-1"), "make deploy EMAIL=", id="no address"),
        pytest.param(Settings(), "give REGION=", id="no region"),
    ],
)
def test_what_has_no_default_must_be_there(settings, why):
    with pytest.raises(Unusable, match=why):
        complete(settings, PARAMETERS)


def test_questions_have_defaults_and_are_repeated_after_a_wrong_answer():
    answers = iter(["nobody", "team@example.com", "", "Europe/Berlin", "", "x", "60", "", "builds"])
    questions = []

    def ask(question, default):
        questions.append((question, default))
        return next(answers)

    settings = asked(Settings(region="eu-west-1"), PARAMETERS, ask)

    assert dict(settings.values) == {
        "NotificationEmail": "team@example.com",
        "ReportSchedule": "cron(0 7 ? * MON *)",
        "ReportTimezone": "Europe/Berlin",
        "StaleUserDays": "90",
        "StaleKeyDays": "60",
        "StaleRoleDays": "90",
    }
    assert settings.bucket == "builds"
    assert [question.split(":")[0] for question, _ in questions] == [
        "EMAIL",
        "NotificationEmail=nobody",
        "SCHEDULE",
        "TIMEZONE",
        "USER_DAYS",
        "KEY_DAYS",
        "StaleKeyDays=x",
        "ROLE_DAYS",
        "BUCKET",
    ]
    assert questions[2][1] == "cron(0 7 ? * MON *)"


def test_what_is_saved_is_read_again_and_what_else_the_file_says_stays(tmp_path):
    path = tmp_path / "samconfig.toml"
    path.write_text((ROOT / "samconfig.toml").read_text() + "# mine\n")
    settings = merged(DEPLOYED, {"SCHEDULE": "cron(0 7 ? * MON *)", "BUCKET": "builds"}, PARAMETERS)

    files.save(path, settings)

    assert files.load(path) == settings
    assert path.read_text().endswith("# mine\n") or "# mine" in path.read_text()
    assert tomllib.loads(path.read_text())["default"]["build"]["parameters"] == {"build_in_source": True}


def test_a_bucket_of_ones_own_can_be_given_up_for_sams(tmp_path):
    path = tmp_path / "new.toml"
    files.save(path, merged(DEPLOYED, {"BUCKET": "builds"}, PARAMETERS))
    files.save(path, merged(files.load(path), {"BUCKET": ""}, PARAMETERS))
    saved = tomllib.loads(path.read_text())["default"]["deploy"]["parameters"]

    assert saved["resolve_s3"] is True
    assert "s3_bucket" not in saved


def test_what_sams_own_questions_saved_is_read(tmp_path):
    path = tmp_path / "samconfig.toml"
    path.write_text(
        "version = 0.1\n[default.deploy.parameters]\n"
        'stack_name = "mine"\nregion = "eu-west-1"\n'
        'parameter_overrides = "NotificationEmail=\\"a@example.com\\" ReportSchedule=\\"rate(1 day)\\""\n'
    )

    assert files.load(path) == Settings("mine", "eu-west-1").with_values(
        {"NotificationEmail": "a@example.com", "ReportSchedule": "rate(1 day)"}
    )


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "broken.toml").write_text("[")

    with pytest.raises(Unusable, match=r"broken\.toml cannot be read"):
        files.load(tmp_path / "broken.toml")


def test_make_hands_on_what_was_given_on_its_command_line_and_nothing_else():
    told = subprocess.run(
        ["make", "--dry-run", "destroy", "SCHEDULE=cron(0 7 ? * MON *)", "EMAIL=o'neil@example.com"],
        cwd=ROOT,
        env=os.environ | {"STACK": "of-the-environment"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = next(each for each in told.splitlines() if "-m deployment destroy" in each)

    assert "'SCHEDULE=cron(0 7 ? * MON *)'" in line
    assert r"'EMAIL=o'\''neil@example.com'" in line
    assert "of-the-environment" not in line


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        pytest.param(
            "settings", ["REGION=eu-west-1"], "EMAIL is not set: make deploy EMAIL=...", id="no address"
        ),
        pytest.param("settings", ["EMAIL=a@example.com"], "no AWS region: give REGION=", id="no region"),
        pytest.param("destroy", ["EMIAL=x"], "EMIAL is no setting", id="a name that is misspelt"),
    ],
)
def test_without_a_terminal_what_is_missing_is_one_line(tmp_path, command, words, told):
    environment = {name: value for name, value in os.environ.items() if name != "AWS_DEFAULT_REGION"}
    done = subprocess.run(
        [sys.executable, "-m", "deployment", command, f"CONFIG={tmp_path / 'new.toml'}", *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"deploy: {told}")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "new.toml").exists()
