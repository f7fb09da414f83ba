"""The WebSocket API's management interface."""

from __future__ import annotations

from typing import Any

from chalicelib.adapters.aws import aws_client


class ApiGatewayConnections:
    """`ConnectionGateway` over API Gateway. `endpoint` is the stage's https address."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._made: Any = None

    @property
    def _client(self) -> Any:
        if self._made is None:
            self._made = aws_client(
                "apigatewaymanagementapi", connect=1, read=3, attempts=2, endpoint_url=self._endpoint
            )
        return self._made

    def send(self, connection_id: str, message: str) -> bool:
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=message.encode())
        except self._client.exceptions.GoneException:
            return False
        return True

    def close(self, connection_id: str) -> None:
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except self._client.exceptions.GoneException:
            return
