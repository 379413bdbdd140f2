"""The page in a real browser: hands of every kind play it, and it shows the instrument."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from device.events import (
    Bend,
    ButtonPressed,
    ButtonReleased,
    ChannelSelected,
    Control,
    EncoderTurned,
    Event,
    InstrumentSelected,
    NoteOff,
    NoteOn,
    Origin,
    PackSelected,
    PageTurned,
    Panicked,
    PatchRecalled,
    PatchSaved,
    PortLost,
    PotMoved,
    Sustain,
    TouchLifted,
    TouchMoved,
)
from device.view import PatchAction, PatchView, View
from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH

Instrument = Any  # of conftest.py, which no test can import
OpenPage = Callable[[BrowserContext, str], Page]

WEB = Origin("web 1", 0)
LIT, DARK = (255, 228, 184), (6, 6, 7)


ACCESSIBLE_NAME = """element =>
    element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length"""
UNTIL_LIT = """() => new Promise((lit) => {
    const context = document.getElementById('oled').getContext('2d');
    const look = () => {
        if (context.getImageData(0, 0, 1, 1).data[0] === 255) lit();
        else requestAnimationFrame(look);
    };
    look();
})"""


def middle(locator: Locator, across: float = 0.5, down: float = 0.5) -> tuple[float, float]:
    """A point of an element in the coordinates of the mouse."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=steps)
    page.mouse.up()


def notes_of(events: list[Event]) -> list[tuple[str, int]]:
    return [
        ("on" if isinstance(event, NoteOn) else "off", event.note)
        for event in events
        if isinstance(event, NoteOn | NoteOff)
    ]


def picture() -> Image.Image:
    """A picture with a border, a diagonal and single dots."""
    image = Image.new("1", (DISPLAY_WIDTH, DISPLAY_HEIGHT))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, DISPLAY_WIDTH - 1, DISPLAY_HEIGHT - 1), outline=1)
    draw.line((3, 60, 120, 5), fill=1)
    for x in range(4, 60, 7):
        draw.point((x, 2 + x % 5), fill=1)
    return image


def dots_of(page: Page) -> Image.Image:
    """What the canvas of the display really holds."""
    data = page.evaluate(
        "Array.from(document.getElementById('oled').getContext('2d')"
        f".getImageData(0, 0, {DISPLAY_WIDTH}, {DISPLAY_HEIGHT}).data)"
    )
    return Image.frombytes("RGBA", (DISPLAY_WIDTH, DISPLAY_HEIGHT), bytes(data)).convert("RGB")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (820, 1180), (390, 844), (320, 568)])
def test_loads_without_a_complaint_and_fits(
    context: BrowserContext, instrument: Instrument, width: int, height: int
) -> None:
    page, complaints = context.new_page(), list[str]()
    page.set_viewport_size({"width": width, "height": height})
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(instrument.serve(token="a & b").address)
    page.wait_for_selector('#connection[data-state="open"]')
    page.wait_for_selector(".knob:nth-child(6)")
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_on_a_desktop_nothing_needs_scrolling(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollHeight") == 800


def test_dragging_across_the_pad(page: Page, instrument: Instrument) -> None:
    pad = page.locator("#pad")
    drag(page, middle(pad, 0.1, 0.2), middle(pad, 0.9, 0.6))
    events = instrument.wait_event(TouchLifted())
    places = [event for event in events if isinstance(event, TouchMoved)]
    assert len(places) >= 5
    assert [place.x for place in places] == sorted(place.x for place in places)
    first, last = places[0], places[-1]
    found = (first.x, first.y, last.x, last.y)
    assert found == pytest.approx((0.1, 0.2, 0.9, 0.6), abs=0.01)
    assert events[-1] == TouchLifted()


def test_dragging_beyond_the_pad_stays_at_its_edge(page: Page, instrument: Instrument) -> None:
    drag(page, middle(page.locator("#pad")), (1279, 5))
    events = instrument.wait_event(TouchLifted())
    assert events[-2] == TouchMoved(1.0, 0.0)


def test_the_pad_shows_the_finger_of_others(page: Page, instrument: Instrument) -> None:
    instrument.show(x=0.8, y=0.1, is_touched=True)
    expect(page.locator("#pad")).to_have_class("touched")
    box, pad = page.locator("#finger").bounding_box(), page.locator("#pad").bounding_box()
    assert box is not None
    assert pad is not None
    assert box["x"] + box["width"] / 2 == pytest.approx(pad["x"] + pad["width"] * 0.8, abs=2)
    assert box["y"] + box["height"] / 2 == pytest.approx(pad["y"] + pad["height"] * 0.1, abs=2)
    expect(page.locator(".corner >> nth=1").locator("small")).to_have_text("72 %")


def test_letters_are_notes(page: Page, instrument: Instrument) -> None:
    for key in ("a", "s"):
        page.keyboard.down(key)
    page.keyboard.down("a")  # repeats, as a key does that is held
    for key in ("a", "s"):
        page.keyboard.up(key)
    events = instrument.wait_event(NoteOff(WEB, 62))
    assert events == [
        NoteOn(WEB, 60, 100),
        NoteOn(WEB, 62, 100),
        NoteOff(WEB, 60),
        NoteOff(WEB, 62),
    ]


def test_the_octave_moves_and_a_held_note_ends_as_it_began(
    page: Page, instrument: Instrument
) -> None:
    page.keyboard.down("k")
    page.keyboard.press("x")
    page.keyboard.up("k")
    page.keyboard.press("a")
    page.keyboard.press("z")
    page.keyboard.press("z")
    page.keyboard.press("u")
    events = instrument.wait_event(NoteOff(WEB, 58))
    expected = [("on", 72), ("off", 72), ("on", 72), ("off", 72), ("on", 58), ("off", 58)]
    assert notes_of(events) == expected
    expect(page.locator("#octave")).to_have_text("C3")


def test_shortcuts_and_fields_are_not_notes(page: Page, instrument: Instrument) -> None:
    page.keyboard.press("Control+d")
    page.locator("#slot").focus()
    page.keyboard.press("a")
    page.locator("#slot").blur()
    page.keyboard.press("s")
    assert notes_of(instrument.wait_event(NoteOff(WEB, 62))) == [("on", 62), ("off", 62)]


def test_space_is_the_pedal_and_arrows_are_the_pad(page: Page, instrument: Instrument) -> None:
    page.keyboard.down(" ")
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    page.keyboard.up(" ")
    assert instrument.wait_event(Sustain(WEB, False)) == [
        Sustain(WEB, True),
        TouchMoved(0.3 + 1 / 32, 0.6),
        TouchMoved(0.3 + 2 / 32, 0.6),
        TouchLifted(),
        Sustain(WEB, False),
    ]


def test_a_clicked_button_does_not_catch_the_space_bar(page: Page, instrument: Instrument) -> None:
    page.locator("#panic").click()
    page.keyboard.press(" ")
    events = instrument.wait_event(Sustain(WEB, False))
    assert events.count(Panicked()) == 1


def test_losing_the_focus_lets_go_of_everything(page: Page, instrument: Instrument) -> None:
    page.keyboard.down("a")
    page.keyboard.down("1")
    page.keyboard.down(" ")
    page.mouse.move(*middle(page.locator("#pad")))
    page.mouse.down()
    instrument.wait_for(lambda events: any(isinstance(event, TouchMoved) for event in events))
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    events = instrument.wait_event(
        NoteOff(WEB, 60), ButtonReleased(0, is_lost=True), Sustain(WEB, False), TouchLifted()
    )
    page.keyboard.up("a")
    page.mouse.up()
    page.keyboard.press("s")
    assert notes_of(instrument.wait_event(NoteOff(WEB, 62))[len(events) :]) == [
        ("on", 62),
        ("off", 62),
    ]


def test_gliding_over_the_piano(page: Page, instrument: Instrument) -> None:
    key, last = page.locator('[data-note="60"]'), page.locator('[data-note="64"]')
    drag(page, middle(key, 0.3, 0.9), middle(last, 0.5, 0.9), steps=30)
    events = instrument.wait_event(NoteOff(WEB, 64))
    assert notes_of(events) == [
        ("on", 60), ("off", 60), ("on", 62), ("off", 62), ("on", 64), ("off", 64),
    ]  # fmt: skip


def test_lower_on_a_key_is_louder(page: Page, instrument: Instrument) -> None:
    key = page.locator('[data-note="61"]')
    for down in (0.05, 0.5, 0.97):
        page.mouse.click(*middle(key, 0.5, down))
    events = instrument.wait_for(lambda seen: seen.count(NoteOff(WEB, 61)) == 3)
    soft, middling, loud = (event.velocity for event in events if isinstance(event, NoteOn))
    assert soft < 45
    assert 70 < middling < 100
    assert loud == 127


def test_a_note_held_twice_ends_with_the_last_hand(page: Page, instrument: Instrument) -> None:
    page.keyboard.down("a")
    page.mouse.click(*middle(page.locator('[data-note="60"]'), 0.3, 0.9))
    page.keyboard.up("a")
    assert notes_of(instrument.wait_event(NoteOff(WEB, 60))) == [("on", 60), ("off", 60)]


def test_encoders_and_lists(page: Page, instrument: Instrument) -> None:
    dials = page.locator(".dial")
    page.mouse.click(*middle(dials.nth(0), 0.2))
    page.mouse.click(*middle(dials.nth(1), 0.8))
    page.mouse.move(*middle(dials.nth(2)))
    page.mouse.wheel(0, -120)
    drag(page, middle(dials.nth(3)), (middle(dials.nth(3))[0] - 36, middle(dials.nth(3))[1]), 1)
    page.locator(".corner select").nth(1).select_option("Marimba")
    events = instrument.wait_event(InstrumentSelected(1, 4))
    assert events == [
        EncoderTurned(0, -1),
        EncoderTurned(1, 1),
        EncoderTurned(2, 2),
        EncoderTurned(3, -2),
        InstrumentSelected(1, 4),
    ]
    dials.nth(0).focus()
    page.keyboard.press("ArrowUp")
    instrument.wait_event(EncoderTurned(0, 1))
    assert not any(isinstance(event, TouchMoved) for event in instrument.events)


def test_a_pot_turns_with_the_drag(page: Page, instrument: Instrument) -> None:
    x, y = middle(page.locator(".cap").nth(2))
    drag(page, (x, y), (x, y - 36))
    events = instrument.wait_event(PotMoved(2, 0.7))
    turns = [event.turn for event in events if isinstance(event, PotMoved)]
    assert turns == sorted(turns)
    page.mouse.move(x, y)
    page.mouse.wheel(0, 100)
    instrument.wait_event(PotMoved(2, 0.68))


def test_a_pot_that_is_not_picked_up_says_so(
    page: Page, instrument: Instrument, a_view: View
) -> None:
    pots = list(a_view.pots)
    pots[4] = dataclasses.replace(pots[4], physical=0.3, is_caught=False)
    instrument.show(pots=tuple(pots))
    knob = page.locator(".knob").nth(4)
    expect(knob).to_have_class("knob waiting")
    cap = knob.locator(".cap")
    expect(cap).to_have_attribute("aria-valuetext", "381 ms, knob not picked up")
    x, y = middle(cap)
    drag(page, (x, y), (x, y - 18), steps=1)
    instrument.wait_event(PotMoved(4, 0.4))
    page.mouse.dblclick(x, y)
    instrument.wait_event(PotMoved(4, pots[4].turn))


def test_two_pages_show_the_same(
    page: Page, context: BrowserContext, instrument: Instrument, open_page: OpenPage, a_view: View
) -> None:
    other = open_page(context, page.url)
    expect(other.locator("#connection")).to_have_text("web 2")
    pots = list(a_view.pots)
    pots[1] = dataclasses.replace(pots[1], turn=0.9, text="3.9 s")
    instrument.show(pots=tuple(pots), pack_index=1, channel=5)
    for each in (page, other):
        expect(each.locator(".knob").nth(1).locator("output")).to_have_text("3.9 s")
        expect(each.locator("#pack")).to_have_value("Glasshouse")
        expect(each.locator("#channel")).to_have_value("channel 5")
    other.keyboard.press("a")
    instrument.wait_event(NoteOff(Origin("web 2", 0), 60))
    other.close()
    instrument.wait_event(PortLost("web 2"))


def test_a_closed_tab_lets_go(page: Page, instrument: Instrument) -> None:
    page.keyboard.down("a")
    page.mouse.move(*middle(page.locator("#pad")))
    page.mouse.down()
    instrument.wait_for(lambda events: len(events) >= 2)
    page.close()
    events = instrument.wait_event(PortLost("web 1"))
    assert TouchLifted() in events


def test_patch_buttons_are_held_and_show_how_far(page: Page, instrument: Instrument) -> None:
    button = page.locator(".patch").nth(1)
    page.mouse.move(*middle(button))
    page.mouse.down()
    instrument.wait_event(ButtonPressed(1))
    instrument.show(patch=PatchView(1, PatchAction.HOLDING, 0.5, "Flute"))
    expect(button).to_have_attribute("data-action", "holding")
    assert button.evaluate("element => element.style.getPropertyValue('--progress')") == "0.5"
    assert ButtonReleased(1) not in instrument.events
    instrument.show(patch=PatchView(1, PatchAction.SAVED, 1.0, "Flute"))
    expect(button).to_have_attribute("data-action", "saved")
    page.mouse.up()
    assert instrument.wait_event(ButtonReleased(1)) == [ButtonPressed(1), ButtonReleased(1)]
    page.keyboard.press("4")
    instrument.wait_event(ButtonPressed(3), ButtonReleased(3))


def test_patches_packs_channels_pages_and_panic(page: Page, instrument: Instrument) -> None:
    page.get_by_role("button", name="Recall patch 5", exact=True).click()
    page.locator("#slot").fill("12")
    page.get_by_role("button", name="Save").click()
    page.locator("#pack").select_option("Glasshouse")
    page.locator("#channel").select_option("channel 10")
    page.locator("#next-page").click()
    page.locator("#play").click()
    page.locator("#panic").click()
    assert instrument.wait_event(Panicked()) == [
        PatchRecalled(4),
        PatchSaved(11),
        PackSelected(1),
        ChannelSelected(10),
        PageTurned(True),
        PageTurned(False),
        Panicked(),
    ]


def test_wheels_bend_springs_back_and_modulation_stays(page: Page, instrument: Instrument) -> None:
    bend, modulation = page.locator("#bend"), page.locator("#mod")
    drag(page, middle(bend), middle(bend, 0.5, -0.5))
    events = instrument.wait_for(lambda seen: Bend(WEB, 0.0) in seen[1:])
    assert Bend(WEB, 1.0) in events
    drag(page, middle(modulation, 0.5, 0.9), middle(modulation, 0.5, -0.5))
    assert instrument.wait_event(Control(WEB, 1, 127))[-1] == Control(WEB, 1, 127)
    page.locator("#sustain").click()
    instrument.wait_event(Sustain(WEB, True))
    expect(page.locator("#sustain")).to_have_attribute("aria-pressed", "true")


def test_shows_meters_midi_and_faults(page: Page, instrument: Instrument, a_view: View) -> None:
    expect(page.locator("#load b")).to_have_text("23 %")
    expect(page.locator("#voices b")).to_have_text("5 / 32")
    expect(page.locator("#midi li.ignored")).to_have_text("5 cc 74 33 DIN MIDI")
    status = dataclasses.replace(a_view.status, late_buffers=3, peak=0.5, midi_ports=("Keys",))
    text = "no <b>port</b>"
    instrument.show(status=status, faults=(("DIN MIDI", text),))
    expect(page.locator("#peak b")).to_have_text("-6 dB")
    expect(page.locator("#facts .bad")).to_have_text("3 late buffers")
    expect(page.locator("#faults li")).to_have_text(f"DIN MIDI {text}")
    instrument.show(faults=())
    expect(page.locator("#faults li")).to_have_count(0)


def test_the_display_dot_by_dot(page: Page, instrument: Instrument) -> None:
    assert dots_of(page).getcolors() == [(DISPLAY_WIDTH * DISPLAY_HEIGHT, DARK)]
    image = picture()
    instrument.frame = image.tobytes()
    page.evaluate(UNTIL_LIT)
    expected = Image.new("RGB", image.size, DARK)
    expected.paste(LIT, mask=image)
    assert ImageChops.difference(dots_of(page), expected).getbbox() is None
    shot = Image.open(io.BytesIO(page.locator("#oled").screenshot())).convert("RGB")
    larger = expected.resize((3 * DISPLAY_WIDTH, 3 * DISPLAY_HEIGHT), Image.Resampling.NEAREST)
    assert ImageChops.difference(shot, larger).getbbox() is None


def test_comes_back_when_the_server_does(page: Page, instrument: Instrument) -> None:
    port = urlsplit(page.url).port
    page.keyboard.down("a")
    instrument.wait_event(NoteOn(WEB, 60, 100))
    instrument.close()
    instrument.wait_event(PortLost("web 1"))
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    expect(page.locator(".key.down")).to_have_count(0)
    page.keyboard.up("a")
    instrument.show(channel=9)
    instrument.serve(port=port)
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    expect(page.locator("#channel")).to_have_value("channel 9")
    page.keyboard.press("s")
    assert notes_of(instrument.wait_event(NoteOff(WEB, 62))) == [
        ("on", 60), ("on", 62), ("off", 62),
    ]  # fmt: skip


def test_a_new_token_is_asked_for(
    context: BrowserContext, instrument: Instrument, open_page: OpenPage
) -> None:
    page = open_page(context, instrument.serve(token="old").address)
    instrument.close()
    instrument.serve(token="new", port=urlsplit(page.url).port)
    token = page.get_by_label("Token")
    expect(token).to_be_visible()
    token.fill("new")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")


def test_fingers_on_a_phone(
    context: BrowserContext, instrument: Instrument, open_page: OpenPage
) -> None:
    """Two fingers on the piano and one on the pad at once, at the size of a phone."""
    browser = context.browser
    assert browser is not None
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = open_page(phone, instrument.serve().address)
    wire = phone.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    low = middle(page.locator('[data-note="60"]'), 0.3, 0.9)
    high = middle(page.locator('[data-note="67"]'), 0.5, 0.9)
    pad = page.locator("#pad")
    fingers("touchStart", low)
    fingers("touchStart", low, high)
    fingers("touchStart", low, high, middle(pad, 0.25, 0.5))
    fingers("touchMove", low, high, middle(pad, 0.75, 0.5))
    fingers("touchEnd")
    events = instrument.wait_event(NoteOff(WEB, 60), NoteOff(WEB, 67), TouchLifted())
    assert notes_of(events)[:2] == [("on", 60), ("on", 67)]
    places = [event.x for event in events if isinstance(event, TouchMoved)]
    assert places[0] == pytest.approx(0.25, abs=0.02)
    assert places[-1] == pytest.approx(0.75, abs=0.02)
    assert page.evaluate("scrollY") == 0
    phone.close()


def test_on_a_phone_pad_and_piano_fit_the_screen(
    browser: Browser, instrument: Instrument, open_page: OpenPage
) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844})
    page = open_page(phone, instrument.serve().address)
    page.wait_for_function("document.querySelectorAll('.white').length === 10")
    field, piano = page.locator("#field").bounding_box(), page.locator("footer").bounding_box()
    assert field is not None
    assert piano is not None
    assert field["y"] + field["height"] <= piano["y"]
    assert piano["y"] + piano["height"] <= 844
    phone.close()


def test_every_control_has_a_name(page: Page) -> None:
    """What a screen reader is told of the page."""
    roles = ("button", "slider", "spinbutton", "combobox")
    for role in roles:
        named = page.get_by_role(role, name="")  # type: ignore[arg-type]
        nameless = [item for item in named.all() if not item.evaluate(ACCESSIBLE_NAME)]
        assert nameless == []
    assert page.get_by_role("slider").count() == 8
    assert page.get_by_role("spinbutton").count() == 5
