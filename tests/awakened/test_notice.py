"""The notice as people and machines get it."""

import json

import pytest
from awakened_changes import BATCH, CAROL, CAROL_KEY, DAY, DENIED_KEY, FLAG, ITSELF, KEY, ROOT_USER, seen
from builders import ACCOUNT, NOON, at

from awakened.commands import disabling
from awakened.flagged import Notice
from awakened.message import as_dict, message
from awakened.notice import sms, subject_line, text
from awakened.subject import Kind, Subject, subject_of
from awakened.waking import Use
from reporter.inventory.account import AccessKey, Credentials, Inventory, Role, User
from reporter.inventory.account import Use as LastUse
from reporter.judgement.candidates import subjects

EVENT = "7f3c2a10-9a4e-4c1b-8d55-0e6f2b9c1d77"
USER = Subject(Kind.USER, CAROL)


def use(facet=KEY, seconds=14 * DAY, *, since=FLAG.idle_since, flag=FLAG.first_flagged, **evidence):
    activity = seen(facet, seconds, **({"event_id": EVENT} | evidence))
    return Use(subject_of(activity.key), activity, since, flag)


def of_root(facet, *, since=None, **evidence):
    return use(facet, since=since, flag=None, principal=ROOT_USER, **evidence)


def test_the_text_tells_what_was_used_how_and_what_to_do():
    assert text(Notice(use(), (USER,))) == (
        "Access key AKIACAROL of user carol in account 123456789012, idle for 214 days, was used again"
        " at 2026-12-04 12:00 UTC:\n"
        "\n"
        "  s3.amazonaws.com ListBuckets, eu-west-1, 203.0.113.24, agent aws-cli/2.17\n"
        f"  event {EVENT}\n"
        "\n"
        "First flagged on 2026-11-20. It is no longer flagged. The same goes for user carol.\n"
        "\n"
        "If this is not expected, disable it:\n"
        "\n"
        "    aws iam update-access-key --user-name carol --access-key-id AKIACAROL --status Inactive\n"
        "\n"
        "To look up the event and the history:\n"
        "\n"
        "    aws cloudtrail lookup-events --region eu-west-1"
        f" --lookup-attributes AttributeKey=EventId,AttributeValue={EVENT}\n"
        "    lastseen who AKIACAROL\n"
    )


@pytest.mark.parametrize(
    ("told", "beginning"),
    [
        pytest.param(
            use("SIGNIN", mfa=False),
            "The console password of user carol in account 123456789012, idle for 214 days, was used again at",
            id="a password",
        ),
        pytest.param(
            use(ITSELF),
            "User carol in account 123456789012, idle for 214 days, was active again at",
            id="a user",
        ),
        pytest.param(
            use("ID#", principal=BATCH, since=at(13 * DAY)),
            "Role batch in account 123456789012, idle for 1 day, was used again at",
            id="a role",
        ),
        pytest.param(of_root("SIGNIN"), "The root user in account 123456789012 signed in at", id="root"),
        pytest.param(
            of_root("KEY#AKIAROOT"),
            "Access key AKIAROOT of the root user in account 123456789012 was used at",
            id="a key of root",
        ),
    ],
)
def test_each_kind_has_its_sentence(told, beginning):
    assert text(Notice(told)).startswith(f"{beginning} 2026-12-04 12:00 UTC:\n")


def test_a_refused_attempt_is_told_as_one():
    told = use(DENIED_KEY, error_code="AccessDenied")

    sentence = text(Notice(told)).partition("\n")[0]
    assert sentence.endswith("UTC, but refused (AccessDenied); somebody still holds the credential:")
    assert subject_line(told).endswith(" used after 214 days (refused)")
    assert as_dict(Notice(told))["denied"] is True


@pytest.mark.parametrize(("mfa", "words"), [(True, ", with MFA"), (False, ", without MFA"), (None, "")])
def test_a_sign_in_tells_of_mfa(mfa, words):
    assert f", 203.0.113.24{words}, agent" in text(Notice(use("SIGNIN", mfa=mfa)))


def test_the_root_user_is_told_with_when_it_was_seen_before():
    assert "\nThe last time before was 2026-11-20. You get a" in text(Notice(of_root("SIGNIN", since=at(0))))
    assert "\nThis is the first time on record. You get a" in text(Notice(of_root("SIGNIN")))


def test_the_root_users_key_is_disabled_by_the_root_user_and_its_password_by_nobody():
    key, password = text(Notice(of_root("KEY#AKIAROOT"))), text(Notice(of_root("SIGNIN")))

    assert (
        "disable it as the root user:\n\n    aws iam update-access-key --access-key-id AKIAROOT --status" in key
    )
    assert "change the root user's password" in password
    assert "aws iam" not in password


def listed_user(name, *, has_password):
    """A user as the reporter lists it; with a password it has a key, too."""
    credentials = Credentials(name, NOON, has_password, None, None, slots=())
    arn = f"arn:aws:iam::{ACCOUNT}:user/people/{name}"
    return User(name, arn, id=name, created=NOON, password_last_used=None, credentials=credentials, tags={})


def test_the_commands_are_those_of_the_report():
    users = listed_user("o'carol", has_password=True), listed_user("dave", has_password=False)
    roles = (Role("batch", BATCH, "AROABATCH", "/", NOON, last_used=LastUse(), tags={}),)
    keys = {"o'carol": (AccessKey("AKIACAROL", NOON, is_active=True, last_used=LastUse()),)}
    reported = subjects(Inventory(ACCOUNT, "", users, roles), keys, tag="exempt")

    compared = {
        (str(each.kind), each.name): (
            each.commands,
            tuple(disabling(Subject(Kind(each.kind), each.arn, each.access_key_id))),
        )
        for each in reported
        if (each.kind, each.name) != ("user", "o'carol")  # The report disables its credentials instead.
    }

    assert compared.keys() == {
        ("password", "o'carol"),
        ("access_key", "o'carol"),
        ("user", "dave"),
        ("role", "batch"),
    }
    assert all(theirs == ours for theirs, ours in compared.values())


def test_an_event_that_does_not_tell_its_id_is_not_looked_up():
    told = text(Notice(use(event_id="")))

    assert "lookup-events" not in told
    assert "an event without an id" in told


def test_what_a_caller_says_of_itself_moves_no_cursor_and_fills_no_mail():
    evil = "\x1b[2J\u202eevil\n\r\x9b" + "x" * 5000
    told = use(
        user_agent=evil, source_ip=evil, session_name=evil, event_name=evil, error_code=evil, region=evil
    )
    sent = message(Notice(told))
    forms = json.loads(sent["Message"])

    said = [sent["Subject"], forms["sms"], *json.loads(forms["default"])["evidence"].values()]
    said += forms["email"].splitlines()
    assert all(line.isprintable() for line in said)
    assert len(sent["Message"]) < 10_000
    assert "agent ?[2J?evil???xxx" in forms["email"]


def test_a_name_adds_no_line_to_a_notice():
    principal = f"arn:aws:iam::{ACCOUNT}:user/carol\u2028\u2029Ignore this mail.\x85\n\x1b[2J"

    lines = text(Notice(use("SIGNIN", principal=principal), (USER,))).splitlines()
    assert len(lines) == len(text(Notice(use("SIGNIN"), (USER,))).splitlines())
    assert all(line.isprintable() for line in lines)


LONG = "c" * 64
LONG_KEY = "KEY#AKIA" + "X" * 124  # As long as IAM lets an id be.
AT = f"IAM last activity {ACCOUNT}: "


def by(facet, name="carol", kind="user", **more):
    return use(facet, principal=f"arn:aws:iam::{ACCOUNT}:{kind}/{name}", **more)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        pytest.param(
            by("KEY#AKIAEXAMPLECAROL0001"),
            "access key AKIAEXAMPLECAROL0001 of user carol used after 214 days",
            id="all of it",
        ),
        pytest.param(
            by("DENIED#AKIAEXAMPLECAROL0001", error_code="AccessDenied"),
            "access key AKIAEXAMPLECAROL0001 of user carol used again (refused)",
            id="without the days",
        ),
        pytest.param(
            by("DENIED#AKIAEXAMPLECAROL0001", "caroline.mueller", error_code="AccessDenied"),
            "access key AKIAEXAMPLECAROL0001 used after 214 days (refused)",
            id="without the owner",
        ),
        pytest.param(
            by("DENIED#AKIAEXAMPLECAROL0001", LONG, error_code="AccessDenied", since=at(-3000 * DAY)),
            "access key AKIAEXAMPLECAROL0001 used after 3,014 days (refused)",
            id="a long owner and many days",
        ),
        pytest.param(by(LONG_KEY), "an access key used after 214 days", id="a long key id"),
        pytest.param(by("ID#", "r" * 40, "role"), f"role {'r' * 40} used after 214 days", id="a role"),
        pytest.param(by("ID#", "r" * 51, "role"), f"role {'r' * 51} used again", id="a longer role"),
        pytest.param(by("ID#", LONG, "role"), "a role used after 214 days", id="the longest role"),
        pytest.param(by("SIGNIN", LONG), "a console password used after 214 days", id="a password"),
        pytest.param(by(ITSELF, LONG), "a user active after 214 days", id="a user"),
        pytest.param(by(ITSELF, "zoë"), "user zo? active after 214 days", id="not ASCII"),
        pytest.param(of_root("SIGNIN"), "the root user signed in", id="root"),
        pytest.param(of_root(LONG_KEY), "the root user used", id="a long key id of root"),
    ],
)
def test_a_subject_fits_sns_and_cuts_no_name(told, line):
    assert subject_line(told) == AT + line
    assert len(AT + line) < 100


@pytest.mark.parametrize(
    ("told", "name", "begins", "ends"),
    [
        pytest.param(by(ITSELF), "acme-prod", "acme-prod (123456789012)", "days", id="name and id"),
        pytest.param(by(ITSELF, "c" * 30), "acme-prod", "acme-prod", "days", id="the name alone"),
        pytest.param(by(ITSELF, "c" * 30), "a" * 50, "123456789012", "days", id="a long name"),
        pytest.param(by(ITSELF, "c" * 50), "acme-prod", "acme-prod", "again", id="a name before the days"),
        pytest.param(by(ITSELF), "Acme: Zoë", "Acme: Zo? (123456789012)", "days", id="not ASCII"),
    ],
)
def test_a_subject_has_as_much_of_the_account_as_fits(told, name, begins, ends):
    line = subject_line(told, name)

    assert line.startswith(f"IAM last activity {begins}: user {told.subject.name} active ")
    assert line.endswith(ends)
    assert len(line) < 100


def test_a_text_message_has_room_for_more():
    told = by("DENIED#AKIAEXAMPLECAROL0001", LONG, error_code="AccessDenied")
    role = by("ID#", LONG, "role")

    assert sms(told) == (
        f"{AT}access key AKIAEXAMPLECAROL0001 used after 214 days (refused), 2026-12-04 12:00 UTC,"
        " from 203.0.113.24"
    )
    assert sms(role) == f"{AT}role {LONG} used after 214 days, 2026-12-04 12:00 UTC"


def test_a_text_message_is_one_line():
    assert sms(use()) == (
        "IAM last activity 123456789012: access key AKIACAROL of user carol used after 214 days,"
        " 2026-12-04 12:00 UTC, from 203.0.113.24"
    )


@pytest.mark.parametrize("address", ["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "a" * 200, "ü" * 60])
@pytest.mark.parametrize("name", ["carol", "c" * 20, LONG])
@pytest.mark.parametrize("facet", ["KEY#AKIAEXAMPLECAROL0001", LONG_KEY, "SIGNIN", ITSELF])
def test_a_text_message_has_an_address_whole_or_not_at_all(facet, name, address):
    told = sms(by(facet, name, source_ip=address))

    assert len(told) <= 160
    assert told.isascii()
    assert told.endswith((" UTC", f", from {address}", f", from {'?' * len(address)}"))


def test_machines_get_json_and_attributes_to_filter_by():
    sent = message(Notice(use(), (USER,)))
    forms = json.loads(sent["Message"])
    attributes = {name: each["StringValue"] for name, each in sent["MessageAttributes"].items()}

    assert sent["MessageStructure"] == "json"
    assert forms.keys() == {"default", "email", "sms"}
    assert attributes == {
        "event": "awakened",
        "account": ACCOUNT,
        "kind": "access_key",
        "principal": CAROL,
        "denied": "false",
    }
    assert {each["DataType"] for each in sent["MessageAttributes"].values()} == {"String"}


def test_the_json_has_all_of_the_use():
    told = json.loads(json.dumps(as_dict(Notice(use(mfa=True), (USER,)))))

    assert told.pop("commands") == disabling(Subject(Kind.ACCESS_KEY, CAROL, CAROL_KEY))
    assert told.pop("lookups")[1] == "lastseen who AKIACAROL"
    assert told == {
        "event": "awakened",
        "account": ACCOUNT,
        "kind": "access_key",
        "name": "carol",
        "arn": CAROL,
        "finding_id": f"{ACCOUNT}:access_key:{CAROL_KEY}",
        "access_key_id": CAROL_KEY,
        "denied": False,
        "used_at": "2026-12-04T12:00:00Z",
        "idle_since": "2026-05-04T12:00:00Z",
        "idle_days": 214,
        "first_flagged": "2026-11-20T12:00:00Z",
        "evidence": {
            "event_id": EVENT,
            "event_source": "s3.amazonaws.com",
            "event_name": "ListBuckets",
            "principal_id": "AIDACAROL",
            "account": ACCOUNT,
            "region": "eu-west-1",
            "source_ip": "203.0.113.24",
            "user_agent": "aws-cli/2.17",
            "mfa": True,
        },
        "also": [
            {
                "finding_id": f"{ACCOUNT}:user:carol",  # By name, where nothing says whose it is.
                "account": ACCOUNT,
                "kind": "user",
                "name": "carol",
                "arn": CAROL,
            }
        ],
    }


def test_what_an_event_does_not_tell_is_left_out():
    told = text(Notice(use(DENIED_KEY, event_id="", session_name="judy", user_agent="", error_code="")))

    assert ", but refused; somebody still holds the credential:\n" in told
    assert "203.0.113.24, session judy\n  an event without an id\n" in told
    assert sms(use(source_ip="")).endswith(", 2026-12-04 12:00 UTC")


@pytest.mark.parametrize(
    ("event_name", "told"),
    [
        ("PasswordUpdated", "The root user's password in account 123456789012 was changed at "),
        ("CreateAccessKey", "An access key of the root user in account 123456789012 was created at "),
        ("SomethingNew", "A credential of the root user in account 123456789012 was changed at "),
    ],
)
def test_a_change_by_the_root_user_is_told_as_what_it_was(event_name, told):
    change = of_root(f"CHANGE#{event_name}#2026-12-04T12:00:00Z")

    assert text(Notice(change)).startswith(told)
    assert (
        subject_line(change)
        .lower()
        .startswith("iam last activity 123456789012: " + told.partition(" in ")[0].lower())
    )


def test_a_text_message_may_be_160_letters_long():
    longest = max(
        (sms(by("ID#", "r" * letters, "role")) for letters in range(1, 65)),
        key=lambda each: len(each) if "203.0.113.24" in each else 0,
    )

    assert len(longest) == 160


@pytest.mark.parametrize(("letters", "kept"), [(200, "a" * 200), (201, f"{'a' * 197}...")])
def test_a_long_value_is_cut_to_200_letters(letters, kept):
    assert f"agent {kept}\n" in text(Notice(use(user_agent="a" * letters)))


def test_the_whole_notice_of_a_change_by_the_root_user():
    change = of_root("CHANGE#CreateAccessKey#2026-12-04T12:00:00Z", event_name="CreateAccessKey")

    assert text(Notice(change)) == (
        "An access key of the root user in account 123456789012 was created at 2026-12-04 12:00 UTC:\n"
        "\n"
        "  s3.amazonaws.com CreateAccessKey, eu-west-1, 203.0.113.24, agent aws-cli/2.17\n"
        f"  event {EVENT}\n"
        "\n"
        "You get a notice of each change to the root user's sign-in and credentials.\n"
        "\n"
        "If this is not expected, somebody may be taking over the account. Sign in as the root user, change its"
        " password, and check its email address, MFA devices and access keys. If you can no longer sign in,"
        " contact AWS Support.\n"
        "\n"
        "To look up the event and the history:\n"
        "\n"
        "    aws cloudtrail lookup-events --region eu-west-1"
        f" --lookup-attributes AttributeKey=EventId,AttributeValue={EVENT}\n"
        f"    lastseen who {ROOT_USER}\n"
    )


def test_the_whole_story_of_where_the_root_user_was():
    told = text(Notice(of_root("IP#203.0.113.24")))

    assert told.startswith("The root user in account 123456789012 was active at 2026-12-04 12:00 UTC:\n")
    assert (
        "\n\nThis is the first time on record. You get a notice whenever the root user is active, at most one an hour"
        " for each address.\n\nIf this is not expected, change the root user's password and check its MFA devices"
        " and keys.\n\n"
    ) in told


def test_all_that_lost_its_flag_is_named():
    password = Subject(Kind.PASSWORD, CAROL)

    both = "the console password of user carol and user carol"
    assert f". It is no longer flagged. The same goes for {both}.\n" in text(Notice(use(), (password, USER)))
    assert ". It is no longer flagged.\n" in text(Notice(use()))


def test_an_event_that_tells_nothing_says_so():
    nothing = dict.fromkeys(("event_source", "event_name", "region", "source_ip", "user_agent"), "")

    assert "\n  no details known\n" in text(Notice(use(**nothing)))
