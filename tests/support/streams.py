"""Reads a table's stream and hands its records over in the shape a function receives them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import boto3


class StreamReader:
    """All changes of one table since the reader was made, shard by shard, on moto and on DynamoDB Local."""

    def __init__(self, table: str, endpoint_url: str | None = None) -> None:
        dynamodb = boto3.client("dynamodb", endpoint_url=endpoint_url)
        self._arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        self._client = boto3.client("dynamodbstreams", endpoint_url=endpoint_url)
        self._iterators: dict[str, str | None] = {}
        for shard in self._shards():
            self._iterators[shard] = self._iterator(shard, "LATEST")

    def read(self) -> list[dict[str, Any]]:
        """What changed since the last read; empty when nothing did."""
        for shard in self._shards():
            if shard not in self._iterators:
                self._iterators[shard] = self._iterator(shard, "TRIM_HORIZON")
        return [record for shard in self._iterators for record in self._read_shard(shard)]

    def _shards(self) -> list[str]:
        description = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]
        return [shard["ShardId"] for shard in description["Shards"]]

    def _iterator(self, shard: str, start: str) -> str:
        answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, ShardIteratorType=start)
        iterator: str = answer["ShardIterator"]
        return iterator

    def _read_shard(self, shard: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        while (iterator := self._iterators[shard]) is not None:
            answer = self._client.get_records(ShardIterator=iterator, Limit=1000)
            self._iterators[shard] = answer.get("NextShardIterator")
            if not answer["Records"]:
                break
            records += [self._as_lambda_sees_it(record) for record in answer["Records"]]
        return records

    def _as_lambda_sees_it(self, record: dict[str, Any]) -> dict[str, Any]:
        change = dict(record["dynamodb"])
        created = change.get("ApproximateCreationDateTime")
        if isinstance(created, datetime):
            change["ApproximateCreationDateTime"] = created.timestamp()
        return {**record, "dynamodb": change, "eventSourceARN": self._arn}
