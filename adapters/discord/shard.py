"""One shard's connection: begun, resumed, and begun again, whatever comes over the wire."""

import asyncio
from collections.abc import Callable

import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from adapters.discord.gateway import Gateway, Socket
from adapters.discord.session import Heard
from bot.log import logger

RESUMABLE = 4000
"""Closed with any code but 1000 and 1001 a session can be resumed (Discord docs, events/gateway,
"Disconnecting")."""
CONNECT_S = 60.0
CLOSE_S = 2.0
"""Seconds that a closing handshake may take; nothing depends on it."""
GOOD_S = 30.0
"""A connection that lasted this long was a good one: the next try is made at once."""
LONGEST_PAUSE_S = 300.0
"""Between two tries; at this pace a day takes 288 of the 1,000 IDENTIFYs that Discord gives."""

FATAL = {
    4004: "Discord does not take the token: set BIFOCAL_DISCORD__TOKEN to the bot's token",
    4010: "Discord does not know this shard: check shard_ids and shard_count in [discord]",
    4011: "Discord wants more shards: raise shard_count in [discord], or take it away",
    4012: "Discord serves this version of its gateway no longer: update Bifocal",
    4013: "Discord does not know what Bifocal asks to be told: update Bifocal",
    4014: (
        "Discord keeps what people write from Bifocal: switch on Message Content Intent for the "
        "application, at https://discord.com/developers/applications under Bot"
    ),
}
"""Close codes after which trying again does not help, and what does."""

_log = logger("discord.shard")


class Fatal(Exception):
    """Discord will not have us as we are. The message says what to change."""


class Shard:
    """Keeps one shard connected until cancelled."""

    def __init__(
        self,
        number: int,
        client: Gateway,
        heard: Heard,
        *,
        clock: Callable[[], float],
        first_pause: float,
        began: Callable[[Heard], None],
    ) -> None:
        """``clock`` is monotonic; ``first_pause`` is seconds before the second try in a row.

        ``began`` is told when a fresh session begins, before anything of it is read.
        """
        self.number = number
        self.heard = heard
        self.socket: Socket | None = None
        self._client = client
        self._clock = clock
        self._first = first_pause
        self._began = began
        self._pause = 0.0
        self._since: float | None = None
        client.shards[number] = self

    @property
    def connected(self) -> bool:
        """Whether Discord tells us events now."""
        return self._since is not None

    def hears(self, event: str, number: int) -> None:
        """Note an event that came, before it is read."""
        if event == "READY" and self.socket is not None:
            self.heard.begin(self.socket.session_id or "", str(self.socket.gateway))
            self._began(self.heard)
        self.heard.received = number
        if event in {"READY", "RESUMED"}:
            self._since = self._clock()
            _log.info("connected", shard=self.number, how=event.lower())

    async def run(self) -> None:
        """Stay connected.

        Raises:
            Fatal: Discord closed with a code that trying again does not mend.
        """
        while True:
            try:
                await self._once()
            finally:
                lasted = self._clock() - self._since if self._since is not None else 0.0
                self._since = None
                await self._closed()
            if lasted >= GOOD_S:
                self._pause = 0.0
            await asyncio.sleep(self._pause)
            self._pause = min(max(self._pause * 2, self._first), LONGEST_PAUSE_S)

    async def _once(self) -> None:
        """Connect, and listen until the connection ends, however it ends."""
        try:
            socket = await asyncio.wait_for(self._opened(), CONNECT_S)
            while True:
                await socket.poll_event()
        except ReconnectWebSocket as exc:
            if not exc.resume:
                self.heard.end()
        except discord.ConnectionClosed as exc:
            if exc.code in FATAL:
                raise Fatal(FATAL[exc.code]) from exc
            _log.warning("closed", shard=self.number, code=exc.code)
        except Exception as exc:  # noqa: BLE001 - garbage on the wire must not end the bot
            _log.error("connection.broke", shard=self.number, error=type(exc).__name__)

    async def _opened(self) -> Socket:
        heard = self.heard
        resume = bool(heard.session)
        return await Socket.from_client(
            self._client,
            initial=True,
            gateway=yarl.URL(heard.gateway) if resume else DiscordWebSocket.DEFAULT_GATEWAY,
            shard_id=self.number,
            session=heard.session or None,
            sequence=heard.received if resume else None,
            resume=resume,
        )

    async def _closed(self) -> None:
        """Leave the socket so that the session can be resumed."""
        socket, self.socket = self.socket, None
        if socket is None:
            return
        if socket._keep_alive:  # noqa: SLF001 - its thread would go on
            socket._keep_alive.stop()  # noqa: SLF001 - the same
        try:
            await asyncio.wait_for(socket.socket.close(code=RESUMABLE), CLOSE_S)
        except (OSError, RuntimeError, TimeoutError) as exc:
            _log.debug("close.broke", shard=self.number, error=type(exc).__name__)
