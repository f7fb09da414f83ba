"""What the template promises about delivery, limits, permissions and the data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app
from chalicelib.domain.events import SOURCE
from chalicelib.domain.notifications import EVENTS as NOTIFIED
from chalicelib.handlers.http import SECURITY_HEADERS
from chalicelib.settings import Settings
from infra.local.front_end import security_headers
from tests.support.merged_template import MergedTemplate, as_list, referred

FUNCTIONS = {"APIHandler", "Relay", "Indexer", "Mailer", "Notifier", "Recorder", "Realtime", "Maintenance"}
SOURCE_QUEUES = {"IndexQueue", "MailQueue", "NotificationQueue", "AccessQueue"}
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's own cache policy of that name."""

RESOURCE_WILDCARDS = {
    # X-Ray has no resources to name.
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
}


def test_every_function_of_the_app_is_configured_by_our_template(template: MergedTemplate) -> None:
    in_app = {function.name.capitalize() for function in app.app.pure_lambda_functions}

    assert template.functions().keys() == in_app | {"APIHandler"} == FUNCTIONS


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_has_explicit_size_time_and_log_group(template: MergedTemplate, function: str) -> None:
    properties = template.functions()[function]

    assert properties["MemorySize"] >= 512
    assert properties["Timeout"] <= 900
    assert properties["Tracing"] == "Active"
    log_group = template.properties(referred(properties["LoggingConfig"]["LogGroup"]))
    assert log_group["LogGroupName"]["Fn::Sub"] == "/aws/lambda/" + properties["FunctionName"]["Fn::Sub"]


def test_the_api_ends_before_the_gateway_gives_up_and_can_afford_argon2(template: MergedTemplate) -> None:
    api = template.functions()["APIHandler"]

    assert api["Timeout"] < 29
    assert api["MemorySize"] >= 1024


def test_every_log_group_forgets(template: MergedTemplate) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")

    assert len(groups) == len(FUNCTIONS) + 2
    assert all(0 < group["Properties"]["RetentionInDays"] <= 90 for group in groups.values())


# --- permissions --------------------------------------------------------------------------------


def test_every_function_has_a_role_of_its_own(template: MergedTemplate) -> None:
    roles = [template.role_of(function) for function in template.functions()]

    assert len(set(roles)) == len(roles) == len(FUNCTIONS)


def test_no_policy_names_every_action_or_every_resource(template: MergedTemplate) -> None:
    for function in template.functions():
        for statement in template.statements(template.role_of(function)):
            actions = as_list(statement["Action"])
            assert not [action for action in actions if "*" in action], statement
            if "*" in as_list(statement["Resource"]):
                assert tuple(actions) in RESOURCE_WILDCARDS, statement


def test_no_function_can_write_what_is_not_its_own(template: MergedTemplate) -> None:
    writers = {
        "dynamodb:Scan": {"Indexer", "Maintenance"},
        "events:PutEvents": {"Relay"},
        "s3:PutObject": {"Indexer", "Maintenance"},
        "secretsmanager:GetSecretValue": {"APIHandler", "Mailer"},
        "ses:SendEmail": {"Mailer"},
        "execute-api:ManageConnections": {"Realtime", "Relay", "Notifier"},
    }
    for action, allowed in writers.items():
        holders = {
            function
            for function in template.functions()
            for statement in template.statements(template.role_of(function))
            if action in as_list(statement["Action"])
        }
        assert holders <= allowed, action


# --- asynchronous work --------------------------------------------------------------------------


def test_every_event_source_reports_single_failures(template: MergedTemplate) -> None:
    sources = template.event_sources()

    assert {referred(s["FunctionName"]) for s in sources.values()} == {
        "Relay",
        "Indexer",
        "Mailer",
        "Notifier",
        "Recorder",
    }
    assert all(s["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for s in sources.values())


def test_the_stream_isolates_and_keeps_what_cannot_be_relayed(template: MergedTemplate) -> None:
    source = template.event_sources()["RelaySource"]

    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] > 0
    assert referred(source["DestinationConfig"]["OnFailure"]["Destination"]) == "RelayDeadLetters"
    assert source["StartingPosition"] == "TRIM_HORIZON"


@pytest.mark.parametrize("queue", sorted(SOURCE_QUEUES))
def test_a_queue_gives_its_consumer_time_and_its_failures_a_place(template: MergedTemplate, queue: str) -> None:
    properties = template.properties(queue)
    consumers = [s for s in template.event_sources().values() if referred(s["EventSourceArn"]) == queue]
    timeouts = [template.functions()[referred(c["FunctionName"])]["Timeout"] for c in consumers]

    assert timeouts
    assert properties["VisibilityTimeout"] >= 6 * max(timeouts)
    assert properties["RedrivePolicy"]["maxReceiveCount"] >= 5
    dead_letters = template.properties(referred(properties["RedrivePolicy"]["deadLetterTargetArn"]))
    assert dead_letters["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert bool(dead_letters.get("FifoQueue")) == bool(properties.get("FifoQueue"))


def test_every_queue_is_encrypted(template: MergedTemplate) -> None:
    assert all(q["Properties"]["SqsManagedSseEnabled"] for q in template.of_type("AWS::SQS::Queue").values())


def test_every_rule_has_a_dead_letter_queue_for_its_targets(template: MergedTemplate) -> None:
    targets = [t for rule in template.of_type("AWS::Events::Rule").values() for t in rule["Properties"]["Targets"]]

    assert targets
    assert all("DeadLetterConfig" in target for target in targets)


def test_an_asynchronous_invocation_that_fails_is_kept(template: MergedTemplate) -> None:
    destination = template.functions()["Maintenance"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]

    assert referred(destination["Destination"]) == "MaintenanceDeadLetters"


@pytest.mark.parametrize("rule", ["MailRule", "NotificationRule"])
def test_a_rule_listens_to_our_events(template: MergedTemplate, rule: str) -> None:
    pattern = template.properties(rule)["EventPattern"]

    assert pattern["source"] == [SOURCE]


def test_the_notifier_gets_exactly_the_events_it_makes_something_of(template: MergedTemplate) -> None:
    assert set(template.properties("NotificationRule")["EventPattern"]["detail-type"]) == NOTIFIED


# --- the data -----------------------------------------------------------------------------------


def test_the_table_streams_forgets_and_can_be_restored(template: MergedTemplate) -> None:
    table = template.properties("Table")

    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"]["SSEEnabled"] is True


def test_data_outlives_the_stack_and_is_protected_outside_the_local_cloud(template: MergedTemplate) -> None:
    document = template.document

    assert template.properties("Table")["DeletionProtectionEnabled"] == {"Fn::If": ["Protected", True, False]}
    assert document["Conditions"]["Protected"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    for logical_id in ("Table", "IndexBucket", "FilesBucket"):
        resource = document["Resources"][logical_id]
        assert resource["DeletionPolicy"].startswith("Retain"), logical_id
        assert resource["UpdateReplacePolicy"] == "Retain", logical_id


@pytest.mark.parametrize("bucket", ["IndexBucket", "FilesBucket"])
def test_a_bucket_is_private_encrypted_and_reached_by_tls_only(template: MergedTemplate, bucket: str) -> None:
    properties = template.properties(bucket)
    policy = template.properties(f"{bucket}Policy")

    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert properties["BucketEncryption"]
    assert referred(policy["Bucket"]) == bucket
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {referred(r) if "Ref" in r or "Fn::GetAtt" in r else r["Fn::Sub"] for r in statement["Resource"]} == {
        bucket,
        f"${{{bucket}.Arn}}/*",
    }


def test_files_keep_their_versions(template: MergedTemplate) -> None:
    assert template.properties("FilesBucket")["VersioningConfiguration"] == {"Status": "Enabled"}


# --- the one origin ------------------------------------------------------------------------------


def test_the_local_cloud_has_nothing_of_cloudfront(template: MergedTemplate) -> None:
    edge = [r for r in template.document["Resources"].values() if r["Type"].startswith("AWS::CloudFront::")]

    assert len(edge) == 6
    assert all(resource["Condition"] == "Protected" for resource in edge)
    for bucket in ("FrontEndBucket", "EdgeLogsBucket"):
        assert template.document["Resources"][bucket]["Condition"] == "Protected"


def test_the_front_ends_bucket_is_read_by_its_distribution_only(template: MergedTemplate) -> None:
    bucket = template.properties("FrontEndBucket")
    refused, *allowed = template.properties("FrontEndBucketPolicy")["PolicyDocument"]["Statement"]

    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert (refused["Effect"], refused["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert [statement["Action"] for statement in allowed] == ["s3:GetObject", "s3:ListBucket"]
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "${Distribution}" in statement["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]


def test_the_api_passes_the_edge_uncached_with_all_methods_and_a_proof_of_the_way(template: MergedTemplate) -> None:
    distribution = template.properties("Distribution")["DistributionConfig"]
    origins = {origin["Id"]: origin for origin in distribution["Origins"]}
    behaviours = {behaviour["PathPattern"]: behaviour for behaviour in distribution["CacheBehaviors"]}

    assert {path: behaviour["TargetOriginId"] for path, behaviour in behaviours.items()} == {
        "/api/*": "api",
        "/ws": "realtime",
    }
    for behaviour in behaviours.values():
        assert {"POST", "PUT", "PATCH", "DELETE"} <= set(behaviour["AllowedMethods"])
        assert behaviour["CachePolicyId"] == CACHING_DISABLED
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        (header,) = origins[behaviour["TargetOriginId"]]["OriginCustomHeaders"]
        assert header["HeaderName"] == "X-Origin-Secret"
        assert header["HeaderValue"]["Fn::Sub"].startswith("{{resolve:secretsmanager:${AuthSecretArn}:")
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_no_error_of_the_edge_is_rewritten_or_kept(template: MergedTemplate) -> None:
    responses = template.properties("Distribution")["DistributionConfig"]["CustomErrorResponses"]

    assert all(response.keys() == {"ErrorCode", "ErrorCachingMinTTL"} for response in responses)
    assert {response["ErrorCachingMinTTL"] for response in responses} == {0}
    assert {403, 404, 500, 502, 503, 504} <= {response["ErrorCode"] for response in responses}


def test_the_edge_speaks_for_the_api_with_the_apis_own_headers(template: MergedTemplate) -> None:
    policy = template.properties("ApiHeaders")["ResponseHeadersPolicyConfig"]
    own = {name: value for name, value in SECURITY_HEADERS.items() if name != "Cache-Control"}

    assert security_headers(policy, "https://crm.example.com").items() >= own.items()


# --- settings and secrets -----------------------------------------------------------------------


def test_the_environment_is_what_the_settings_read(template: MergedTemplate) -> None:
    common = template.document["Globals"]["Function"]["Environment"]["Variables"]
    powertools = {name for name in common if name.startswith("POWERTOOLS_")}

    assert common.keys() - powertools == {name.upper() for name in Settings.model_fields}
    for function, properties in template.functions().items():
        assert properties["Environment"]["Variables"].keys() == {"POWERTOOLS_SERVICE_NAME"}, function


def test_no_secret_passes_through_the_template(template: MergedTemplate) -> None:
    common = template.document["Globals"]["Function"]["Environment"]["Variables"]

    assert not template.of_type("AWS::SecretsManager::Secret")
    assert common["AUTH_SECRET_ID"] == {"Ref": "AuthSecretArn"}
    assert template.document["Parameters"]["SentryDsn"]["NoEcho"] is True


# --- alarms -------------------------------------------------------------------------------------


def test_every_function_and_every_dead_letter_queue_has_its_alarms(template: MergedTemplate) -> None:
    watched = set()
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        properties = alarm["Properties"]
        assert [referred(a) for a in properties["AlarmActions"]] == ["AlarmTopic"]
        watched |= {(properties["MetricName"], str(_dimension(d["Value"]))) for d in properties["Dimensions"]}

    for function in FUNCTIONS:
        assert {("Errors", function), ("Throttles", function)} <= watched
    dead_letters = {name for name in template.of_type("AWS::SQS::Queue") if name.endswith("DeadLetters")}
    assert len(dead_letters) == 6
    assert {("ApproximateNumberOfMessagesVisible", queue) for queue in dead_letters} <= watched
    assert {("ApproximateAgeOfOldestMessage", queue) for queue in SOURCE_QUEUES} <= watched
    assert {("IteratorAge", "Relay"), ("5XXError", "AWS::StackName")} <= watched


def _dimension(value: object) -> object:
    return referred(value) if isinstance(value, dict) else value


# --- the API ------------------------------------------------------------------------------------


def test_what_the_gateway_answers_itself_looks_like_our_errors(template: MergedTemplate) -> None:
    responses = template.properties("RestAPI")["GatewayResponses"]

    assert {"DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN", "THROTTLED"} <= responses.keys()
    for response in responses.values():
        body = response["ResponseTemplates"]["application/json"]
        assert re.fullmatch(
            r'\{"error":\{"code":"[a-z_]+","message":.+,"details":\[\],"request_id":"\$context.requestId"\}\}', body
        )
        assert {"Strict-Transport-Security", "X-Content-Type-Options", "Cache-Control"} <= response[
            "ResponseParameters"
        ]["Headers"].keys()
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == "404"
    assert "Retry-After" in responses["THROTTLED"]["ResponseParameters"]["Headers"]


def test_the_api_is_logged_traced_and_limited(template: MergedTemplate) -> None:
    api = template.properties("RestAPI")
    (settings,) = api["MethodSettings"]

    assert api["StageName"] == "api"
    assert api["TracingEnabled"] is True
    assert referred(api["AccessLogSetting"]["DestinationArn"]) == "ApiAccessLogs"
    assert settings["ThrottlingRateLimit"] > 0
    assert settings["DataTraceEnabled"] is False


def test_the_websocket_api_routes_everything_to_its_function(template: MergedTemplate) -> None:
    routes = {r["Properties"]["RouteKey"] for r in template.of_type("AWS::ApiGatewayV2::Route").values()}
    integration = template.properties("RealtimeIntegration")

    assert routes == {"$connect", "$disconnect", "$default"}
    assert "${Realtime.Arn}" in integration["IntegrationUri"]["Fn::Sub"]


def test_the_template_names_no_account_and_no_region(template: MergedTemplate) -> None:
    text = (Path(__file__).parents[2] / "build/package/template.json").read_text()

    assert not re.search(r"\b\d{12}\b", text)
    assert not re.search(r"\b(?:eu|us|ap|sa|ca|me|af)-[a-z]+-\d\b", text)
