import pytest
from builders import ACCOUNT
from moto.iam.models import AWSManagedPolicy, iam_backends

MADE = {"Path": "/", "CreateDate": "2016-12-07T00:00:00+00:00", "UpdateDate": "2016-12-07T00:00:00+00:00"}


@pytest.fixture
def iam(aws):
    """With the one policy of AWS's that quarantine attaches: moto loads none by itself."""
    client = aws("iam")
    policy = AWSManagedPolicy.from_data("AWSDenyAll", ACCOUNT, "us-east-1", MADE | {"DefaultVersionId": "v1"})
    iam_backends[ACCOUNT]["aws"].managed_policies[policy.arn] = policy
    return client
