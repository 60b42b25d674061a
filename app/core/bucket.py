"""A bucket of an S3-compatible service, for installations whose files must outlive one machine's disk.

Five calls of boto3, which is imported by the process that makes the first of them: nobody else pays for it.
A service that does not answer is `Unavailable("files_away")`, in seconds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.config import Settings
from app.core.errors import Unavailable

_PREFIX = "files/"
_TRIAL = "trial"
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
_CONNECT_SECONDS = 3
_READ_SECONDS = 20
_TRIES = 2


class NotThere(LookupError):
    """The bucket has no object of that name."""


class Bucket:
    """Objects by the names of files. Every method raises Unavailable when the service cannot be asked."""

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.files_bucket_url)
        self.name = address.path.strip("/")
        self._endpoint = f"{address.scheme}://{address.netloc}"
        self._settings = settings

    @cached_property
    def _client(self) -> Any:
        import boto3  # noqa: PLC0415 - 20 MB, for installations with a bucket only
        from botocore.config import Config  # noqa: PLC0415

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self._endpoint,
            region_name=self._settings.files_bucket_region,
            aws_access_key_id=self._settings.files_bucket_key,
            aws_secret_access_key=self._settings.files_bucket_secret.get_secret_value(),
            config=Config(
                signature_version="s3v4",
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"total_max_attempts": _TRIES, "mode": "standard"},
                s3={"addressing_style": "path"},
                # Services beside Amazon's own know no others.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                # Where the address leads is said by the settings alone.
                proxies={},
            ),
        )

    def put(self, name: str, path: Path) -> None:
        """Keep the file at `path` under this name; an object of that name is the same content."""
        with _told(), path.open("rb") as file:
            self._client.put_object(
                Bucket=self.name, Key=_PREFIX + name, Body=file, ContentLength=path.stat().st_size
            )

    def fetch(self, name: str, path: Path) -> None:
        """Write the object to `path`. Raises NotThere."""
        with _told(), path.open("wb") as file:
            body = self._client.get_object(Bucket=self.name, Key=_PREFIX + name)["Body"]
            for piece in body.iter_chunks(256 * 1024):
                file.write(piece)

    def has(self, name: str) -> bool:
        try:
            with _told():
                self._client.head_object(Bucket=self.name, Key=_PREFIX + name)
        except NotThere:
            return False
        return True

    def remove(self, name: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self.name, Key=_PREFIX + name)

    def names(self) -> Iterator[tuple[str, float]]:
        """Every object's name with the moment it was written (seconds of the epoch)."""
        with _told():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=_PREFIX)
            for page in pages:
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(_PREFIX), one["LastModified"].timestamp()

    def try_out(self) -> None:
        """Write, read and remove something. Raises Unavailable, NotThere."""
        with tempfile.TemporaryDirectory() as folder:
            written, read = Path(folder) / "written", Path(folder) / "read"
            written.write_bytes(b"lingke")
            self.put(_TRIAL, written)
            self.fetch(_TRIAL, read)
            self.remove(_TRIAL)


@contextmanager
def _told() -> Iterator[None]:
    """The library's errors as ours. Raises NotThere, Unavailable(`files_away`)."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            raise NotThere from None
        raise Unavailable("files_away", reason=code) from error
    except BotoCoreError as error:
        raise Unavailable("files_away", reason=type(error).__name__) from error
