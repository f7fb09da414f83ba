"""Infrastructure: the CloudFormation template, packaging, deployment and the local cloud."""
