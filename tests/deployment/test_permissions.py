"""docs/deploy.md: its policy permits what a deployment calls, and has all services of what it creates."""

import json
import re
from fnmatch import fnmatchcase

import pytest
import templates
from arns import listed
from builders import ACCOUNT, ROOT
from policy_sentry.querying.actions import get_actions_for_service
from policy_sentry.querying.arns import get_raw_arns_for_service
from templates import calls
from test_policies import fits, takes

SERVICES = ("account", "cloudformation", "cloudtrail", "iam", "lambda", "s3", "sns", "sqs")


def policy(page):
    """(action, resource) of all that a page's policy allows."""
    (text,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    text = (
        text.replace("ACCOUNT", ACCOUNT).replace("REGION", "eu-west-1").replace("TABLE", "last-activity-table")
    )
    return {
        (action, resource)
        for statement in json.loads(text)["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


ALLOWED = policy("deploy.md")
# What `make members` calls, and `make forwarders` of an organization.
ACROSS = ("deployment/organization.py", "deployment/stack_sets.py")
HERE = {f"deployment/{path.name}" for path in (ROOT / "deployment").glob("*.py")} - {*ACROSS}
CALLED = set(calls(*HERE, services=SERVICES))


def allows(action, resource):
    return any(fnmatchcase(action, one) and (at == "*" or fnmatchcase(resource, at)) for one, at in ALLOWED)


def test_the_code_that_deploys_calls_something():
    assert {"cloudformation:CreateChangeSet", "iam:ListAccountAliases", "s3:DeleteObjects"} <= CALLED


@pytest.mark.parametrize("action", sorted(CALLED))
def test_what_the_code_that_deploys_calls_is_allowed(action):
    assert any(fnmatchcase(action, each) for each, _ in ALLOWED)


def test_the_page_on_organizations_names_what_is_called_across_accounts():
    page = (ROOT / "docs" / "organization.md").read_text()
    (line,) = re.findall(r"\*\*Permissions of whoever runs make\*\*.*", page)
    called = set(calls(*ACROSS, services=(*SERVICES, "organizations")))

    assert called <= {
        *(f"cloudformation:{each}" for each in re.findall(r"`(\w+)`", line)),
        *(f"organizations:{each}" for each in re.findall(r"`(\w+)`", line)),
    }
    assert len(re.findall(r"`[A-Z]\w+`", line)) >= len(called)


@pytest.mark.parametrize(("action", "resource"), sorted(policy("verify.md")))
def test_whoever_deploys_may_verify(action, resource):
    assert allows(action, resource)


RESOURCES = [*templates.hub()["Resources"].values(), *templates.forwarder()["Resources"].values()]


# By CloudFormation's name, where IAM's is another.
IN_IAM = {"stepfunctions": "states"}


@pytest.mark.parametrize("service", sorted({each["Type"].split("::")[1].lower() for each in RESOURCES}))
def test_the_services_of_all_that_is_created_are_among_it(service):
    assert any(action.startswith(f"{IN_IAM.get(service, service)}:") for action, _ in ALLOWED)


@pytest.mark.parametrize(("action", "resource"), sorted(ALLOWED))
def test_an_action_exists_and_takes_the_resource_that_it_is_allowed_for(action, resource):
    service, _, name = action.partition(":")
    if name == "*":
        own = resource.split(":")[2]
        forms = get_raw_arns_for_service(own)
        assert get_actions_for_service(service)
    else:
        forms = takes(action)

    assert any(fits(resource, form) for form in forms) or is_of_another(action, resource), forms


def is_of_another(action, resource):
    """Of actions and resources of one kind together, an action takes some of the resources."""
    together = {at for one, at in ALLOWED if one == action} - {resource}
    return any(fits(at, form) for at in together for form in takes(action))
