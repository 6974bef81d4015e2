"""The table that is filled: whether it is there, and what tells it from all others."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class NoTable(Exception):
    """It cannot be written to; the message says why."""


def target_of(client: "DynamoDBClient", name: str) -> str:
    """Another one once the table has been deleted and made again. Raises NoTable."""
    region = client.meta.region_name
    try:
        table = client.describe_table(TableName=name)["Table"]
    except client.exceptions.ResourceNotFoundException as error:
        raise NoTable(f"there is no table {name} in {region}: check ACTIVITY_TABLE and the region") from error
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":  # Who may write need not be told.
            return f"{client.meta.endpoint_url} {name}"
        raise NoTable(str(error)) from error
    except BotoCoreError as error:
        raise NoTable(str(error)) from error
    return f"{table['TableArn']} {table['CreationDateTime'].isoformat()}"
