"""The firmware's own list of overlays, as far as a program can read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sdcard.system.config import Circumstances, lint
from sdcard.system.config.overlays import Catalogue
from sdcard.system.config.readme import read_catalogue

SOME = "".join(f"Name:   thing{n}\nInfo:   A thing\nLoad:   dtoverlay=x\nParams: <None>\n\n\n"
               for n in range(12))  # fmt: skip
README = f"""Introduction
============
Name a thing and it will be loaded.

Name:   <The base DTB>
Info:   Configures the board
Load:   <loaded automatically>
Params:
        audio                   Set to "on" to enable sound

        new_parameter           Of next year
                                (default "off")

        pwr_led_trigger
        pwr_led_gpio
                                As for the other one.

        N.B. It is recommended to only enable what is needed.


Name:   my-dac
Info:   Configures a DAC
        with two lines
Load:   dtoverlay=my-dac,<param>=<val>
Params: gain                    How loud
        quiet                   How quiet


Name:   my-dac-pi5
Info:   See my-dac (this is the Pi 5 version)


Name:   old-dac
Info:   This overlay has been renamed to my-dac.
Load:   <Deprecated>


[ The older-dac overlay has been deleted. ]


Name:   plain
Info:   Takes nothing
Load:   dtoverlay=plain
Params: <None>


{SOME}"""


def test_names_parameters_and_new_names_are_read() -> None:
    found = read_catalogue(README)
    assert found.is_complete
    assert found.parameters["my-dac"] == {"gain", "quiet"}
    assert found.parameters["my-dac-pi5"] == {"gain", "quiet"}
    assert found.parameters["plain"] == frozenset()
    assert found.parameters["old-dac"] is None
    assert {"new_parameter", "pwr_led_trigger", "pwr_led_gpio", "i2c_arm"} <= found.base
    assert "N.B." not in found.base
    assert found.instead["old-dac"] == "my-dac"
    assert read_catalogue(README.replace("\n", "\r\n")) == found


def test_what_the_list_lacks_does_not_exist() -> None:
    known = Circumstances(catalogue=read_catalogue(README))
    told = [str(one) for one in lint("dtoverlay=my-dacs\ndtoverlay=my-dac,loud=1\n", known)]
    assert "error: dtoverlay=my-dacs: there is no overlay my-dacs; write dtoverlay=my-dac" in told
    assert (
        "error: dtoverlay=my-dac,loud=1: my-dac has no parameter loud; it has gain, quiet" in told
    )


def test_a_list_that_is_none_is_not_believed() -> None:
    assert read_catalogue("") == Catalogue()
    assert read_catalogue("Name: x\n") == Catalogue()


@given(st.text(alphabet="Name: Params<T\n ab", max_size=300))
def test_any_text_gives_a_catalogue(text: str) -> None:
    assert "iqaudio-dac" in read_catalogue(text).parameters
