"""The page in a real browser, from consent to the saved file."""

import json

import pytest

pytest.importorskip("av", reason="films need PyAV (nsa_ros[film])")
pytest.importorskip("websockets", reason="driving a browser needs websockets (comes with nsa_ros[viewer])")

from browser import Browser, chromium

from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.study import making
from nsa_ros.study.answers import read_answers
from nsa_ros.study.conditions import Signed
from nsa_ros.study.making import StudySettings, make_study
from nsa_ros.study.texts import StudyText

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium here")


def resting(text, seed):
    """A third of a second of a figure at rest."""
    return Signed(still(named_pose("neutral"), 8, 24.0), ("HELLO",))


def test_a_participant_goes_through_and_the_answers_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(making, "PRACTICE", "i")
    signers = dict.fromkeys(("reference", "model", "baseline"), resting)
    study = make_study(tmp_path, [StudyText("Hello.", "")], signers, StudySettings(size=(96, 72)))
    page = tmp_path / "page" / "index.html"
    with Browser(f"{page.as_uri()}?group=3", (800, 1000)) as browser:

        def click(selector):
            found = f"document.querySelector({json.dumps(selector)})"
            browser.wait_for(f"!!{found}")
            browser.evaluate(f"{found}.click()")

        click("#next")
        assert "tick the box" in browser.wait_for("document.querySelector('.problem').textContent")
        click("#agree")
        click("#next")
        click("input[value=fluent]")
        click("#next")
        browser.wait_for("document.querySelector('#film').readyState >= 2")
        click("#next")
        assert "watch the film" in browser.evaluate("document.querySelector('[role=alert]').textContent")
        assert browser.evaluate("document.querySelector('#text') === null")
        browser.evaluate("document.querySelector('#film').playbackRate = 8")
        click(".film button")
        browser.wait_for("JSON.parse(Object.values(localStorage)[0]).draft.plays === 1")
        browser.evaluate("document.querySelector('#writing').focus()")
        browser.type("welcome")
        browser.call("Page.reload")
        assert browser.wait_for("document.querySelector('#writing')?.value") == "welcome"
        click("input[name=naturalness][value='7']")
        click("#next")
        click("input[name=alignment][value='10']")
        click("#next")
        browser.wait_for("document.querySelector('h1').textContent === 'Film 1 of 1'")
        browser.wait_for("document.querySelector('#film').readyState >= 2")
        browser.evaluate("document.querySelector('#film').dispatchEvent(new Event('ended'))")
        browser.evaluate("document.querySelector('#writing').focus()")
        browser.type("HELLO")
        click("input[name=naturalness][value='0']")
        click("#next")
        assert browser.wait_for("document.querySelector('#text').textContent") == "Hello."
        click("input[name=alignment][value='9']")
        click("#next")
        saved = browser.wait_for("document.querySelector('#copy')?.value")
        assert not [url for url in browser.requests if url.startswith(("http", "ws"))]
    path = tmp_path / "answers.json"
    path.write_text(saved)
    (participant,), refused = read_answers([path], study)
    assert not refused
    assert participant.complete
    assert participant.group == 2
    assert participant.practice == "welcome"
    assert participant.background == {"fluency": "fluent"}
    (answer,) = participant.answers
    assert (answer.understood, answer.naturalness, answer.alignment) == ("HELLO", 0, 9)
    assert json.loads(saved)["consent"] is True
