"""A bucket at a server that speaks S3, on a port of this machine."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.server import ThreadedMotoServer

from hotline.shelf import Bucket, shelf_at

KEYS = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}  # fmt: skip


@contextmanager
def a_bucket() -> Iterator[str]:
    """An empty one; its address as RECORDINGS_URL has it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        with patch.dict(os.environ, KEYS):
            url = f"s3://recordings/{secrets.token_hex(4)}?endpoint=http://{host}:{port}"
            bucket = shelf_at(url)
            assert isinstance(bucket, Bucket)
            bucket._client.create_bucket(Bucket="recordings")
            yield url
    finally:
        shelf_at.cache_clear()
        server.stop()
