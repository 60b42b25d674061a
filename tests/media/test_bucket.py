"""Files in a bucket: a real server that verifies signatures, two machines, and a server that goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.config import ConfigurationError, Settings, load_settings
from app.core.bucket import Bucket
from app.core.clock import ManualClock
from app.core.errors import PlatformError, PlatformErrorKind, Unavailable
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.media.collecting import NEAR_FOR
from app.media.jobs import collect_files
from app.media.store import BucketStore, FileStore, content_hash, file_store, fill_bucket
from app.models import Attachment, Operator
from app.workbench.attached import outbound_files
from tests.factories.browser import Browser
from tests.files.bringing import bring, brought
from tests.files.samples import png
from tests.support.bucket_server import BucketServer, running_bucket_server
from tests.workbench.desk import Desk

OpenBrowser = Callable[[Operator | None], Browser]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BucketServer]:
    with running_bucket_server(tmp_path / "server") as running:
        yield running


def settings_of(server: BucketServer, **overrides: str) -> Settings:
    return load_settings(lingke_env="test", **server.settings(**overrides))


def use(runtime: Runtime, server: BucketServer, near: Path, **overrides: str) -> BucketStore:
    """Let an installation, or one of its machines, keep its files there."""
    store = BucketStore(near, Bucket(settings_of(server, **overrides)))
    runtime.parts["file_store"] = store
    return store


def path_of(view: dict[str, object]) -> str:
    return str(view["url"]).removeprefix("/api/v1")


def test_what_one_machine_brings_another_shows(
    desk: Desk, open_browser: OpenBrowser, server: BucketServer, tmp_path: Path
) -> None:
    browser = open_browser(desk.operator)
    use(desk.runtime, server, tmp_path / "one")
    view = brought(browser, "灯.png", png(8, 6))
    assert [path.read_bytes() for path in server.objects()] == [png(8, 6)]
    other = use(desk.runtime, server, tmp_path / "two")
    assert not other.place(content_hash(png(8, 6))).exists()
    assert browser.get(path_of(view)).get_data() == png(8, 6)
    assert other.place(content_hash(png(8, 6))).exists()


def test_a_wrong_key_is_refused_and_nothing_is_said_to_be_kept(
    desk: Desk, open_browser: OpenBrowser, server: BucketServer, tmp_path: Path
) -> None:
    use(desk.runtime, server, tmp_path / "one", files_bucket_secret="not-the-secret-at-all")
    answer = bring(open_browser(desk.operator), "a.png", png())
    assert (answer.status_code, answer.get_json()["code"]) == (503, "files_away")
    assert server.objects() == []
    with open_context(desk.runtime, desk.make.actor(desk.operator), write=False) as ctx:
        assert list(ctx.session.scalars(select(Attachment))) == []


def test_a_server_that_is_away_loses_nothing(
    desk: Desk, open_browser: OpenBrowser, server: BucketServer, tmp_path: Path
) -> None:
    browser = open_browser(desk.operator)
    use(desk.runtime, server, tmp_path / "one")
    view = brought(browser, "a.png", png())
    store = BucketStore(
        tmp_path / "two", Bucket(settings_of(server, files_bucket_url="http://127.0.0.1:9/b-1"))
    )
    desk.runtime.parts["file_store"] = store
    assert browser.get(path_of(view)).status_code == 503
    with open_context(desk.runtime, desk.make.actor(desk.operator), write=False) as ctx:
        (attachment,) = ctx.session.scalars(select(Attachment).options(joinedload(Attachment.file)))
        (file,) = outbound_files(ctx, desk.account, [attachment])
        assert file.load is not None
        with pytest.raises(PlatformError) as refused:
            file.load()
    assert refused.value.kind is PlatformErrorKind.TEMPORARY, "the reply waits for its file"
    use(desk.runtime, server, tmp_path / "three")
    assert browser.get(path_of(view)).get_data() == png()


def test_what_nobody_names_is_collected_and_what_comes_again_stays(
    desk: Desk, open_browser: OpenBrowser, server: BucketServer, tmp_path: Path, clock: ManualClock
) -> None:
    browser = open_browser(desk.operator)
    store = use(desk.runtime, server, tmp_path / "one")
    brought(browser, "a.png", png())
    lost = store.put(b"nobody's")
    clock.advance(400 * 86_400)
    collect_files(desk.runtime)
    assert not Bucket(settings_of(server)).has(lost)
    assert len(server.objects()) == 1
    # A collection found it old and unnamed while it was being brought once more: it is put there again.
    with store.begin() as incoming:
        incoming.write(b"nobody's")
        incoming.bring()
        store.remove(lost)
        incoming.keep()
    assert Bucket(settings_of(server)).has(lost)


def test_what_is_near_goes_when_nobody_reads_it(server: BucketServer, tmp_path: Path) -> None:
    store = BucketStore(tmp_path / "near", Bucket(settings_of(server)))
    name = store.put(b"words")
    place = store.place(name)
    assert store.forget_near(place.stat().st_mtime - NEAR_FOR.total_seconds()) == 0
    assert store.forget_near(place.stat().st_mtime + 1) == 1
    assert not place.exists()
    assert store.path(name).read_bytes() == b"words"


def test_half_a_file_is_never_near(server: BucketServer, tmp_path: Path) -> None:
    store = BucketStore(tmp_path / "near", Bucket(settings_of(server)))
    name = store.put(b"whole words")
    (stored,) = server.objects()
    stored.write_bytes(b"whole")
    store.place(name).unlink()
    assert not store.path(name).exists()


def test_a_folder_moves_into_a_bucket(server: BucketServer, tmp_path: Path, desk: Desk) -> None:
    settings = desk.runtime.settings.model_copy(update=dict(_typed(server)))
    folder = FileStore(settings.data_dir / "files")
    names = {folder.put(b"one"), folder.put(b"two")}
    desk.runtime.settings = settings
    desk.runtime.parts.pop("file_store", None)
    for _ in range(2):
        assert fill_bucket(desk.runtime) >= 2
    assert names <= {name for name, _ in file_store(desk.runtime).names()}


def _typed(server: BucketServer) -> Iterator[tuple[str, object]]:
    settings = settings_of(server)
    for name in server.settings():
        yield name, getattr(settings, name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"files_bucket_url": "s3://bucket"},
        {"files_bucket_url": "https://key:secret@server/bucket"},
        {"files_bucket_url": "https://server/bucket/deeper"},
        {"files_bucket_key": ""},
        {"files_bucket_secret": ""},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="FILES_BUCKET"):
        settings_of(BucketServer(1, Path()), **wrong)


def test_the_doctor_tries_the_bucket_out(server: BucketServer) -> None:
    Bucket(settings_of(server)).try_out()
    assert server.objects() == []
    with pytest.raises(Unavailable):
        Bucket(settings_of(server, files_bucket_key="another")).try_out()
