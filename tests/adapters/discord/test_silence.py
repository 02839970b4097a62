"""A connection that Discord does not answer on any more is given up, and its session resumed."""

from tests.adapters.discord.kit import a_discord
from tests.emulators.discord import discord_world


async def test_a_connection_whose_heartbeats_are_not_answered_is_resumed() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        world.gateway.heartbeat_s = 0.05
        async with a_discord(world) as started:
            client = started.platform._supervisor.client
            assert client is not None
            client._connection.heartbeat_timeout = 0.2  # a minute otherwise
            await world.drop()
            await world.until(lambda: world.gateway.resumes)
            world.gateway.acks = False
            await world.until(lambda: len(world.gateway.resumes) > 1)
            world.gateway.acks = True
            await general.post(ann, "after the silence")
            await started.taken()

        assert 4000 in world.gateway.client_closes
        assert len(world.gateway.identifies) == 1
        assert started.queue.texts == ["after the silence"]
