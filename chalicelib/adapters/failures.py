"""What an AWS client raises when a call fails."""

from botocore.exceptions import BotoCoreError, ClientError

AWS_FAILURES: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
