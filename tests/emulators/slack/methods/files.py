"""files.*: looking, deleting, and the upload in three steps."""

from tests.emulators.slack import events
from tests.emulators.slack.files import File, Upload
from tests.emulators.slack.kinds import Json, Refused, invalid
from tests.emulators.slack.messages import Message
from tests.emulators.slack.methods.finding import inside
from tests.emulators.slack.tokens import Caller
from tests.emulators.slack.web_api import Args, Method


def info(caller: Caller, args: Args) -> Json:
    file = file_of(caller, args.need("file"))
    return {"file": file.in_full(), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(caller: Caller, args: Args) -> Json:
    file = file_of(caller, args.need("file"))
    own, team = file.owner is caller.user, caller.team
    admin = (caller.user.admin or caller.user.owner) and team.admins_delete_files
    may = own if caller.is_bot else (own and team.authors_delete) or admin
    if not may or file.owner.team is not team:
        raise Refused("cant_delete_file")
    caller.world.delete_file(file)
    return {}


def upload_url(caller: Caller, args: Args) -> Json:
    name, length = args.need("filename"), args.number("length", 0)
    if length <= 0:
        raise invalid("length must be greater than 0")
    file = caller.world.hold_file(caller.user, Upload(name, b"", declared_size=length))
    caller.world.awaited_uploads[file.id] = file
    return {"upload_url": f"{caller.world.file_site.url}/upload/v1/{file.id}", "file_id": file.id}


def complete(caller: Caller, args: Args) -> Json:
    given = args.structure("files")
    if not isinstance(given, list) or not given:
        raise invalid("missing required field: files")
    done = [_arrived(caller, one) for one in given]
    if channel_id := args.text("channel_id") or args.text("channels"):
        channel = inside(caller, channel_id)
        thread = args.text("thread_ts")
        if thread and channel.find(thread) is None:
            raise Refused("thread_not_found")
        message = Message(
            channel,
            caller.world.ids.ts(),
            caller.user,
            text=args.text("initial_comment"),
            files=done,
            thread_ts=thread,
        )
        channel.keep(message)
        message.delivery = events.posted(message)
    return {"files": [file.in_full() for file in done]}


def _arrived(caller: Caller, given: Json) -> File:
    file = caller.world.awaited_uploads.get(str(given.get("id")))
    if file is None or file.owner is not caller.user:
        raise Refused("file_not_found")
    if not file.content:
        raise Refused("file_not_found")
    del caller.world.awaited_uploads[file.id]
    file.title = str(given.get("title") or "")
    return file


def file_of(caller: Caller, file_id: str) -> File:
    """A file the caller owns or finds in a conversation they see.

    Raises:
        Refused: ``file_not_found`` or ``file_deleted``.
    """
    file = caller.world.files.get(file_id)
    if file is None or not may_see(caller, file):
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    return file


def may_see(caller: Caller, file: File) -> bool:
    if file.owner is caller.user:
        return True
    theirs = [channel for channel in file.channels if caller.team in channel.teams]
    if caller.is_bot:
        return any(caller.user in channel.members for channel in theirs)
    return any(one.kind == "public" or caller.user in one.members for one in theirs)


FILES = {
    "files.completeUploadExternal": Method(complete, ("files:write",)),
    "files.delete": Method(delete, ("files:write",)),
    "files.getUploadURLExternal": Method(upload_url, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
