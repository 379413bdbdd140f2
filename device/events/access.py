"""How the web panel can be reached from a phone, and that this has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote


class Reach(Enum):
    """Whether somebody beyond this machine can come to the web panel, and if not, why."""

    STARTING = "starting"
    OFF = "off"  # the settings do not want it
    HERE_ONLY = "here only"  # the settings open it to this machine alone
    FAILED = "failed"  # a fault tells why
    NO_NETWORK = "no network"
    OPEN = "open"


@dataclass(frozen=True)
class Access:
    """Where the web panel is, and the token that lets in.

    One that the settings give may be a password that somebody has for other things too: it is
    nowhere to be seen, and the panel asks for it.
    """

    reach: Reach = Reach.STARTING
    host: str = ""  # an address or a name of this machine; "" unless the panel is open
    port: int = 0
    token: str = field(default="", repr=False)  # for the display's eyes only
    is_given: bool = False  # the settings give the token, `token` is ""

    @property
    def address(self) -> str:
        """Host and port as a browser writes them; "" unless the panel is open."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.reach is Reach.OPEN else ""

    @property
    def url(self) -> str:
        """The whole address with the token, in few characters that are easily typed."""
        return f"http://{self.address}/{quote(self.token, safe='')}"

    @property
    def can_renew(self) -> bool:
        """Another token may be made."""
        return self.reach is Reach.OPEN and not self.is_given


NO_ACCESS = Access()


@dataclass(frozen=True)
class AccessChanged:
    """The web panel is reached in another way from now on."""

    access: Access
