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


def test_a_stale_key(opened):
    finding = finding_of(opened, REGION)
    detail = opened["detail"]

    assert finding["Id"] == f"last-activity/{detail['finding_id']}"
    assert finding["ProductArn"] == ("arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default")
    assert finding["Title"] == f"Stale access key of {detail['name']} in account 123456789012"
    assert finding["Description"].startswith(detail["reason"])
    assert finding["FirstObservedAt"] == finding["CreatedAt"] == detail["first_flagged"]
    assert finding["UpdatedAt"] == opened["time"]
    assert finding["RecordState"] == "ACTIVE"
    assert [each["Type"] for each in finding["Resources"]] == ["AwsIamAccessKey", "AwsIamUser"]
    assert finding["Resources"][1]["Id"] == detail["arn"]
    assert finding["Remediation"]["Recommendation"]["Text"] == f"Disable it: {detail['commands'][0]}"
    assert finding["Remediation"]["Recommendation"]["Url"] == detail["console"]


def test_a_resolved_finding_is_archived_under_the_same_id(opened, resolved):
    resolved["detail"]["finding_id"] = opened["detail"]["finding_id"]
    before, after = finding_of(opened, REGION), finding_of(resolved, REGION)

    assert after["Id"] == before["Id"]
    assert after["RecordState"] == "ARCHIVED"
    assert after["FindingProviderFields"]["Severity"]["Label"] == "INFORMATIONAL"
    assert "used again" in after["Description"]


def test_what_the_customer_may_change_is_left_to_the_customer(sent):
    theirs = {"Note", "UserDefinedFields", "VerificationState", "Workflow", "Severity", "Types", "Criticality"}

    assert not any(theirs & finding_of(each, REGION).keys() for each in sent)


def test_each_risk_and_each_end_has_its_words():
    assert SEVERITIES.keys() == {*Risk}
    assert HOW.keys() == {*How}


def test_a_refused_attempt_is_not_called_a_use(resolved):
    resolved["detail"]["is_refused"] = True

    assert "tried and refused" in finding_of(resolved, REGION)["Description"]


def test_a_finding_that_nobody_knows_the_beginning_of_begins_with_its_end(resolved):
    resolved["detail"]["first_flagged"] = None

    assert finding_of(resolved, REGION)["CreatedAt"] == resolved["time"]


def test_a_role_and_another_partition(opened):
    opened["detail"] |= {"kind": "role", "arn": "arn:aws-cn:iam::123456789012:role/ci/deploy", "name": "deploy"}
    finding = finding_of(opened, "cn-north-1")

    assert finding["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")
    (role,) = finding["Resources"]
    assert (role["Type"], role["Partition"]) == ("AwsIamRole", "aws-cn")


def test_commands_that_do_not_fit_are_left_out_and_never_cut(opened):
    opened["detail"]["commands"] = ["aws iam delete-user --user-name " + "x" * 500]

    assert "aws iam" not in finding_of(opened, REGION)["Remediation"]["Recommendation"]["Text"]


def test_an_event_that_lost_its_large_parts_is_a_finding_still(opened):
    for name in ("reason", "days_in_words", "commands", "steps", "console", "evidence", "days"):
        del opened["detail"][name]

    assert fits(finding_of(opened, REGION))


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
    "change",
    [
        pytest.param({"account": "123456789012:role/x"}, id="account with more"),
        pytest.param({"account": None}, id="no account"),
        pytest.param({"kind": "robot"}, id="unknown kind"),
        pytest.param({"risk": "unheard of"}, id="unknown risk"),
        pytest.param({"arn": "x"}, id="no ARN"),
        pytest.param({"name": "x" * 2049}, id="longer than any name"),
        pytest.param({"name": {"a": 1}}, id="name not text"),
        pytest.param({"commands": [1]}, id="command not text"),
    ],
)
def test_what_is_not_an_event_of_ours_is_told(opened, change):
    opened["detail"] |= change

    with pytest.raises(UnreadableEvent):
        finding_of(opened, REGION)


@pytest.mark.parametrize("event", [{}, [], None, {"detail-type": "Stale Access Used Again"}])
def test_neither_is_anything_else(event):
    with pytest.raises(UnreadableEvent):
        finding_of(event, REGION)
