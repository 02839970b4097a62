"""Emoji by the names Slack knows them under (github.com/iamcal/emoji-data, short names)."""

import re

from bot.errors import NotPermitted

_NAMES = {
    "⏳": "hourglass_flowing_sand",
    "⏸": "double_vertical_bar",
    "☑": "ballot_box_with_check",
    "☠": "skull_and_crossbones",
    "⚖": "scales",
    "⚠": "warning",
    "⛔": "no_entry",
    "✅": "white_check_mark",
    "✋": "hand",
    "✔": "heavy_check_mark",
    "✖": "heavy_multiplication_x",
    "❌": "x",
    "❎": "negative_squared_cross_mark",
    "❓": "question",
    "❗": "exclamation",
    "❤": "heart",
    "⭐": "star",
    "🎣": "fishing_pole_and_fish",
    "🏳": "waving_white_flag",
    "🐛": "bug",
    "👀": "eyes",
    "👁": "eye",
    "👋": "wave",
    "👌": "ok_hand",
    "👍": "+1",
    "👎": "-1",
    "👮": "cop",
    "💀": "skull",
    "💬": "speech_balloon",
    "💯": "100",
    "📌": "pushpin",
    "📝": "memo",
    "📣": "mega",
    "🔇": "mute",
    "🔍": "mag",
    "🔎": "mag_right",
    "🔒": "lock",
    "🔗": "link",
    "🔞": "underage",
    "🔥": "fire",
    "🔨": "hammer",
    "🔴": "red_circle",
    "🕵": "sleuth_or_spy",
    "🗑": "wastebasket",
    "🙈": "see_no_evil",
    "🙏": "pray",
    "🚧": "construction",
    "🚨": "rotating_light",
    "🚩": "triangular_flag_on_post",
    "🚫": "no_entry_sign",
    "🛑": "octagonal_sign",
    "🛡": "shield",
    "🟠": "large_orange_circle",
    "🟡": "large_yellow_circle",
    "🟢": "large_green_circle",
    "🤔": "thinking_face",
    "🤖": "robot_face",
    "🧐": "face_with_monocle",
    "🫡": "saluting_face",
}
_NAME = re.compile(r"[a-z0-9_+'-]{1,100}")


def name_of(emoji: str) -> str:
    """Slack's name of an emoji, or of a custom one that is written by name, colons or none.

    Raises:
        NotPermitted: it has none that we know.
    """
    plain = emoji.replace("\ufe0f", "").strip(":").lower()
    if known := _NAMES.get(plain):
        return known
    if _NAME.fullmatch(plain):
        return plain
    raise NotPermitted(
        f"Slack has no name for {emoji} that Bifocal knows: write the name, such as react eyes"
    )
