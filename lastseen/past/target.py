"""The table that is filled: what tells it from all others."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def target_of(client: "DynamoDBClient", name: str) -> str:
    """Another one once the table has been deleted and made again. Raises what the client does."""
    try:
        table = client.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":  # Who may write need not be told.
            return f"{client.meta.endpoint_url} {name}"
        raise
    return f"{table['TableArn']} {table['CreationDateTime'].isoformat()}"
