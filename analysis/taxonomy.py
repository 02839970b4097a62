"""The categories of harm Bifocal scores, one shared vocabulary for every detector and vendor."""

from enum import StrEnum


class Category(StrEnum):
    """What a score is about. The value is the name used in policies, JSON and the journal."""

    HARASSMENT = "harassment"
    THREAT = "threat"
    HATE = "hate"
    EXTREMISM = "extremism"
    VIOLENCE = "violence"
    GORE = "gore"
    WEAPONS = "weapons"
    SEXUAL_EXPLICIT = "sexual_explicit"
    NUDITY = "nudity"
    SUGGESTIVE = "suggestive"
    SEXUAL_CRIME = "sexual_crime"
    CSAE = "csae"
    SELF_HARM = "self_harm"
    DRUGS = "drugs"
    REGULATED = "regulated"
    ILLICIT = "illicit"
    SCAM = "scam"
    PROFANITY = "profanity"
    PRIVACY = "privacy"
    IP = "ip"
    DEFAMATION = "defamation"
    ADVICE = "advice"
    ELECTIONS_POLITICS = "elections_politics"
    PROMPT_ATTACK = "prompt_attack"
    PROVIDER_BLOCK = "provider_block"
    """A vendor refused to look. It says nothing of what was seen, and is never silence."""


CONTEXTUAL = frozenset({Category.HATE, Category.HARASSMENT, Category.THREAT, Category.SELF_HARM})
"""Categories that words alone cannot judge: fusion caps them while all grounds are patterns."""
