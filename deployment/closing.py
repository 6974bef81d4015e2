"""What is said once a stack is deployed: what there is now, and what is left to do."""

from collections.abc import Mapping

from deployment import announcing, deploying, log_bucket, logs, next_steps
from deployment.forwarders import Client
from deployment.next_steps import Deployed
from deployment.settings import Settings


def show(settings: Settings, outputs: Mapping[str, str]) -> None:
    width = max(map(len, outputs))
    print(f"\nStack {settings.stack} in {settings.region}:")
    print("\n".join(f"  {name:{width}}  {value}" for name, value in sorted(outputs.items())))


def tell(
    client: Client,
    settings: Settings,
    words: Mapping[str, str],
    outputs: Mapping[str, str],
    *,
    is_new: bool,
    forwards: bool,
) -> None:
    """`forwards`: whether the other regions' forwarders were deployed with it."""
    values = dict(settings.values)
    deployed = Deployed(
        settings.stack,
        settings.region,
        values["NotificationEmail"],
        outputs["ReporterFunctionName"],
        is_new=is_new,
        is_confirmed=announcing.is_confirmed(client, settings, outputs["ReportTopicArn"]),
        forwards=forwards or logs.are_alone(values),
        has_trail=announcing.has_trail(client, settings.region),
        is_by_logs=logs.are_read(values),
        has_members="ExternalId" in outputs,
        logs=logs.place(values) or deploying.logs_of(announcing.trails(client, settings.region)),
        config=words.get("CONFIG", ""),
        owner=tuple(log_bucket.owner_steps(client, settings, words, outputs)),
    )
    print("", *next_steps.lines(deployed), sep="\n")
