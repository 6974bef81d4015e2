"""Each permission of each function's role, and of the policy for people, is taken away: the loss has to show.

What needs it is run. Its loss shows as an error, as a gap in the report, or in the metric of an alarm. What the server
does not enforce is listed in e2e/unenforced.py, with the tests that stand for it. `make permissions` runs this, and
prints how each was noticed.
"""

import pytest
import templates
from e2e.paths import (
    INVESTIGATOR,
    Announcing,
    Investigating,
    ReadingLogs,
    Recording,
    Reporting,
    make_investigator,
    make_twins,
    make_unseen,
    someone,
)
from e2e.policies import singles
from e2e.unenforced import ASKED_FOR_ALL, ELSEWHERE, UNNOTICED
from e2e.unenforced import PERMISSIONS as UNENFORCED

HUB = templates.resources(templates.hub(), templates.LOGS | {"NeedsLogKey": False})
ROLES = ["IngestRole", "LogRole", "AwakenedRole", "ReporterRole", INVESTIGATOR]


def of(role):
    """(action, resource in few words) of all that it may do by the template."""
    if role == INVESTIGATOR:
        policy = HUB["InvestigatorPolicy"]["Properties"]
    else:
        (policy,) = HUB[role]["Properties"]["Policies"]
    return [(action, short(resource)) for action, resource in singles(policy["PolicyDocument"])]


def short(resource):
    if isinstance(resource, str):
        return resource
    ((_, value),) = resource.items()
    words = ".".join(value) if isinstance(value, list) else value
    return words.rpartition("AWS::AccountId}:")[2].replace("${", "").replace("}", "").replace(".Arn", "")


PERMISSIONS = [(role, number) for role in ROLES for number in range(len(of(role)))]


def named(role, number):
    return "-".join((role, *of(role)[number]))


def as_asked(permission):
    """As the server asks for it."""
    action, resource = permission
    return action, "*" if action in ASKED_FOR_ALL else resource


@pytest.fixture(scope="module")
def recording(stack):
    look, queue = Recording(stack), stack.queue()
    look()  # A cold start takes longer than a message is to wait until it comes again.
    before = queue.attributes()["VisibilityTimeout"]
    queue.set(VisibilityTimeout="1")
    yield look
    queue.set(VisibilityTimeout=before)


@pytest.fixture(scope="module")
def reading_logs(stack):
    look = ReadingLogs(stack)
    look()
    before = look.queue.attributes()["VisibilityTimeout"]
    look.queue.set(VisibilityTimeout="1")
    yield look
    look.queue.set(VisibilityTimeout=before)


@pytest.fixture(scope="module")
def by_the_stream(stack):
    return Announcing(stack).by_the_stream


@pytest.fixture(scope="module")
def given(stack):
    """What the stream would give to the function is given by the tests."""
    stack.turn_mapping("AwakenedFunction", on=False)
    yield Announcing(stack)
    stack.turn_mapping("AwakenedFunction", on=True)


@pytest.fixture(scope="module")
def reporting(stack, server, recording):
    make_twins(server.client("iam"))
    recording()
    look = Reporting(stack)
    look()  # So that there is an earlier report.
    return look


@pytest.fixture(scope="module")
def investigating(stack, given):
    session, user = make_investigator(stack), someone()
    given.is_flagged_and_used(user)
    return Investigating(stack, user, session, make_unseen(stack.server.client("iam")))


@pytest.fixture(scope="module")
def well():
    """The paths that were seen to show nothing with all permissions."""
    return set()


@pytest.fixture
def path_of(request):
    def path_of(role, permission):
        if role == "IngestRole":
            return request.getfixturevalue("recording")
        if role == "LogRole":
            return request.getfixturevalue("reading_logs")
        if role in ("ReporterRole", INVESTIGATOR):
            return request.getfixturevalue("reporting" if role == "ReporterRole" else "investigating")
        action, resource = permission
        if resource.endswith("StreamArn") or action == "dynamodb:ListStreams":
            return request.getfixturevalue("by_the_stream")
        given = request.getfixturevalue("given")
        if resource.endswith("/by_facet"):
            return given.use_by_another_name
        return given.what_cannot_be_read if action == "sqs:SendMessage" else given.use_of_what_is_flagged

    return path_of


@pytest.mark.parametrize(("role", "number"), PERMISSIONS, ids=[named(*each) for each in PERMISSIONS])
def test_the_loss_of_a_permission_is_noticed_and_nothing_else_is(stack, path_of, well, losses, role, number):
    permission, path = of(role)[number], path_of(role, of(role)[number])
    deployed = [as_asked(each) for each in stack.permissions(role)]
    assert [action for action, _ in deployed] == [action for action, _ in of(role)]

    with stack.allowed(role, deployed):
        assert path in well or path() == ""
    well.add(path)
    with stack.allowed(role, deployed[:number] + deployed[number + 1 :]):
        told = path()

    covered = UNENFORCED.get(permission[0], "").partition("::")[0]
    losses.append((role, *permission, told or (f"{ELSEWHERE} {covered}" if covered else UNNOTICED)))
    assert bool(told) != bool(covered), told or "nothing notices it: it is superfluous, or untested"
