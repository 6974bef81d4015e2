"""What moto does not answer."""

import botocore.handlers
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

LIST_REGIONS = "before-call.account.ListRegions"
LIST_ACCOUNTS = "before-call.organizations.ListAccounts"


@pytest.fixture(autouse=True)
def lists(monkeypatch):
    """Sets what the enabled regions and the organization's accounts are, each or an error's code."""

    handlers = botocore.handlers.BUILTIN_HANDLERS

    def answer(regions=(), accounts=()):
        named = [{"RegionName": each} for each in regions] if not isinstance(regions, str) else regions
        hooked = [
            *handlers,
            (LIST_REGIONS, _answering("Regions", named)),
            (LIST_ACCOUNTS, _answering("Accounts", accounts)),
        ]
        monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", hooked)

    answer()
    return answer


def _answering(name, those):
    def before(model, **_):
        if isinstance(those, str):
            raise ClientError({"Error": {"Code": those, "Message": "no"}}, model.name)
        return AWSResponse("", 200, {}, None), {name: list(those)}

    return before
