"""The wizard: where cards go, which rules, rehearsal first and live when it is trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.chat.asker import Asker, Rank, Refused, check_rank
from bot.chat.deciding import signature
from bot.chat.sheet import Button, Choice, Of, Option, Press, Sheet, Style, Tone
from bot.communities import Communities, Community
from bot.policy.policy import Policy
from bot.ports import Bounded, Platform

PRESETS = (
    Option("Relaxed", "relaxed", "Only what is sure; the rest waits for a person"),
    Option("Standard", "standard", "Scams and floods are removed; doubt waits for a person"),
    Option("Strict", "strict", "For communities under attack, or with many young people"),
)
LANGUAGES = (Option("English", "en"), Option("Español", "es"))


class SettingUp:
    """The pages of the wizard, which is one page: every choice holds at once."""

    def __init__(
        self,
        communities: Communities,
        platforms: Mapping[str, Platform],
        policy: Callable[[str], Policy],
        *,
        file: str,
        preset: str,
        channels: Mapping[str, str],
    ) -> None:
        """``file`` is the policy file where one is named, and ``preset`` what holds otherwise.

        ``channels`` are where cards go, by platform, as long as a community chose nothing.
        """
        self._channels = channels
        self._communities = communities
        self._platforms = platforms
        self._policy = policy
        self._file = file
        self._preset = preset

    def page(self, asker: Asker) -> Sheet:
        """How things stand, with everything that can be chosen."""
        check_rank(asker, Rank.ADMIN)
        one = self._communities.of(asker.platform, asker.community_id)
        rehearsing = self._platforms[asker.platform].simulates(asker.community_id)
        channel = one.log_channel or self._channels.get(asker.platform, "")
        return Sheet(
            "Set Bifocal up",
            (_next_step(channel, rehearsing=rehearsing), *self._too_much(asker)),
            (
                ("Mode", "rehearsing: nothing is done to anybody" if rehearsing else "live"),
                ("Rules", self._file or one.preset or self._preset),
                ("Daily summary", "yes" if one.digest else "no"),
            ),
            choices=self._choices(one, channel),
            buttons=(
                Button("Go live", Press("live"), style=Style.MAIN)
                if rehearsing
                else Button("Rehearse again", Press("rehearse")),
                Button(
                    "No daily summary" if one.digest else "Daily summary",
                    Press("digest", detail="no" if one.digest else "yes"),
                ),
            ),
            tone=Tone.WATCH if rehearsing or not channel else Tone.GOOD,
        )

    def _too_much(self, asker: Asker) -> Sequence[str]:
        """What the rules ask for that the platform does not allow here."""
        platform, community = self._platforms[asker.platform], asker.community_id
        if not isinstance(platform, Bounded):
            return ()
        return platform.asks_too_much(self._policy(community).may_ask(community), community)

    def _choices(self, one: Community, channel: str) -> tuple[Choice, ...]:
        found = [
            Choice(
                Press("log_channel"),
                "Where cards go",
                Of.CHANNELS,
                chosen=(channel,) if channel else (),
            ),
            Choice(
                Press("moderators"),
                "Who moderates, beside those with the rights",
                Of.GROUPS,
                chosen=one.moderators,
                at_most=10,
            ),
        ]
        found.append(
            Choice(
                Press("analyze_for"),
                "Who may analyze by hand; nobody chosen: all",
                Of.GROUPS,
                chosen=one.analyze_for,
                at_most=10,
            )
        )
        if not self._file:
            chosen = (one.preset or self._preset,)
            found.append(Choice(Press("preset"), "Which rules", options=PRESETS, chosen=chosen))
        spoken = (one.language,) if one.language else ()
        found.append(
            Choice(Press("language"), "Language of notes", options=LANGUAGES, chosen=spoken)
        )
        return tuple(found)

    async def press(self, asker: Asker, press: Press, answers: Mapping[str, str]) -> Sheet:
        """Take a choice; the page shows how things stand then.

        Raises:
            Refused: they may not, or chose what is not offered.
        """
        check_rank(asker, Rank.ADMIN)
        chosen = answers.get("chosen", "")
        if press.verb == "live" and answers.get("sure") != "yes":
            raise Refused("Still rehearsing: going live needs your yes.")
        await self._communities.change(
            asker.platform,
            asker.community_id,
            _CHANGES[press.verb](chosen, press.detail),
            by=signature(asker),
        )
        return self.page(asker)


def knows(verb: str) -> bool:
    """Whether a press belongs to the wizard."""
    return verb in _CHANGES


def _next_step(channel: str, *, rehearsing: bool) -> str:
    if not channel:
        return "First choose the channel where moderators see cards."
    if rehearsing:
        return (
            "Bifocal looks at every post and shows on cards what it would do. Watch it for some "
            "days, then go live."
        )
    return "Bifocal is live: it acts by its rules, within limits, and everything can be appealed."


Change = Callable[[Community], Community]


def _log_channel(chosen: str, _: str) -> Change:
    return lambda one: replace(one, log_channel=chosen)


def _moderators(chosen: str, _: str) -> Change:
    return lambda one: replace(one, moderators=tuple(part for part in chosen.split(",") if part))


def _analyze_for(chosen: str, _: str) -> Change:
    return lambda one: replace(one, analyze_for=tuple(part for part in chosen.split(",") if part))


def _preset(chosen: str, _: str) -> Change:
    if chosen not in {option.value for option in PRESETS}:
        raise Refused("Choose one of the rules that are offered.")
    return lambda one: replace(one, preset=chosen)


def _language(chosen: str, _: str) -> Change:
    if chosen not in {option.value for option in LANGUAGES}:
        raise Refused("Choose one of the languages that are offered.")
    return lambda one: replace(one, language=chosen)


def _digest(_: str, detail: str) -> Change:
    return lambda one: replace(one, digest=detail == "yes")


def _live(_: str, __: str) -> Change:
    return lambda one: replace(one, live=True)


def _rehearse(_: str, __: str) -> Change:
    return lambda one: replace(one, live=False)


_CHANGES: Mapping[str, Callable[[str, str], Change]] = {
    "analyze_for": _analyze_for,
    "digest": _digest,
    "language": _language,
    "live": _live,
    "log_channel": _log_channel,
    "moderators": _moderators,
    "preset": _preset,
    "rehearse": _rehearse,
}
