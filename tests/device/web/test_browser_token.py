"""A phone's way in, in a real browser: the address of the display's code, and a token that ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

Instrument = Any  # of conftest.py, which no test can import
TOKEN, OTHER = "K7QFZ3MXWB2HD", "AAAAAAAAAAAAA"


def test_the_code_leads_in_and_a_new_token_out(
    context: BrowserContext,
    instrument: Instrument,
    open_page: Callable[[BrowserContext, str], Page],
) -> None:
    panel = instrument.serve(host="0.0.0.0", token=TOKEN)
    place = f"http://127.0.0.1:{panel.port}/"
    page = open_page(context, f"{place}{TOKEN.lower()}")
    assert page.url == f"{place}?token={TOKEN}"  # what a bookmark keeps
    panel.change_token(OTHER)
    expect(page.locator("body.refused")).to_contain_text("This token is not the right one.")
    page.get_by_label("Token").fill(OTHER.lower())
    page.get_by_role("button", name="Open").click()
    page.wait_for_selector('#connection[data-state="open"]')
