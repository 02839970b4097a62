"""Where cards go when their channel is not what it was."""

from tests.adapters.discord.flows.town import Town, said


async def test_cards_whose_channel_was_removed_go_up_once_another_is_chosen(town: Town) -> None:
    town.env.backend.delete_channel(town.mods.id)
    await town.env.settle()
    await town.flagged()
    office = town.guild.create_text_channel("office")
    await town.env.settle()

    await town.choose(log_channel=str(office.id))
    await town.later()

    assert "look at this" in said(office.history()[-1])
