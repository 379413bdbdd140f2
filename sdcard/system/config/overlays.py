"""Which overlays there are and what they can be told: a table, or what a base's own list says.

The table has what the instrument relies on and what is often met. Sources: Raspberry Pi firmware,
overlays/README (names and parameters) and overlay_map (other names, and those for the Pi 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

BOARDS_OF_THEIR_OWN = ("-pi4", "-pi5")
"""Endings of overlays that the firmware takes by itself in the place of the usual ones."""
GAIN = frozenset({"24db_digital_gain"})
DACS: dict[str, frozenset[str]] = {
    "iqaudio-dac": GAIN,
    "iqaudio-dacplus": GAIN | {"auto_mute_amp", "unmute_amp"},
    "rpi-dacplus": GAIN,
    "rpi-dacpro": GAIN,
    "rpi-digiampplus": GAIN | {"auto_mute_amp", "unmute_amp"},
    "rpi-codeczero": frozenset(),
    "iqaudio-codec": frozenset(),
    "hifiberry-dac": frozenset(),
    "hifiberry-dacplus": GAIN | {"slave", "leds_off"},
    "i2s-dac": frozenset(),
    "allo-boss-dac-pcm512x-audio": GAIN | {"slave"},
    "justboom-dac": GAIN,
}
"""Overlays of sound outputs on the header."""
VIDEO = ("vc4-kms-v3d", "vc4-kms-v3d-pi4", "vc4-kms-v3d-pi5")
"""Overlays whose HDMI outputs are sound cards unless they are told `noaudio`."""
_CMA = frozenset({f"cma-{size}" for size in (512, 448, 384, 320, 256, 192, 128, 96, 64)})
_VIDEO = _CMA | {"cma-size", "cma-default", "audio", "noaudio", "composite", "nohdmi"}
_I2C_GPIO = frozenset({"i2c_gpio_sda", "i2c_gpio_scl", "i2c_gpio_delay_us", "bus"})
_OTHERS: dict[str, frozenset[str] | None] = {
    "vc4-kms-v3d": _VIDEO,
    **dict.fromkeys(VIDEO[1:], _VIDEO | {"audio1", "nohdmi0", "nohdmi1"}),
    "vc4-fkms-v3d": _CMA | {"cma-size", "cma-default"},
    "disable-bt": frozenset(),
    "disable-bt-pi5": frozenset(),
    "disable-wifi": frozenset(),
    "miniuart-bt": frozenset({"krnbt"}),
    "midi-uart0": frozenset(),
    "midi-uart0-pi5": frozenset(),
    "midi-uart1": frozenset(),
    "uart0": frozenset({"txd0_pin", "rxd0_pin", "pin_func"}),
    "uart0-pi5": frozenset({"ctsrts"}),
    "uart1": frozenset({"txd1_pin", "rxd1_pin"}),
    "i2c-gpio": _I2C_GPIO,
    "i2c1": frozenset({"pins_2_3", "pins_44_45", "combine"}),
    "i2c-rtc": None,
    "spi0-1cs": frozenset({"cs0_pin", "no_miso"}),
    "dwc2": frozenset({"dr_mode", "g-rx-fifo-size", "g-np-tx-fifo-size"}),
    "nospi10": frozenset(),
    "gpio-shutdown": frozenset({"gpio_pin", "active_low", "gpio_pull", "debounce"}),
    "gpio-poweroff": None,
    "act-led": frozenset({"activelow", "gpio"}),
    "gpio-fan": frozenset({"gpiopin", "temp", "hyst"}),
}
_BASE = frozenset(
    {
        "audio", "i2c", "i2c_arm", "i2c_vc", "i2c0", "i2c1", "i2c_baudrate", "i2c_arm_baudrate",
        "i2c_vc_baudrate", "i2c0_baudrate", "i2c1_baudrate", "i2s", "spi", "random", "watchdog",
        "uart0", "uart0_console", "uart1", "krnbt", "krnbt_baudrate", "sd_overclock",
        "sd_poll_once", "sd_force_pio", "sd_pio_limit", "sd_debug", "hdmi", "eee", "eth_led0",
        "eth_led1", "eth_max_speed", "act_led_trigger", "act_led_activelow", "act_led_gpio",
        "pwr_led_trigger", "pwr_led_activelow", "pwr_led_gpio", "ant1", "ant2", "noant", "nvme",
        "pciex1", "pciex1_gen", "cooling_fan", "fan_temp0", "fan_temp0_hyst", "fan_temp0_speed",
        "rtc", "rtc_bbat_vchg", "suspend", "button_debounce", "wifiaddr", "bdaddr",
    }
)  # fmt: skip
_INSTEAD = {
    "pi3-disable-bt": "disable-bt",
    "pi3-miniuart-bt": "disable-bt",
    "pi3-disable-wifi": "disable-wifi",
    "pi3-act-led": "act-led",
    "rpi-dac": "i2s-dac",
    "rpi-proto": "proto-codec",
    "lirc-rpi": "gpio-ir",
    "i2c0-bcm2708": "i2c0",
    "i2c1-bcm2708": "i2c1",
    "sdtweak": "dtparam=sd_poll_once",
}


@dataclass(frozen=True)
class Catalogue:
    """What is known; `parameters` None: the overlay exists, its parameters are not known."""

    parameters: Mapping[str, frozenset[str] | None] = field(
        default_factory=lambda: {**DACS, **_OTHERS}
    )
    base: frozenset[str] = _BASE
    """Parameters of the board itself, by dtparam."""
    instead: Mapping[str, str] = field(default_factory=lambda: dict(_INSTEAD))
    """Old name -> what to write today."""
    is_complete: bool = False
    """An overlay that is not here does not exist."""

    def takes(self, overlay: str, parameter: str) -> bool | None:
        """Whether an overlay has a parameter, None if that is not known.

        On some boards another overlay is loaded in its place, whose parameters are as good.
        """
        names = [overlay + ending for ending in ("", *BOARDS_OF_THEIR_OWN)]
        known = [self.parameters[name] for name in names if name in self.parameters]
        if not known or None in known:
            return None
        return any(parameter in names for names in known if names is not None)
