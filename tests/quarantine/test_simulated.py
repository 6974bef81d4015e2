"""What the role in a member may do, and whoever restores, evaluated by a simulator of IAM that knows the conditions which local servers don't.

The member is account 123456789012, as in arns.py; the hub is another.
"""

import pytest
from arns import PARAMETERS, resolved
from builders import ACCOUNT, ROOT
from samtranslator.yaml_helper import yaml_parse
from simulated import IS_THERE, OTHER_ACCOUNT, Request, simulate

from activity.quarantine.target import TAG

pytestmark = pytest.mark.skipif(not IS_THERE, reason="needs node, and once `make npm`")

HUBS_ROLE, EXTERNAL_ID = (
    f"arn:aws:iam::{OTHER_ACCOUNT}:role/quarantine",
    "last-activity-quarantine-210987654321",
)
HUB = f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/quarantine/function"
MEMBER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/last-activity-quarantine"
ME = f"arn:aws:sts::{ACCOUNT}:assumed-role/last-activity-quarantine/last-activity"
DENY_ALL = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AWSDenyAll"}
ADMINISTRATOR = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}


def template(name):
    return yaml_parse((ROOT / "quarantine" / name).read_text())["Resources"]


def filled(document):
    names = {"HubRoleArn": HUBS_ROLE, "ExternalId": EXTERNAL_ID, "MemberRoleName": "last-activity-quarantine"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            patch.setitem(PARAMETERS, name, value)
        return {"Version": "2012-10-17"} | resolved(
            document, {"QuarantineFunction": {"Type": "AWS::Lambda::Function"}}
        )


ROLE = template("member.yaml")["Role"]["Properties"]
OWN = filled({"Statement": [s for p in ROLE["Policies"] for s in p["PolicyDocument"]["Statement"]]})
TRUST = filled(ROLE["AssumeRolePolicyDocument"])
MEMBERS = filled(template("template.yaml")["MembersPolicy"]["Properties"]["PolicyDocument"])


def acts():
    def act(action, thing, **context):
        return Request(ME, f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:{thing}", OWN, context=context)

    for kind in ("User", "Role"):
        thing = f"{kind.lower()}/deploy"
        for verb in ("Attach", "Detach"):
            action = f"{verb}{kind}Policy"
            yield f"{action}: AWSDenyAll", True, act(action, thing, **DENY_ALL)
            yield f"{action}: another", False, act(action, thing, **ADMINISTRATOR)
        glass = thing.replace("/", "/break-glass/")
        yield f"denies a {kind} for emergencies", False, act(f"Attach{kind}Policy", glass, **DENY_ALL)
        exempt = DENY_ALL | {"aws:ResourceTag/last-activity:exempt": "CISO"}
        yield f"denies an exempt {kind}", False, act(f"Attach{kind}Policy", thing, **exempt)
        yield f"gives an exempt {kind} back", True, act(f"Detach{kind}Policy", thing, **exempt)
        yield f"marks a {kind}", True, act(f"Tag{kind}", thing, **{"aws:TagKeys": [TAG]})
        yield f"tags a {kind}", False, act(f"Tag{kind}", thing, **{"aws:TagKeys": [TAG, "team"]})
    for name in (
        "last-activity-quarantine",
        "last-activity-member",
        "OrganizationAccountAccessRole",
        "stacksets-exec-1",
    ):
        yield f"denies {name}", False, act("AttachRolePolicy", f"role/{name}", **DENY_ALL)
    tagged = DENY_ALL | {"aws:ResourceTag/last-activity:tracker": "x"}
    yield "denies a role of the tracker's by its tag", False, act("AttachRolePolicy", "role/audit", **tagged)
    key, marked = ("UpdateAccessKey", "user/alice"), {f"aws:ResourceTag/{TAG}": "AKIA1 2026-11-27T05:53:00Z"}
    yield "disables a key of a marked user", True, act(*key, **marked)
    yield "disables a key of another", False, act(*key)
    for action in ("CreateAccessKey", "DeleteAccessKey", "DeleteLoginProfile", "PutUserPolicy"):
        yield f"{action}", False, act(action, "user/alice", **marked)


def restores():
    """By each of the two stacks' RestorePolicy."""
    for name in ("template.yaml", "member.yaml"):
        policy = filled(template(name)["RestorePolicy"]["Properties"]["PolicyDocument"])

        def act(action, thing="user/alice", policy=policy, **context):
            person = f"arn:aws:iam::{ACCOUNT}:role/team"
            return Request(person, f"iam:{action}", f"arn:aws:iam::{ACCOUNT}:{thing}", policy, context=context)

        marked, own = {f"aws:ResourceTag/{TAG}": "AKIA1 2026-11-27T05:53:00Z"}, {"aws:TagKeys": [TAG]}
        by = f"by the policy of {name}"
        yield f"{by}, marks whoever is not marked", False, act("TagUser", **own)
        glass = act("TagUser", "user/break-glass/ann", **own)
        yield f"{by}, marks a user for emergencies", False, glass
        yield f"{by}, writes the rest of a mark", True, act("TagUser", **own, **marked)
        more = {"aws:TagKeys": [TAG, "team"]}
        yield f"{by}, tags a marked user", False, act("TagUser", **more, **marked)
        yield f"{by}, marks a role", False, act("TagRole", "role/deploy", **own)
        yield f"{by}, marks a role again", False, act("TagRole", "role/deploy", **own, **marked)
        yield f"{by}, takes a user's mark off", True, act("UntagUser", **own, **marked)
        yield f"{by}, takes a role's mark off", True, act("UntagRole", "role/deploy", **own, **marked)
        yield f"{by}, takes another tag off", False, act("UntagUser", **more, **marked)
        yield f"{by}, sets a key of a marked user", True, act("UpdateAccessKey", **marked)
        yield f"{by}, sets a key of another", False, act("UpdateAccessKey")
        yield f"{by}, denies a user", False, act("AttachUserPolicy", **DENY_ALL)
        yield f"{by}, takes AWSDenyAll off a user", True, act("DetachUserPolicy", **DENY_ALL)
        yield f"{by}, takes AWSDenyAll off a role", True, act("DetachRolePolicy", "role/deploy", **DENY_ALL)
        yield f"{by}, takes another policy off", False, act("DetachUserPolicy", **ADMINISTRATOR)


def assuming(role=MEMBER_ROLE, by=HUB, **context):
    return Request(by, "sts:AssumeRole", role, MEMBERS, TRUST, context=context)


def assumptions():
    asked = {"sts:ExternalId": EXTERNAL_ID}
    yield "the hub's role, with the external id", True, assuming(**asked)
    yield "the hub's role, without it", False, assuming()
    yield "the hub's role, with another", False, assuming(**{"sts:ExternalId": "x"})
    yield "another role of the hub's", False, assuming(by=HUB.replace("quarantine/", "other/"), **asked)
    other = f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccountAccessRole"
    yield "another role of the member's", False, assuming(other, **asked)


ASKED = [*acts(), *restores(), *assumptions()]


@pytest.fixture(scope="module")
def said():
    answers = simulate([request for *_, request in ASKED])
    return dict(zip((name for name, *_ in ASKED), answers, strict=True))


@pytest.mark.parametrize(
    ("name", "may"), [(name, may) for name, may, _ in ASKED], ids=[name for name, *_ in ASKED]
)
def test_who_asks_may_do_what_they_should_and_nothing_else(said, name, may):
    assert said[name] in ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied"), said[name]
    assert (said[name] == "Allowed") == may


def test_each_act_has_a_name_of_its_own():
    assert len({name for name, *_ in ASKED}) == len(ASKED)
