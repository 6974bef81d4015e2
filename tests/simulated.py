"""Policies of the templates, evaluated by a simulator of IAM: `make npm` installs it, and it needs node."""

import atexit
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache

import templates
from arns import arn, resolved
from builders import ACCOUNT, ROOT

FOLDER = ROOT / "tests" / "npm"
IS_THERE = shutil.which("node") and (FOLDER / "node_modules" / ".complete").exists()
OTHER_ACCOUNT = "210987654321"


@dataclass(frozen=True)
class Stack:
    """A template's resources under a choice of its conditions."""

    resources: dict

    @classmethod
    def of(cls, template, **conditions):
        return cls(templates.resources(template, conditions))

    def arn(self, name, attribute="Arn"):
        return arn({"Fn::GetAtt": [name, attribute]}, self.resources)

    def properties(self, name):
        return resolved(self.resources[name]["Properties"], self.resources)

    def identity(self, role):
        (policy,) = self.properties(role)["Policies"]
        return {"Version": "2012-10-17"} | policy["PolicyDocument"]

    def trust(self, role):
        return self.properties(role)["AssumeRolePolicyDocument"]

    def policy(self, name, document="PolicyDocument"):
        return self.properties(name)[document]


@dataclass(frozen=True)
class Request:
    """`principal`: an ARN, or a service. `policy`: the resource's own. It comes by TLS, if nothing else is said."""

    principal: str
    action: str
    resource: str
    identity: dict | None = None
    policy: dict | None = None
    owner: str = ACCOUNT
    context: dict = field(default_factory=dict)

    def simulation(self):
        context = {"aws:SecureTransport": "true"} | self.context
        return {
            "request": {
                "principal": self.principal,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.owner},
                "contextVariables": context,
            },
            "identityPolicies": [{"name": "own", "policy": self.identity}] if self.identity else [],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        } | ({"resourcePolicy": self.policy} if self.policy else {})


@cache
def simulator():
    """One for all tests of this process: to load it takes longer than all that it is asked. It ends with its stdin."""
    started = subprocess.Popen(
        ["node", "simulate.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(started.communicate)
    return started


def simulate(requests):
    """Of each, Allowed, ImplicitlyDenied or ExplicitlyDenied; or why it is no request."""
    node = simulator()
    print(json.dumps([each.simulation() for each in requests]), file=node.stdin, flush=True)
    return json.loads(node.stdout.readline())
