"""The table that is filled: what tells it from all others."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lastseen.connection import NotConnected, not_ours

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def target_of(client: "DynamoDBClient", name: str) -> str | None:
    """Another one once the table has been deleted and made again.

    Raises NotConnected for another tool's table, and what the client does.

    None where it may not be asked for: by its name alone, it could be taken for one of another account.
    """
    try:
        table = client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return None
        raise
    if [each["AttributeName"] for each in table["KeySchema"]] != ["principal", "facet"]:
        raise NotConnected(not_ours(name))
    return f"{table['TableArn']} {table['CreationDateTime'].isoformat()}"
