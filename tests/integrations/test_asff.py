"""Events as findings of Security Hub, held to botocore's model of them and to AWS's limits."""

import json
import re

import botocore.session
import pytest
from botocore.validate import ParamValidator

from integrations.security_hub.asff import HOW, SEVERITIES, UnreadableEvent, finding_of
from reporter.judgement.danger import Risk
from reporter.judgement.resolution import How

REGION = "eu-west-1"
MODEL = botocore.session.get_session().get_service_model("securityhub").shape_for("AwsSecurityFinding")
HOSTILE = [
    pytest.param('"; DROP', id="quotation mark"),
    pytest.param("a\nb\r\t\x00", id="line ends"),
    pytest.param("x" * 300_000, id="long"),
    pytest.param("\N{PILE OF POO}" * 2000, id="beyond the basic plane"),
    pytest.param("</script>\\{{name}}${name}", id="markup"),
]


def problems(finding):
    return ParamValidator().validate(finding, MODEL).generate_report()


def texts(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    else:
        yield value


def fits(finding):
    assert problems(finding) == ""
    assert all(re.search(r"\S", text) for text in texts(finding))
    assert len(finding["Title"]) <= 256
    assert len(finding["Description"]) <= 1024
    assert len(finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "")) <= 512
    assert all(len(value) <= 1024 for value in finding["ProductFields"].values())
    return True


def test_every_event_of_the_demo_is_a_finding(sent):
    kinds = {(each["detail-type"], each["detail"]["kind"]) for each in sent}

    assert {kind for _, kind in kinds} == {"user", "password", "access_key", "role"}
    assert all(fits(finding_of(each, REGION)) for each in sent)


def test_whoever_owns_it_is_a_field_that_rules_of_security_hub_can_ask_for(opened):
    owned = {**opened, "detail": {**opened["detail"], "owner": "data-platform"}}

    assert finding_of(owned, REGION)["ProductFields"]["last-activity/owner"] == "data-platform"
    assert "last-activity/owner" not in finding_of(opened, REGION)["ProductFields"]


ACCOUNT = "123456789012"


def of_key(detail, kept):
    """What a finding about a user's key has, whatever became of it."""
    user = {"UserName": detail["name"]} | ({"UserId": detail["id"]} if "id" in detail else {})
    key = {
        "AccessKeyId": detail["access_key_id"],
        "AccountId": ACCOUNT,
        "PrincipalName": detail["name"],
        "PrincipalType": "User",
    }
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"last-activity/{ACCOUNT}:access_key:{detail['access_key_id']}",
        "ProductArn": f"arn:aws:securityhub:eu-west-1:{ACCOUNT}:product/{ACCOUNT}/default",
        "GeneratorId": "last-activity/access_key",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-16T07:00:00Z",
        "FirstObservedAt": "2026-11-16T07:00:00Z",
        "Title": f"Stale access key of {detail['name']} in account {ACCOUNT}",
        "Resources": [
            {
                "Type": "AwsIamAccessKey",
                "Id": f"AWS::IAM::AccessKey:{detail['access_key_id']}",
                "Partition": "aws",
                "Details": {"AwsIamAccessKey": key},
            },
            {"Type": "AwsIamUser", "Id": detail["arn"], "Partition": "aws", "Details": {"AwsIamUser": user}},
        ],
        "ProductFields": {f"last-activity/{name}": str(detail[name]) for name in kept},
    }


def judged(label, original):
    types = ["Software and Configuration Checks/AWS Security Best Practices"]
    return {"Severity": {"Label": label, "Original": original}, "Types": types}


def test_a_stale_key(opened):
    detail = opened["detail"]
    kept = "finding_id", "priority", "last_used", "idle_days", "threshold_days"

    assert finding_of(opened, REGION) == of_key(detail, kept) | {
        "UpdatedAt": opened["time"],
        "Description": f"{detail['reason']}; {detail['days_in_words']}",
        "FindingProviderFields": judged("HIGH", "administrator"),
        "RecordState": "ACTIVE",
        "Remediation": {
            "Recommendation": {"Text": f"Disable it: {detail['commands'][0]}", "Url": detail["console"]}
        },
    }


def test_a_resolved_finding_is_archived_under_the_same_id(resolved):
    assert finding_of(resolved, REGION) == of_key(resolved["detail"], ("finding_id", "how")) | {
        "UpdatedAt": resolved["time"],
        "Description": "No longer stale: it was used again (2026-11-21T07:00:00Z).",
        "FindingProviderFields": judged("INFORMATIONAL", "used"),
        "RecordState": "ARCHIVED",
    }


def test_what_the_customer_may_change_is_left_to_the_customer(sent):
    theirs = {"Note", "UserDefinedFields", "VerificationState", "Workflow", "Severity", "Types", "Criticality"}

    assert not any(theirs & finding_of(each, REGION).keys() for each in sent)


def test_each_risk_and_each_end_has_its_words():
    assert SEVERITIES.keys() == {*Risk}
    assert HOW.keys() == {*How}


def test_a_refused_attempt_is_not_called_a_use(resolved):
    resolved["detail"]["is_refused"] = True

    told = finding_of(resolved, REGION)["Description"]
    assert told == "No longer stale: it was tried and refused (2026-11-21T07:00:00Z)."


def test_a_finding_that_nobody_knows_the_beginning_of_begins_with_its_end(resolved):
    resolved["detail"]["first_flagged"] = None

    assert finding_of(resolved, REGION)["CreatedAt"] == resolved["time"]


def test_a_role_and_another_partition(opened):
    opened["detail"] |= {"kind": "role", "arn": "arn:aws-cn:iam::123456789012:role/ci/deploy", "name": "deploy"}
    finding = finding_of(opened, "cn-north-1")

    assert finding["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")
    assert finding["Resources"] == [
        {
            "Type": "AwsIamRole",
            "Id": opened["detail"]["arn"],
            "Partition": "aws-cn",
            "Details": {"AwsIamRole": {"RoleName": "deploy", "RoleId": opened["detail"]["id"]}},
        }
    ]


def test_commands_that_do_not_fit_are_left_out_and_never_cut(opened):
    texts = []
    for length in (500, 501):
        opened["detail"]["commands"] = ["x" * (length - 10), "y" * 8]
        texts.append(finding_of(opened, REGION)["Remediation"]["Recommendation"]["Text"])

    assert texts[0] == f"Disable it: {'x' * 490}; {'y' * 8}"
    assert texts[1] == "Disable it. The tracker's report has the commands, and how to undo them."


def test_an_event_that_lost_its_large_parts_is_a_finding_still(opened):
    for name in ("reason", "days_in_words", "commands", "steps", "console", "evidence", "days"):
        del opened["detail"][name]
    finding = finding_of(opened, REGION)

    assert fits(finding)
    assert finding["Description"] == "It is stale."
    assert finding["Remediation"]["Recommendation"].keys() == {"Text"}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["reason", "days_in_words"])
def test_hostile_text_stays_within_the_limits(opened, name, text):
    opened["detail"][name] = text

    assert fits(finding_of(opened, REGION))


@pytest.mark.parametrize("text", ['a"b', "a\nb", "x" * 2048])
def test_so_do_names_that_iam_would_not_take(opened, text):
    opened["detail"] |= {"name": text, "arn": f"arn:aws:iam::123456789012:user/{text}"[:2048]}

    assert fits(finding_of(opened, REGION))


def test_a_finding_is_far_smaller_than_security_hub_takes(opened):
    longest = dict.fromkeys(("name", "finding_id", "access_key_id", "id", "console"), "💩" * 2048)
    opened["detail"] |= longest | {"reason": "\N{PILE OF POO}" * 100_000}

    assert len(json.dumps(finding_of(opened, REGION))) < 240_000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"account": f"{ACCOUNT}:role/x"}, "^ValueError: account is not of 12 digits$", id="account with more"),
        pytest.param({"account": None}, "^TypeError: ", id="no account"),
        pytest.param({"kind": "robot"}, "^KeyError: 'robot'$", id="unknown kind"),
        pytest.param({"risk": "unheard of"}, "^KeyError: 'unheard of'$", id="unknown risk"),
        pytest.param({"arn": "x"}, "^IndexError: ", id="no ARN"),
        pytest.param({"name": "x" * 2049}, "^ValueError: name is too long$", id="longer than any name"),
        pytest.param({"name": {"a": 1}}, "^TypeError: name is not text$", id="name not text"),
        pytest.param({"how": 1}, "^TypeError: how is not text$", id="prose not text"),
        pytest.param({"commands": [1]}, "^TypeError: ", id="command not text"),
    ],
)  # fmt: skip
def test_what_is_not_an_event_of_ours_is_told(opened, change, why):
    opened["detail"] |= change

    with pytest.raises(UnreadableEvent, match=why):
        finding_of(opened, REGION)


@pytest.mark.parametrize("event", [{}, [], None, {"detail-type": "Stale Access Used Again"}])
def test_neither_is_anything_else(event):
    with pytest.raises(UnreadableEvent):
        finding_of(event, REGION)
