"""The commands that have a bucket tell of new log files. What it tells already, and whom, stays."""

import json
import shlex
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bucket:
    """`region`: "" if it is not known."""

    name: str
    owner: str
    region: str = ""

    @property
    def where(self) -> str:
        region = f" --region {self.region}" if self.region else ""
        return f"--bucket {self.name} --expected-bucket-owner {self.owner}{region}"

    def tell_eventbridge(self) -> str:
        return self._notified("merge(@, {EventBridgeConfiguration: `{}`})")

    def tell_queue(self, stack: str, queue: str, prefix: str) -> str:
        """The queue beside what is there; a second time, instead of itself."""
        name = f"{stack}-logs"
        mine: dict[str, Any] = {"Id": name, "QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}
        if prefix:
            mine["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
        others = f'not_null(QueueConfigurations, `[]`)[?Id != `"{name}"`]'
        return self._notified(f"merge(@, {{QueueConfigurations: [{others}, `{json.dumps([mine])}`][]}})")

    def _notified(self, query: str) -> str:
        """Setting a bucket's notifications replaces them all: this reads them and adds to them."""
        asked = f"{self.where} --output json --query {shlex.quote(query)}"
        read = f"aws s3api get-bucket-notification-configuration {asked}"
        put = f"aws s3api put-bucket-notification-configuration {self.where}"
        return f'{put} --notification-configuration "$({read})"'
