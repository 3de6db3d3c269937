"""A real S3 on this machine: moto's server in a thread, where boto3 and moto are installed."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEEDS = ("boto3", "moto", "flask", "flask_cors")


@contextlib.contextmanager
def running_s3(bucket: str = "logs") -> Iterator[str]:
    """Serve a bucket and give its URL; this process and those that it starts find it by their environment."""
    for name in _NEEDS:
        pytest.importorskip(name, reason="NO S3 TESTS: pip install 'tb-timetravel[test]' brings boto3 and moto's server")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    names = {"AWS_ENDPOINT_URL": url, "S3_ENDPOINT": url, "AWS_DEFAULT_REGION": "us-east-1"}  # S3_ENDPOINT is TensorBoard's own
    changed = {**names, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        boto3.client("s3").create_bucket(Bucket=bucket)
        yield f"s3://{bucket}"
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        server.stop()
