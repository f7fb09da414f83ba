"""The read model on Tantivy: `LocalIndex` on a directory, `Replica` and `SegmentPublisher` through S3."""
