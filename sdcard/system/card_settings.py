"""The instrument's first settings on a card: few, all others are at their defaults."""

from __future__ import annotations

from sdcard.image.layout import PACKS, USB_MOUNTS

PCM512X = "pcm512x"
OUTPUTS = {
    "iqaudio-dac": PCM512X, "iqaudio-dacplus": PCM512X, "rpi-dacplus": PCM512X,
    "rpi-dacpro": PCM512X, "rpi-digiampplus": PCM512X, "hifiberry-dacplus": PCM512X,
    "allo-boss-dac-pcm512x-audio": PCM512X, "justboom-dac": PCM512X,
}  # fmt: skip
"""Overlay -> part of the sound output's name. ALSA calls a device by its link and its codec, as
"IQaudIO DAC HiFi pcm512x-hifi-0" (kernel: sound/soc/codecs/pcm512x.c, sound/soc/soc-pcm.c)."""
TEXT = """\
# Settings of this instrument; all others are at their defaults: "latentpad-device settings" prints
# them with what is allowed. The instrument reads them when it starts.

[audio]
{device}

[board]
board = "onss"                # or "gpio", see hardware/README.md

[files]
packs = "{packs}"
usb = "{usb}"    # where sticks are mounted; packs on them are offered

[remote]
web_host = "0.0.0.0"          # the web panel is open to the home network, for who has its token:
                              # the display shows it on the page "Web panel". "127.0.0.1" closes it
#web_token = ""               # a password of your own instead of that token
"""
KNOWN = 'device = "{name}"            # part of the output\'s name, as the self-test lists them'
UNKNOWN = '#device = ""                 # part of the output\'s name, as the self-test lists them'


def card_settings(dac: str) -> str:
    """The file. `dac`: the overlay's name alone; of an unknown one the first output is used."""
    name = OUTPUTS.get(dac)
    device = KNOWN.format(name=name) if name else UNKNOWN
    return TEXT.format(device=device, packs=PACKS.mount, usb=USB_MOUNTS)
