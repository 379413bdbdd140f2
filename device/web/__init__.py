"""The web panel: the instrument in a browser, to play it without hardware or from afar."""

from device.web.panel import WebPanel
from device.web.protocol import event_of

__all__ = ["WebPanel", "event_of"]
