"""Credentials without a recorded last use: service-specific ones, SSH public keys and signing certificates."""

import pytest
from accounts import (
    Certificate,
    Key,
    Password,
    Refused,
    ServiceCredential,
    SshKey,
    alice,
    days,
    review_of,
)
from builders import ACCOUNT, NOON

from activity.item import Flag
from reporter.inventory.account import Gap, Inventory, Undatable, Undated, User
from reporter.judgement.questions import MOST_ASKED
from reporter.judgement.subjects import Limits
from reporter.judgement.undated import all_of, listed
from reporter.publishing.document import document
from reporter.publishing.judged import finding_as_dict
from reporter.publishing.mail import body

ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
NOTHING = "it has no password and no active key"
EXPIRING = ServiceCredential(expires=165)


def user_finding(*things):
    (found,) = (each for each in review_of(*things).findings if each.subject.kind == "user")
    return found


@pytest.mark.parametrize(
    ("held", "remark"),
    [
        pytest.param((), f"{NOTHING}.", id="nothing"),
        pytest.param(
            (EXPIRING,),
            f"{NOTHING}, but a service-specific credential for bedrock.amazonaws.com, whose last use AWS does not"
            " record.",
            id="a Bedrock API key",
        ),
        pytest.param((SshKey(),), f"{NOTHING}, but an SSH public key, whose last use", id="an SSH key"),
        pytest.param((Certificate(),), f"{NOTHING}, but a signing certificate, whose last", id="a certificate"),
        pytest.param(
            (SshKey(), SshKey("APKA2"), ServiceCredential(service="codecommit.amazonaws.com")),
            f"{NOTHING}, but a service-specific credential for codecommit.amazonaws.com and 2 SSH public keys, whose",
            id="of two kinds",
        ),
        pytest.param(
            (ServiceCredential(status="Inactive"), ServiceCredential("ACCA2", status="Expired")),
            f"{NOTHING}.",
            id="only such as nobody can use",
        ),
        pytest.param(
            (Password(used=200), EXPIRING),
            "; it also has a service-specific credential for bedrock.amazonaws.com, whose last use",
            id="beside a password",
        ),
    ],
)
def test_who_holds_what_has_no_last_use_is_not_told_as_having_nothing(held, remark):
    assert remark in finding_as_dict(user_finding(alice(*held)))["reason"] + "."


def test_the_commands_fit_what_a_user_has():
    held = EXPIRING, SshKey(), Certificate(), ServiceCredential("ACCA2", status="Inactive")

    assert user_finding(alice(*held)).subject.commands == (
        "aws iam update-service-specific-credential --user-name=alice"
        " --service-specific-credential-id ACCAEXAMPLECRED00001 --status Inactive",
        "aws iam update-ssh-public-key --user-name=alice --ssh-public-key-id APKAEXAMPLEKEY000001 --status Inactive",
        "aws iam update-signing-certificate --user-name=alice --certificate-id CERTEXAMPLE0000000000001"
        " --status Inactive",
    )


def test_a_name_that_begins_with_a_dash_is_no_option():
    commands = user_finding(alice(SshKey(), name="-svc")).subject.commands

    assert all("--user-name=-svc " in command for command in commands)


def test_a_user_is_as_old_as_the_newest_of_them():
    """Nobody knows that it was not used since."""
    assert review_of(alice(ServiceCredential(made=89))).findings == ()
    assert review_of(alice(SshKey(made=89))).findings == ()
    finding = user_finding(alice(Password(used=400), ServiceCredential(made=90)))
    assert (
        "not used since being given its newest credential on 2026-08-22" in finding_as_dict(finding)["reason"]
    )
    assert user_finding(alice(ServiceCredential(made=89, status="Inactive"))).verdict.idle.days == 500


def test_a_user_that_was_flagged_and_given_one_is_resolved():
    flagged = {(ARN, "ID#AIDAALICE"): Flag(days(14), days(500))}

    (resolved,) = review_of(alice(ServiceCredential(made=3)), flagged).resolved
    assert resolved.how == "renewed"


def test_they_are_listed_with_age_and_end_and_counted_apart():
    report = review_of(
        alice(Password(used=5), ServiceCredential("ACCA2", made=300, status="Inactive"), EXPIRING),
        alice(Certificate(made=900), Password(used=5), name="bob", id="AIDABOB", made=1000),
        alice(SshKey(), name="carol", id="AIDACAROL"),
    )

    assert (
        "LAST USE NOT RECORDED (4): AWS does not say when these were used\n"
        "- user bob: signing certificate, 900 days old\n"
        "- user alice: service-specific credential ACCAEXAMPLECRED00001 for bedrock.amazonaws.com, 200 days old,"
        " expires on 2027-05-04\n"
        "- user carol: SSH public key APKAEXAMPLEKEY000001, 200 days old\n"
        "- user alice: service-specific credential ACCA2 for bedrock.amazonaws.com, inactive, 300 days old\n"
    ) in body(report)
    assert report.counts["left_out"]["undated_credential"] == 4
    plain = document(report)["undated_credentials"]
    assert plain[0] | {"arn": ""} == {
        "account": ACCOUNT,
        "user": "bob",
        "arn": "",
        "kind": "signing_certificate",
        "id": None,
        "service": None,
        "status": "Active",
        "created": "2024-06-03T12:00:00Z",
        "age_days": 900,
        "expires": None,
    }
    assert plain[1] == {
        "account": ACCOUNT,
        "user": "alice",
        "arn": ARN,
        "kind": "service_specific_credential",
        "id": "ACCAEXAMPLECRED00001",
        "service": "bedrock.amazonaws.com",
        "status": "Active",
        "created": "2026-05-04T12:00:00Z",
        "age_days": 200,
        "expires": "2027-05-04T12:00:00Z",
    }


def test_the_mail_lists_twenty_and_an_account_without_any_has_no_word_of_them():
    many = [ServiceCredential(f"ACCA{number:016}") for number in range(25)]
    text = body(review_of(alice(Password(used=5), *many)))

    assert text.count("- user alice: service-specific credential") == 20
    assert "- and 5 more\n" in text
    assert "LAST USE" not in body(review_of(alice(Password(used=5))))


def test_a_list_that_was_refused_is_a_gap_and_nobody_is_said_to_have_nothing():
    report = review_of(alice(), Refused("ListServiceSpecificCredentials"))

    assert [gap.what for gap in report.gaps] == ["service-specific credentials of users"]
    assert report.findings == ()
    assert report.counts["user"]["unknown"] == 1
    assert NOTHING not in body(report)


def test_without_that_list_passwords_and_keys_are_judged_all_the_same():
    report = review_of(alice(Password(used=100), Key(used=100)), Refused("ListServiceSpecificCredentials"))

    assert [each.subject.kind for each in report.findings] == ["password", "access_key"]


@pytest.mark.parametrize(
    ("call", "held"), [("ListSSHPublicKeys", (SshKey(),)), ("ListSigningCertificates", (Certificate(),))]
)
def test_a_user_of_whom_iam_would_not_list_them_is_not_judged(call, held):
    report = review_of(alice(*held), Refused(call))

    assert [gap.what for gap in report.gaps] == [f"SSH public keys and signing certificates of {ARN}"]
    assert report.findings == ()


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(alice(Password(used=200)), id="it has a password"),
        pytest.param(alice(Key(used=200)), id="it has an active key"),
        pytest.param(alice(made=89), id="it is too young to be idle"),
        pytest.param(alice(signed_in=89), id="it was active of late"),
    ],
)
def test_iam_is_asked_only_for_what_may_change_what_is_said(user):
    report = review_of(user, Refused("ListSSHPublicKeys"))

    assert report.gaps == ()


def test_of_many_users_without_anything_iam_is_asked_for_the_first_and_it_is_said_of_the_others():
    crowd = [alice(SshKey(), name=f"user-{number}", id=f"AIDA{number:017}") for number in range(MOST_ASKED + 3)]
    remarks = [each.subject.remark for each in review_of(*crowd, Limits()).findings]

    assert sum("an SSH public key" in remark for remark in remarks) == MOST_ASKED
    assert remarks.count(f"{NOTHING}; IAM was not asked for its SSH public keys") == 3


def credential(kind=Undatable.SSH_PUBLIC_KEY, **more):
    return Undated(
        **{"kind": kind, "user": "alice", "arn": ARN, "id": "APKA1", "status": "Active", "created": days(2)}
        | more
    )


@pytest.mark.parametrize(
    ("more", "line"),
    [
        pytest.param({}, "SSH public key APKA1, 2 days old", id="two days old"),
        pytest.param({"created": days(1)}, "SSH public key APKA1, 1 day old", id="one day old"),
        pytest.param({"created": days(1000)}, "SSH public key APKA1, 1,000 days old", id="a thousand"),
        pytest.param({"created": None}, "SSH public key APKA1", id="of an age that IAM does not tell"),
        pytest.param({"id": ""}, "SSH public key, 2 days old", id="without an id"),
        pytest.param({"service": "git"}, "SSH public key APKA1 for git, 2 days old", id="for a service"),
        pytest.param({"status": "Inactive"}, "SSH public key APKA1, inactive, 2 days old", id="inactive"),
        pytest.param({"expires": days(-1)}, "SSH public key APKA1, 2 days old, expires on 2026-11-21", id="to expire"),
        pytest.param({"expires": NOON}, "SSH public key APKA1, 2 days old, expired on 2026-11-20", id="expired just now"),
        pytest.param({"expires": days(1)}, "SSH public key APKA1, 2 days old, expired on 2026-11-19", id="expired"),
    ],
)  # fmt: skip
def test_each_is_told_in_a_line(more, line):
    assert listed(credential(**more), NOON) == f"- user alice: {line}"


def test_the_active_come_first_and_then_the_oldest_and_those_of_no_known_age_before_these():
    ids = {"APKA1": days(9), "APKA2": days(99), "APKA3": None, "APKA4": days(9)}
    each_one = [credential(id=each, created=made) for each, made in ids.items()]
    off = credential(id="APKA5", created=days(999), status="Inactive")
    user = User("alice", ARN, "AIDAALICE", days(500), None, Gap("", ""), {}, undated=(off, *each_one))

    told = [each.id for each in all_of(Inventory(ACCOUNT, "", (user,)))]
    assert told == ["APKA3", "APKA2", "APKA1", "APKA4", "APKA5"]
