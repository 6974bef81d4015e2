"""What `make deploy` is given, asks for and saves."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import replace

import pytest
from builders import ROOT
from samcli.cli.types import CfnParameterOverridesType

from deployment import files, overrides
from deployment.settings import SHORT, Settings, Unusable, asked, complete, given, merged

PARAMETERS = files.parameters()
DEPLOYED = Settings(region="eu-west-1").with_values({"NotificationEmail": "team@example.com"})


def save(path, settings):
    """As a deployment does."""
    files.prepare(path, settings)
    files.keep(path)


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
    ("name", "begins"),
    [
        pytest.param(
            "EMIAL", "Did you mean EMAIL? EMIAL is no setting: there are ARCH, ", id="letters swapped"
        ),
        pytest.param("email", "Did you mean EMAIL? email is no setting: ", id="lower case"),
        pytest.param("LOG", "Did you mean LOGS? LOG is no setting: ", id="a letter too few"),
        pytest.param("Logbucket", "Did you mean LogBucketArn? ", id="a parameter"),
        pytest.param("XYZZY", "XYZZY is no setting: there are ARCH, ", id="like none"),
    ],
)
def test_a_setting_that_is_misspelt_is_answered_with_the_one_that_is_like_it(name, begins):
    with pytest.raises(Unusable) as refused:
        given([f"{name}=x"], PARAMETERS)

    assert str(refused.value).startswith(begins)


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

    save(path, settings)

    assert files.load(path) == settings
    assert path.read_text().endswith("# mine\n") or "# mine" in path.read_text()
    assert tomllib.loads(path.read_text())["default"]["build"]["parameters"] == {"build_in_source": True}


def test_what_is_to_be_deployed_is_not_saved_until_it_is(tmp_path):
    path = tmp_path / "mine.toml"
    save(path, DEPLOYED)
    changed = DEPLOYED.with_values({"StaleKeyDays": "45"})
    prepared = files.prepare(path, changed)

    assert files.load(path) == DEPLOYED
    assert files.load(prepared) == files.load(files.pending(path)) == changed
    files.keep(path)
    assert files.load(path) == files.load(files.pending(path)) == changed
    assert not prepared.exists()


def test_a_change_that_was_not_deployed_is_forgotten_with_the_next(tmp_path):
    path = tmp_path / "mine.toml"
    save(path, DEPLOYED)
    files.prepare(path, DEPLOYED.with_values({"StaleKeyDays": "45"}))
    files.prepare(path, files.load(path))

    assert files.load(files.pending(path)) == DEPLOYED


def test_a_bucket_of_ones_own_can_be_given_up_for_sams(tmp_path):
    path = tmp_path / "new.toml"
    save(path, merged(DEPLOYED, {"BUCKET": "builds"}, PARAMETERS))
    save(path, merged(files.load(path), {"BUCKET": ""}, PARAMETERS))
    saved = tomllib.loads(path.read_text())["default"]["deploy"]["parameters"]

    assert saved["resolve_s3"] is True
    assert "s3_bucket" not in saved


WEEKLY = {"NotificationEmail": "o'neil@example.com", "ReportSchedule": "cron(0 7 ? * MON *)"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            r"""'''NotificationEmail="o'neil@example.com" ReportSchedule="cron(0 7 ? * MON *)"'''""",
            id="quotes",
        ),
        pytest.param(
            r"""'''NotificationEmail="o'neil@example.com" ReportSchedule='cron(0 7 ? * MON *)' '''""",
            id="both kinds of quotes",
        ),
        pytest.param(
            r"""'''NotificationEmail=o'neil@example.com ReportSchedule="cron(0 7 ? * MON *)"'''""",
            id="quotes and none",
        ),
        pytest.param(
            r"""'''ReportSchedule=cron(0\ 7\ ?\ *\ MON\ *) NotificationEmail=o'neil@example.com'''""",
            id="blanks behind backslashes",
        ),
        pytest.param(
            """"ParameterKey=NotificationEmail,ParameterValue=o'neil@example.com"""
            r' ParameterKey=\"ReportSchedule\",ParameterValue=\"cron(0 7 ? * MON *)\""',
            id="ParameterKey and ParameterValue",
        ),
        pytest.param(
            r"""["NotificationEmail=o'neil@example.com", "ReportSchedule=\"cron(0 7 ? * MON *)\""]""",
            id="a list",
        ),
        pytest.param(
            """{NotificationEmail = "o'neil@example.com", ReportSchedule = "cron(0 7 ? * MON *)"}""",
            id="a table",
        ),
        pytest.param(
            """[["NotificationEmail=o'neil@example.com"], {ReportSchedule = "cron(0 7 ? * MON *)"}]""",
            id="a list of lists and tables",
        ),
    ],
)
def test_parameters_are_read_in_every_form_that_sam_reads(tmp_path, said):
    path = tmp_path / "samconfig.toml"
    path.write_text(f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {said}\n")

    assert CfnParameterOverridesType().convert(overrides_in(path), None, None) == WEEKLY
    assert dict(files.load(path).values) == WEEKLY


@pytest.mark.parametrize(
    ("said", "values"),
    [
        pytest.param('"ReportSchedule=cron(0 7 ? * MON *) StaleKeyDays=45"', {"ReportSchedule": "cron(0 7 ? * MON *)", "StaleKeyDays": "45"}, id="blanks without quotes"),
        pytest.param('["ReportSchedule=cron(0 7 ? * MON *)"]', {"ReportSchedule": "cron(0 7 ? * MON *)"}, id="and in a list"),
        pytest.param('"StaleKeyDays=45 ParameterKey=StaleRoleDays,ParameterValue=30"', {"StaleKeyDays": "45", "StaleRoleDays": "30"}, id="two forms in one line"),
        pytest.param("{StaleKeyDays = 45, Regions = ['eu-west-1', ' us-east-1']}", {"StaleKeyDays": "45", "Regions": "eu-west-1,us-east-1"}, id="a number and a list"),
        pytest.param(r'"OrganizationId=\"\" StaleKeyDays= StaleRoleDays=30"', {"OrganizationId": "", "StaleRoleDays": "30"}, id="empty in quotes, and nothing at all"),
        pytest.param('""', {}, id="none"),
    ],
)  # fmt: skip
def test_what_is_set_by_hand_is_kept_by_the_next_deployment_and_read_by_sam(tmp_path, said, values):
    path = tmp_path / "samconfig.toml"
    path.write_text(
        f'version = 0.1\n[default.deploy.parameters]\nregion = "eu-west-1"\nparameter_overrides = {said}\n'
    )
    save(path, merged(files.load(path), {"EMAIL": "a@example.com"}, PARAMETERS))
    values = values | {"NotificationEmail": "a@example.com"}

    assert dict(files.load(path).values) == values
    assert CfnParameterOverridesType().convert(overrides_in(path), None, None) == values


def overrides_in(path):
    return tomllib.loads(path.read_text())["default"]["deploy"]["parameters"]["parameter_overrides"]


@pytest.mark.parametrize("value", ['say "x"', "a\\b", "", " ", "o'neil", "'x'", "a=b c=d", "\u00fc"])
def test_any_value_is_saved_as_sam_reads_it(value):
    text = overrides.written({"A": value, "B": "2"})

    assert CfnParameterOverridesType().convert(text, None, None) == {"A": value, "B": "2"}
    assert overrides.read(text) == {"A": value, "B": "2"}


@pytest.mark.parametrize("value", ["ends with a backslash\\", "a\\ b", '\\"'])
def test_a_value_that_sam_would_read_as_another_is_not_saved(value):
    with pytest.raises(Unusable, match=r"cannot be saved|is no parameter"):
        overrides.written({"A": value, "B": "2"})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param('"StaleKeyDays = 45"', "StaleKeyDays = 45 is no parameter: write it as NAME=value", id="blanks"),
        pytest.param(r'"A=\"x\" 45"', 'A="x" 45 is no parameter', id="a word that is none"),
        pytest.param('"file://more.yaml"', "file://more.yaml is no parameter", id="another file"),
        pytest.param('{"$include" = "more.yaml"}', "cannot be kept", id="a table with another file"),
        pytest.param("[45]", "45 cannot be kept", id="a number"),
    ],
)  # fmt: skip
def test_what_would_be_lost_is_refused_with_the_name_of_the_file(tmp_path, said, why):
    path = tmp_path / "samconfig.toml"
    path.write_text(f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {said}\n")

    with pytest.raises(Unusable, match=rf"samconfig\.toml: parameter_overrides: .*{re.escape(why)}"):
        files.load(path)


def test_what_is_said_for_all_commands_goes_for_deploy_as_for_sam(tmp_path):
    path = tmp_path / "samconfig.toml"
    path.write_text(
        "version = 0.1\n"
        '[default.global.parameters]\nstack_name = "mine"\nregion = "eu-west-1"\ns3_bucket = "builds"\n'
        'parameter_overrides = "StaleKeyDays=45"\n'
        '[default.deploy.parameters]\ns3_bucket = "others"\n'
    )

    assert files.load(path) == Settings("mine", "eu-west-1", "others").with_values({"StaleKeyDays": "45"})


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
        pytest.param(
            "destroy", ["EMIAL=x"], "Did you mean EMAIL? EMIAL is no setting", id="a name that is misspelt"
        ),
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
    assert done.stderr.startswith(f"{command.replace('settings', 'deploy')}: {told}")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "new.toml").exists()


def test_settings_are_kept_in_a_file_that_git_ignores_and_taken_over_from_where_they_were(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(files, "SAVED", tmp_path / "deployed.toml")
    monkeypatch.setattr(files, "PROJECTS", tmp_path / "samconfig.toml")
    before = Settings("mine", "eu-west-1").with_values({"NotificationEmail": "team@example.com"})
    save(files.PROJECTS, before)
    (tmp_path / "samconfig.toml").write_text(files.PROJECTS.read_text() + "# of the project\n")

    assert files.load(files.SAVED) == before
    save(files.SAVED, replace(before, region="us-east-1"))
    assert files.load(files.SAVED).region == "us-east-1"
    assert files.load(files.PROJECTS).region == "eu-west-1"
    assert files.SAVED.read_text().endswith("# of the project\n")
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "deployed.toml" in ignored
