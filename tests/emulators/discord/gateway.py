"""The gateway: who is connected, what they are told, and every way a connection can go wrong."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.emulators.discord.chunks import chunks
from tests.emulators.discord.intents import PRIVILEGED, Intent, emptied
from tests.emulators.discord.sessions import Session, Wire

if TYPE_CHECKING:
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.world import World

Json = dict[str, Any]
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY, INVALID_SEQ, RATE_LIMITED, INVALID_SHARD, DISALLOWED = 4005, 4007, 4008, 4010, 4014
HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, MEMBERS = 1, 2, 3, 6, 7, 8
INVALIDATED, HELLO, ACK = 9, 10, 11
ENDING = (4007, 4009)
PATIENCE = 120
"""What a client may send in 60 s before it is closed with 4008."""


@dataclass(eq=False, repr=False)
class Gateway:
    """``identifies``, ``resumes`` and ``member_requests`` are the bodies as they arrived."""

    world: "World"
    acks: bool = True
    """False: heartbeats are left without an answer."""
    heartbeat_s: float = 41.25
    compress: bool = False
    """Answer in zlib-stream, as the client asks; TEXT frames otherwise."""
    ignore_resume: bool = False
    """Leave RESUME without an answer."""
    allowed: Intent = PRIVILEGED
    """The privileged intents the application was approved for; others close with 4014."""
    starts_left: int = 1000
    """IDENTIFYs that are left today."""
    silent: bool = False
    """Take connections and never say HELLO."""
    refuse_with: int | None = None
    """Close every new connection with this code."""
    identifies: list[Json] = field(default_factory=list)
    resumes: list[Json] = field(default_factory=list)
    heartbeats: int = 0
    member_requests: list[Json] = field(default_factory=list)
    connections: int = 0
    """How many connections were ever made."""
    client_closes: list[int] = field(default_factory=list)
    """The codes with which the client closed."""
    sessions: dict[str, Session] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def listening(self) -> list[Session]:
        """The sessions that somebody holds now."""
        return [s for s in self.sessions.values() if s.wire and not s.wire.closing]

    @property
    def intents(self) -> Intent:
        """What the newest IDENTIFY asked for."""
        return Intent(self.identifies[-1]["intents"])

    def send(
        self,
        event: str,
        said: Json,
        guild_id: int | None,
        *,
        needs: Intent = Intent.NONE,
        readable: bool = True,
    ) -> None:
        """Tell every session that asked for it; without leave to read, a message comes empty."""
        bare = emptied(said) if "content" in said and not readable else said
        for session in self.sessions.values():
            # The guild's own event comes by any of the intents that need it.
            if session.alive and session.owns(guild_id) and needs & session.intents == needs:
                reads = Intent.MESSAGE_CONTENT in session.intents
                session.tell(event, said if reads else bare)
        self.world.changed()

    def send_guild(self, guild: "Guild", **more: object) -> None:
        """GUILD_CREATE to the sessions whose shard it is."""
        for session in self.sessions.values():
            if session.alive and session.owns(guild.id):
                self._introduce(session, guild, **more)

    def _introduce(self, session: Session, guild: "Guild", **more: object) -> None:
        said = guild.created() | more
        # Without presences only the bot is named, whatever the intent for members.
        if not (Intent.GUILD_PRESENCES in session.intents and guild.crowd is None):
            said["members"] = [guild.bot.drawn()]
        session.tell("GUILD_CREATE", said)

    def raw(self, text: str) -> None:
        """Send a frame as it is, to everybody: garbage, wrong types, half a JSON."""
        for session in self.listening:
            assert session.wire is not None
            session.wire.put_text(text)

    def malformed(self, event: str, said: object) -> None:
        """Send an event with any payload at all, numbered and replayed like a true one.

        For what is malformed, or out of order; ``message.drawn(live=True)`` is a true payload.
        """
        for session in self.sessions.values():
            if session.alive:
                session.tell(event, said)

    def again(self, times: int = 1, event: str = "MESSAGE_CREATE") -> None:
        """Deliver the newest event of this name so many times more, under new numbers."""
        for session in self.listening:
            kept = [frame["d"] for _, frame in session.sent if frame["t"] == event]
            for _ in range(times):
                session.tell(event, kept[-1])

    async def drop(self) -> None:
        """Every connection vanishes without a closing frame; sessions stay resumable."""
        for wire in self.wires:
            wire.drop()

    async def close(self, code: int, *, forget: bool | None = None) -> None:
        """Close every connection with this code; ``forget`` ends the sessions too.

        Unless said, they end with 4007 and 4009, as Discord's do.
        """
        if code in ENDING if forget is None else forget:
            self.forget_sessions()
        for wire in self.wires:
            wire.close(code)

    async def ask_to_reconnect(self) -> None:
        """Op 7: the client is to connect anew and resume."""
        for wire in self.wires:
            wire.put({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Op 9, now."""
        for session in self.listening:
            assert session.wire is not None
            session.alive = resumable
            session.wire.put({"op": INVALIDATED, "d": resumable})

    def forget_sessions(self) -> None:
        """The next RESUME is answered with op 9 ``false``."""
        for session in self.sessions.values():
            session.alive = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=4096, autoping=True)
        await socket.prepare(request)
        transport = request.transport
        wire = Wire(socket, transport if isinstance(transport, asyncio.Transport) else None)
        wire.compress = self.compress and request.query.get("compress") == "zlib-stream"
        self.connections += 1
        if self.refuse_with is not None:
            await socket.close(code=self.refuse_with)
            return socket
        self.wires.append(wire)
        pump = asyncio.create_task(wire.pump())
        if not self.silent:
            wire.put({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_s * 1000)}})
        try:
            await self._listen(wire)
        finally:
            self._ended(wire)
            pump.cancel()
        return socket

    async def _listen(self, wire: Wire) -> None:
        async for frame in wire.socket:
            if wire.closing:
                continue
            if frame.type is not WSMsgType.TEXT:
                wire.close(DECODE_ERROR)
                continue
            said = json.loads(frame.data)
            wire.received.append(said)
            if len(wire.received) > PATIENCE and said["op"] != HEARTBEAT:
                wire.close(RATE_LIMITED)
                continue
            try:
                self._heard(wire, said["op"], said.get("d"))
            except Exception as exc:  # noqa: BLE001 - the end of the connection would hide it
                self.world.broken.append(exc)
            self.world.changed()

    def _ended(self, wire: Wire) -> None:
        self.wires.remove(wire)
        code = None if wire.closing else wire.socket.close_code
        wire.closing = True
        if wire.session is not None and wire.session.wire is wire:
            wire.session.wire = None
            # A client that says goodbye properly, of its own accord, cannot resume.
            wire.session.alive &= code not in {1000, 1001}
        if code is not None:
            self.client_closes.append(code)
        self.world.changed()

    def _heard(self, wire: Wire, op: int, said: Any) -> None:
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.acks:
                wire.put({"op": ACK})
        elif op == IDENTIFY:
            self._identify(wire, said)
        elif op == RESUME:
            self._resume(wire, said)
        elif wire.session is None:
            wire.close(NOT_AUTHENTICATED)
        elif op == MEMBERS:
            self.member_requests.append(said)
            for chunk in chunks(self.world, wire.session, said):
                wire.session.tell("GUILD_MEMBERS_CHUNK", chunk)
        elif op not in {PRESENCE, 4}:
            wire.close(UNKNOWN_OPCODE)

    def _identify(self, wire: Wire, said: Json) -> None:
        self.identifies.append(said)
        self.starts_left -= 1
        shard = said.get("shard", (0, 1))
        if said["token"] != self.world.token or self.starts_left < 0:
            return wire.close(BAD_TOKEN)
        if wire.session is not None:
            return wire.close(ALREADY)
        if not 0 <= shard[0] < shard[1]:
            return wire.close(INVALID_SHARD)
        intents = Intent(said["intents"])
        if intents & PRIVILEGED & ~self.allowed:
            return wire.close(DISALLOWED)
        session = Session(f"session-{next(self._numbers)}", intents, (shard[0], shard[1]))
        self._seat(session, wire)
        self._welcome(session)
        return None

    def _seat(self, session: Session, wire: Wire) -> None:
        self.sessions = {key: each for key, each in self.sessions.items() if each.alive}
        self.sessions[session.id] = session
        session.wire, wire.session = wire, session

    def _welcome(self, session: Session) -> None:
        guilds = [g for g in self.world.guilds.values() if g.bot_member and session.owns(g.id)]
        ready = {
            "v": 10,
            "user": self.world.bot.drawn(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "session_id": session.id,
            "resume_gateway_url": self.world.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(self.world.app_id), "flags": self.world.app_flags},
        }
        session.tell("READY", ready)
        for guild in guilds:
            if not guild.unavailable:
                self._introduce(session, guild, unavailable=False)

    def _resume(self, wire: Wire, said: Json) -> None:
        self.resumes.append(said)
        if self.ignore_resume:
            return None
        if said["token"] != self.world.token:
            return wire.close(BAD_TOKEN)
        session = self.sessions.get(said["session_id"])
        seq = said["seq"]
        if session is None or not session.alive or not isinstance(seq, int):
            return wire.put({"op": INVALIDATED, "d": False})
        if seq > session.seq:
            return wire.close(INVALID_SEQ)
        self._seat(session, wire)
        return session.replay(seq)
