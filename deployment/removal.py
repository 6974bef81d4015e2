"""All of a deployment taken away, but for the table; or only its forwarders."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from deployment import across, stacks
from deployment.forwarders import Client, Hub, Outcome, remove
from deployment.settings import Unusable
from deployment.stacks import Wait

SAM_STACK = "aws-sam-cli-managed-default"  # Of each region: SAM's bucket, if it was to make one.


def confirm(stack: str, region: str, *, is_told: bool) -> None:
    """Says what goes, and asks. Raises Unusable unless it is confirmed."""
    print(f"This removes stack {stack} in {region}, all reports in its bucket, what was built for it,")
    print("its forwarders in other regions, and its StackSets with all that they have in other accounts.")
    print("The activity table stays.", flush=True)
    if is_told:
        return
    if not sys.stdin.isatty():
        raise Unusable("nothing was removed: without a terminal, give YES=1")
    if input(f"To go on, type {stack}: ").strip() != stack:
        raise Unusable("nothing was removed")


def destroy(
    client: Client, hub: Hub, among: Iterable[str], bucket: str, wait: Wait = time.sleep
) -> Iterator[Outcome]:
    """The forwarders, the stack with its reports, and what was built for it, out of `bucket` or SAM's own."""
    yield from remove(client, hub, among, wait)
    cloudformation, s3 = client("cloudformation", hub.region), client("s3", hub.region)
    if found := stacks.find(cloudformation, hub.stack):
        if reports := stacks.outputs(found).get("ReportBucketName"):
            yield Outcome(reports, f"{empty(s3, reports)} objects deleted")
        stacks.deleted(cloudformation, found, wait)
        yield Outcome(hub.region, f"stack {hub.stack} removed")
    else:
        yield Outcome(hub.region, f"there is no stack {hub.stack}")
    if artifacts := _built(cloudformation, bucket):
        yield Outcome(artifacts, f"{empty(s3, artifacts, f'{hub.stack}/')} objects below {hub.stack}/ deleted")


def withdraw(
    client: Client, hub: Hub, among: Iterable[str], saved: Mapping[str, str], wait: Wait | None = None
) -> Iterator[Outcome]:
    """The forwarders alone, of other accounts and of these regions of this one."""
    is_any = False
    here = remove(client, hub, among, wait or time.sleep)
    for outcome in chain(across.withdraw(client, hub, saved, wait), here):
        is_any = True
        yield outcome
    if not is_any:
        yield Outcome("all regions", "there was none")


def empty(s3: Any, bucket: str, prefix: str = "") -> int:
    """The objects and versions that are gone then."""
    count = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        both = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        found = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in both]
        if found:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            if failed := answer.get("Errors"):
                raise stacks.Failed(
                    f"{bucket}/{failed[0]['Key']} cannot be deleted: {failed[0].get('Message')}"
                )
        count += len(found)
    return count


def _built(cloudformation: Any, bucket: str) -> str:
    if bucket:
        return bucket
    sams = stacks.find(cloudformation, SAM_STACK)
    return stacks.outputs(sams).get("SourceBucket", "") if sams else ""
