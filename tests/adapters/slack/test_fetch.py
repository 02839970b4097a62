"""Files come from Slack's own hosts with our token, whole, or not at all."""

from dataclasses import replace

import httpx
import pytest

from adapters.slack.fetch import Files
from analysis.errors import UnreadableMedia
from bot.download import WrongPage
from bot.errors import Gone, PlatformUnavailable
from bot.model import Attachment, Origin
from tests.adapters.playground.kit import a_png
from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import Trouble, Upload, World

MOST = 1_000_000


async def fetched(started: Started, trouble: Trouble | None = None, **more: object) -> bytes:
    upload = Upload("a.png", a_png(), trouble=trouble, **more)  # type: ignore[arg-type]
    _, taken = await started.posted("look", files=[upload])
    return await started.slack.fetch(taken.attachments[0], taken, MOST)


async def test_a_file_comes_as_it_was_posted(started: Started) -> None:
    assert await fetched(started) == a_png()


async def test_a_file_of_another_workspace_is_asked_for_first(started: Started) -> None:
    assert await fetched(started, connect=True) == a_png()
    assert started.world.calls("files.info")


async def test_the_token_never_travels_on_a_redirect(started: Started) -> None:
    away = Trouble(redirect=f"{started.world.elsewhere.url}/a.png")

    with pytest.raises(UnreadableMedia):
        await fetched(started, away)

    assert started.world.elsewhere.visits == []


async def test_no_redirect_is_followed_to_where_the_token_could_go(started: Started) -> None:
    here = Trouble(redirect=f"{started.world.file_site.url}/files-pri/other.png")

    with pytest.raises(UnreadableMedia):
        await fetched(started, here)

    assert len(started.world.file_site.visits) == 1


async def test_a_page_instead_of_a_file_names_the_scope(started: Started) -> None:
    with pytest.raises(WrongPage, match="files:read"):
        await fetched(started, Trouble(html=True))


async def test_a_page_instead_of_a_file_is_told_to_the_operator(started: Started) -> None:
    with pytest.raises(WrongPage):
        await fetched(started, Trouble(html=True))

    found = await started.slack.examine()

    assert any("files:read" in one.sentence and not one.well for one in found)


async def test_without_the_scope_slack_serves_a_page(started: Started) -> None:
    started.team.app.token.scopes.discard("files:read")

    with pytest.raises(WrongPage, match="files:read"):
        await fetched(started)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        pytest.param(Trouble(status=404), Gone, id="gone"),
        pytest.param(Trouble(status=500), PlatformUnavailable, id="down"),
        pytest.param(Trouble(status=429), PlatformUnavailable, id="too-many"),
        pytest.param(Trouble(gzip=True), UnreadableMedia, id="gzip"),
        pytest.param(Trouble(gzip=True, inflates_to=1 << 30), UnreadableMedia, id="bomb"),
        pytest.param(Trouble(endless=True, chunked=True), UnreadableMedia, id="endless"),
        pytest.param(Trouble(cut_at=10), PlatformUnavailable, id="cut"),
        pytest.param(Trouble(cut_at=10, chunked=True), PlatformUnavailable, id="cut-unsaid"),
    ],
)
async def test_every_trouble_is_told_apart(
    started: Started, trouble: Trouble, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await fetched(started, trouble)


async def test_a_link_that_expired_is_asked_for_once_more(started: Started) -> None:
    message, taken = await started.posted("look", files=[("a.png", a_png())])
    message.files[0].trouble = Trouble(status=403)

    with pytest.raises(Gone):
        await started.slack.fetch(taken.attachments[0], taken, MOST)

    assert message.files[0].fetches == 2


async def test_a_file_that_was_deleted_meanwhile_is_gone(started: Started) -> None:
    message, taken = await started.posted("look", files=[("a.png", a_png())])
    started.world.delete_file(message.files[0])

    with pytest.raises(Gone):
        await started.slack.fetch(taken.attachments[0], taken, MOST)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/a.png",
        "https://files.slack.com.evil.example/a.png",
        "https://files.slack.com@evil.example/a.png",
        "http://files.slack.com/a.png",
        "https://169.254.169.254/latest",
        "slack-file:../../etc/passwd",
        "slack-file:",
    ],
)
async def test_nothing_is_fetched_from_anywhere_else(started: Started, url: str) -> None:
    _, taken = await started.posted("look", files=[("a.png", a_png())])

    with pytest.raises(UnreadableMedia):
        await started.slack.fetch(replace(taken.attachments[0], url=url), taken, MOST)


@pytest.mark.parametrize(
    ("url", "origin", "shown"),
    [
        ("https://files.slack.com/files-pri/T1-F0001/a.png", Origin.UPLOAD, True),
        ("https://files.slack.com/files-pri/T1-F0001/a.png", Origin.EMBED, False),
        ("https://slack-imgs.com/?url=x", Origin.UPLOAD, False),
        ("https://slack-imgs.com/?url=x", Origin.EMBED, False),
        ("https://cdn.example:8443/a.png", Origin.LINK, False),
        ("https://cdn.example:8443/a.png", Origin.EMBED, False),
    ],
)
async def test_the_token_is_shown_only_for_files_that_slack_keeps(
    started: Started, url: str, origin: Origin, *, shown: bool
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"x"))

    workspace = started.slack._parts.workspaces.own
    assert workspace is not None
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        files = Files(http, ("cdn.example:8443",))
        await files.fetch(workspace, Attachment(url, origin=origin), MOST)

    assert ("authorization" in asked[0].headers) is shown


async def test_a_picture_of_a_preview_is_fetched_without_a_token(world: World) -> None:
    async with a_slack(world) as started:
        message, _ = await started.posted("https://x.example")
        await message.unfurl(image_url=f"{world.file_site.url}/files-pub/preview.png")
        taken = await started.taken(message)

        with pytest.raises((Gone, UnreadableMedia)):
            await started.slack.fetch(taken.attachments[0], taken, MOST)

    assert [visit.bearer for visit in world.file_site.visits] == [""]
