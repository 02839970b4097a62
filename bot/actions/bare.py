"""The shape of actions that take no parameters."""

from typing import ClassVar, Self

from bot.errors import Misconfigured


class Bare:
    """An action that is its name and nothing more: any two of a kind are equal."""

    __slots__ = ()
    name: ClassVar[str]

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Nothing may stand behind the name.

        Raises:
            Misconfigured: something does.
        """
        if parameters:
            raise Misconfigured(f'"{cls.name}" takes no parameters, got "{parameters[:40]}"')
        return cls()

    def __str__(self) -> str:
        return self.name

    def __or__(self, other: Self) -> Self:
        return self
