"""The local cloud: MiniStack, kept alive and kept safe, behind one origin like the one CloudFront gives on AWS."""
