"""The vocabulary page in a real browser, from the file system, as a user would use it."""

import pytest
from browser import Browser, chromium

from nsa_ros.cli.catalogue import page
from nsa_ros.cli.catalogue.entries import choose

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")

SHOWN = "[...document.querySelectorAll('#signs .gloss')].map(e => e.textContent).join(' ')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    pytest.importorskip("av", reason="PyAV is not installed")
    folder = tmp_path_factory.mktemp("page")
    page.write_page(choose(["MOTHER", "DOCTOR", "7"]), folder, workers=1)
    with Browser((folder / "index.html").as_uri()) as opened:
        opened.wait_for("document.querySelectorAll('.card').length > 3")
        yield opened


def key(browser, name, code):
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)


def test_the_pictures_in_sight_move(browser):
    assert browser.wait_for("document.querySelector('#signs video')?.currentTime > 0")
    assert browser.evaluate("document.querySelector('#signs video').muted")


def test_search_finds_gloss_and_english_and_filters_narrow(browser):
    browser.click("document.getElementById('query')")
    browser.type("mom")
    assert browser.wait_for(f"{SHOWN} === 'MOTHER'")
    browser.evaluate("document.getElementById('form').reset()")
    assert browser.wait_for(f"{SHOWN} === 'MOTHER DOCTOR 7'")
    browser.evaluate("const t = byId('hands'); t.value = 'two'; t.dispatchEvent(new Event('input', {bubbles: true}))")
    assert browser.wait_for(f"{SHOWN} === 'DOCTOR'")
    browser.evaluate("document.getElementById('form').reset()")


def test_a_sign_opens_and_closes_by_keyboard(browser):
    browser.evaluate("document.querySelector('#signs button').focus()")
    key(browser, "Enter", 13)
    browser.evaluate("document.activeElement.click()")
    assert browser.wait_for("document.getElementById('sheet').open")
    assert "touching" in browser.evaluate("document.getElementById('sheet').textContent")
    key(browser, "ArrowRight", 39)
    assert browser.wait_for("document.getElementById('sheet-title').textContent === 'DOCTOR'")
    key(browser, "Escape", 27)
    assert browser.wait_for("!document.getElementById('sheet').open")


def test_nothing_is_asked_of_the_network(browser):
    assert browser.requests
    assert all(request.startswith(("file:", "data:")) for request in browser.requests)
