"""Deploy the package with CloudFormation: `python -m infra.deploy --stage <name>`, on AWS and on the local cloud alike.

Credentials, region and endpoint are the SDK's own business (environment, profile, AWS_ENDPOINT_URL). Before the stack
come the two things it cannot hold itself: the bucket its code and template are read from, and the secret with the
token keys, whose values must not pass through a template.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra import frontend, frontend_delivery
from infra.names import LOCAL_STAGE, auth_secret_name, stack_name
from infra.package import TEMPLATE, ZIP, package
from infra.reindex import ReindexFailed, reindex


class DeployError(Exception):
    """CloudFormation refused or rolled back; the message holds its reasons."""


def deploy(stage: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """Create or update the stage's stack from the built package; answers the stack's outputs.

    Then the search index is built: a new stack has none, and new code may want one of another schema; lists answer
    503 until it is there. The front end goes last, so that no page asks the API for what it does not know yet.
    """
    name = stack_name(stage)
    bucket = _ensure_artifacts_bucket(name)
    template = json.loads(TEMPLATE.read_text())
    _point_at_code(template, f"s3://{bucket}/{_upload(bucket, ZIP.read_bytes(), 'zip')}")
    if stage == LOCAL_STAGE:
        _leave_out_what_ministack_lacks(template)
    template_key = _upload(bucket, json.dumps(template, sort_keys=True).encode(), "template.json")
    chosen = {"Stage": stage, "AuthSecretArn": ensure_auth_secret(auth_secret_name(stage)), **parameters}
    changed = _apply_change_set(name, f"{boto3.client('s3').meta.endpoint_url}/{bucket}/{template_key}", chosen)
    if changed:
        reindex(stage)
    outputs = stack_outputs(stage)
    if stage != LOCAL_STAGE:
        frontend_delivery.deliver(outputs["FrontEndBucket"], outputs["DistributionId"])
    return outputs


def stack_outputs(stage: str) -> dict[str, str]:
    stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_name(stage))["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


def _ensure_artifacts_bucket(prefix: str) -> str:
    s3 = boto3.client("s3")
    account = boto3.client("sts").get_caller_identity()["Account"]
    bucket = f"{prefix}-artifacts-{account}-{s3.meta.region_name}"
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        outside_default = s3.meta.region_name != "us-east-1"
        place = {"CreateBucketConfiguration": {"LocationConstraint": s3.meta.region_name}} if outside_default else {}
        s3.create_bucket(Bucket=bucket, **place)
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
    return bucket


def _upload(bucket: str, content: bytes, suffix: str) -> str:
    """Store the content under its own hash, once; answers the key."""
    s3 = boto3.client("s3")
    key = f"{hashlib.sha256(content).hexdigest()}.{suffix}"
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        s3.put_object(Bucket=bucket, Key=key, Body=content, ServerSideEncryption="AES256")
    return key


def ensure_auth_secret(name: str) -> str:
    """The ARN of the secret, made with fresh random keys when it does not exist.

    An existing one keeps all it has; a key that a newer version needs is added.
    """
    manager = boto3.client("secretsmanager")
    try:
        kept = manager.get_secret_value(SecretId=name)
        value = json.loads(kept["SecretString"])
        if "origin_secret" not in value:
            completed = {**value, "origin_secret": random_key()}
            manager.put_secret_value(SecretId=name, SecretString=json.dumps(completed))
        return str(kept["ARN"])
    except manager.exceptions.ResourceNotFoundException:
        value = {
            "current": "k1",
            "keys": {"k1": random_key()},
            "pepper": random_key(),
            "cursor_key": random_key(),
            "origin_secret": random_key(),
        }
        made = manager.create_secret(
            Name=name, Description="Token keys, password pepper and cursor key", SecretString=json.dumps(value)
        )
        return str(made["ARN"])


def random_key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _point_at_code(template: dict[str, Any], location: str) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = location


def _leave_out_what_ministack_lacks(template: dict[str, Any]) -> None:
    """MiniStack has no WebSocket deployments: its stages deploy themselves."""
    resources = template["Resources"]
    dropped = {name for name, r in resources.items() if r["Type"] == "AWS::ApiGatewayV2::Deployment"}
    for name in dropped:
        del resources[name]
    for resource in resources.values():
        if resource["Type"] == "AWS::ApiGatewayV2::Stage":
            del resource["Properties"]["DeploymentId"]
            resource["Properties"]["AutoDeploy"] = True


def _apply_change_set(stack: str, template_url: str, parameters: Mapping[str, str]) -> bool:
    """Bring the stack to this template; false when it was there already. Raises `DeployError`."""
    cloudformation = boto3.client("cloudformation")
    creating = not _exists(stack)
    change_set = f"deploy-{secrets.token_hex(6)}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if creating else "UPDATE",
        TemplateURL=template_url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName=change_set, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )
    except WaiterError as error:
        described = cloudformation.describe_change_set(StackName=stack, ChangeSetName=change_set)
        reason = described.get("StatusReason", "")
        if not creating and ("didn't contain changes" in reason or "No updates" in reason):
            cloudformation.delete_change_set(StackName=stack, ChangeSetName=change_set)
            return False
        raise DeployError(f"CloudFormation refused the change: {reason}") from error
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=change_set)
    waiter = "stack_create_complete" if creating else "stack_update_complete"
    try:
        cloudformation.get_waiter(waiter).wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 3600})
    except WaiterError as error:
        raise DeployError(f"The deployment failed:\n{_failures(stack)}") from error
    return True


def _exists(stack: str) -> bool:
    """True when the stack can be updated; one left by a failed first deploy is removed, it holds nothing."""
    cloudformation = boto3.client("cloudformation")
    try:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    if status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)
        return False
    return True


def _failures(stack: str) -> str:
    events = boto3.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"].endswith("FAILED")]
    return "\n".join(f"  {e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}" for e in failed)


def _build_front_end() -> None:
    try:
        frontend.build()
    except frontend.BuildFailed as failed:
        sys.exit(str(failed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--public-url", required=True, help="origin of the product, e.g. https://crm.example.com")
    parser.add_argument("--mail-sender", required=True, help="address the product's own mail comes from")
    parser.add_argument("--mail-identity", help="verified SES identity; the sender's address when left out")
    parser.add_argument("--certificate-arn", default="", help="ACM certificate in us-east-1 for the public URL's host")
    parser.add_argument("--alarm-email", default="")
    parser.add_argument("--log-level", default="INFO")
    parser.add_argument("--sentry-dsn", default="")
    parser.add_argument("--execute-api-base", default="", help="local cloud only")
    parser.add_argument("--outputs", type=Path, help="file that receives the stack's outputs as JSON")
    options = parser.parse_args()
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,20}", options.stage):
        parser.error("the stage is 2 to 21 lower-case letters, digits and hyphens, a letter first")
    if options.stage == LOCAL_STAGE and "AWS_ENDPOINT_URL" not in os.environ:
        parser.error(f"the stage {LOCAL_STAGE} is unprotected and for the local cloud only: use make run")
    if options.stage != LOCAL_STAGE and not options.certificate_arn:
        parser.error("--certificate-arn is missing: the ACM certificate (us-east-1) for the host of the public URL")
    package()
    if options.stage != LOCAL_STAGE:
        _build_front_end()
    parameters = {
        "PublicUrl": options.public_url,
        "MailSender": options.mail_sender,
        "MailIdentity": options.mail_identity or options.mail_sender,
        "AlarmEmail": options.alarm_email,
        "LogLevel": options.log_level,
        "SentryDsn": options.sentry_dsn,
        "ExecuteApiBase": options.execute_api_base,
        "CertificateArn": options.certificate_arn,
    }
    try:
        outputs = deploy(options.stage, parameters)
    except (DeployError, ReindexFailed) as error:
        sys.exit(str(error))
    text = json.dumps(outputs, indent=2, sort_keys=True)
    if options.outputs:
        options.outputs.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
