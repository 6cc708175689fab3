"""What a word of ``%hs`` and ``healthsim`` is made of."""

from __future__ import annotations

from dataclasses import dataclass

NOTEBOOK, TERMINAL = "notebook", "terminal"


@dataclass(frozen=True)
class Option:
    """Something that is said with a word; two dashes in front make it optional."""

    name: str
    about: str
    kind: type = str
    """bool: nothing follows it."""
    metavar: str = ""
    many: bool = False
    """Words: all that follow, joined. With dashes: it may be said more than once."""
    needed: bool = False
    """Whether it must be said."""

    @property
    def dashed(self) -> bool:
        """Whether it is said with two dashes."""
        return self.name.startswith("--")

    @property
    def key(self) -> str:
        """Its name among what was said."""
        return self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Word:
    """One verb."""

    name: str
    about: str
    example: str
    options: tuple[Option, ...] = ()
    where: tuple[str, ...] = (NOTEBOOK, TERMINAL)
    raw: bool = False
    """What follows the options is taken as it stands, quotes and all."""

    @property
    def usage(self) -> str:
        """How it is written: ``summary [SCENARIO]``."""
        return " ".join([self.name, *map(_usage, self.options)])


def _usage(option: Option) -> str:
    text = option.metavar or option.name.upper()
    if option.dashed:
        text = option.name if option.kind is bool else f"{option.name} {text}"
    return text if option.needed else f"[{text}]"


SCENARIO = Option("scenario", "its name, or a word of it", many=True)
WHICH = Option("--scenario", "another scenario than the one in use", metavar="NAME")
