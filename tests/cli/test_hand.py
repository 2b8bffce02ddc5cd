"""`nsa hand`, as it is typed; on the generic hand, whose URDF is shipped, and without a network."""

import hashlib
import json
import sys

import pytest
import yaml

from nsa_ros import resources
from nsa_ros.cli import hand_check, main
from nsa_ros.rehearsal.ceiling import Best, Ceiling


@pytest.fixture
def quick_ceiling(monkeypatch):
    """The search for what a hand can show takes seconds; here it can show all letters but E and R."""
    import nsa_ros.rehearsal.ceiling as module
    from nsa_ros.rehearsal.legibility import letters

    def ceiling(robot, side):
        best = [Best(name, robot.rest, name not in "ER", name, 0.0, 0.0) for name in letters().shapes]
        return Ceiling(robot.name, side, "letters", robot.joints, tuple(best), ())

    monkeypatch.setattr(module, "ceiling", ceiling)


@pytest.fixture
def mine(tmp_path):
    """A robot of one's own, beside its URDF: a function of what is changed in the generic hand's YAML."""

    def write(change=lambda said: None):
        said = yaml.safe_load(resources.find("config", "robots", "nsa_hand.yaml").read_text(encoding="utf-8"))
        change(said)
        file = tmp_path / "mine.yaml"
        file.write_text(yaml.safe_dump(said), encoding="utf-8")
        urdf = resources.find("urdf", "nsa_hand_right.urdf").read_bytes()
        (tmp_path / "nsa_hand_right.urdf").write_bytes(urdf)
        return file

    return write


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "nsa_ros" / "urdf"


def test_the_list_says_which_are_here_and_how_to_get_the_others(capsys):
    assert main(["hand", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["nsa_hand"].endswith("here")
    assert "right (5 fingers)" in lines["nsa_hand"]
    assert "20" in lines["nsa_hand"].split()
    assert lines["allegro_right"].endswith("nsa hand get allegro_right")
    assert "right, left" in lines["g1_inspire"] or "left, right" in lines["g1_inspire"]


def test_the_list_can_be_read_by_machines(capsys):
    assert main(["hand", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["nsa_hands"]["joints"] == 40
    assert rows["nsa_hands"]["hands"] == {"right": 5, "left": 5}
    assert rows["leap_right"]["urdf"] is None
    assert rows["leap_right"]["url"].startswith("https://")


def test_get_puts_the_urdf_where_the_robot_is_looked_for(mine, tmp_path, data_folder, capsys):
    content = resources.find("urdf", "nsa_hand_right.urdf").read_bytes()
    (tmp_path / "server.urdf").write_bytes(content)
    pinned = hashlib.sha256(content).hexdigest()

    def change(said):
        url = (tmp_path / "server.urdf").as_uri()
        said["urdf"] = {"file": "far.urdf", "url": url, "sha256": pinned, "license": "MIT"}

    file = str(mine(change))
    assert main(["hand", "check", file]) == 1
    assert f"far.urdf is not here. Get it: nsa hand get {file}" in capsys.readouterr().err
    assert main(["hand", "get", file]) == 0
    told = capsys.readouterr().out
    assert str(data_folder / "far.urdf") in told
    assert "MIT" in told
    assert "as pinned" in told
    assert (data_folder / "far.urdf").read_bytes() == content
    assert main(["hand", "get", file]) == 0
    assert "already here" in capsys.readouterr().out


def test_get_without_a_pinned_hash_says_which_it_is(mine, tmp_path, capsys):
    def change(said):
        said["urdf"] = {"file": "far.urdf", "url": (tmp_path / "nsa_hand_right.urdf").as_uri()}

    assert main(["hand", "get", str(mine(change))]) == 0
    told = capsys.readouterr().out
    assert hashlib.sha256((tmp_path / "nsa_hand_right.urdf").read_bytes()).hexdigest() in told
    assert "not pinned" in told


def test_get_has_nothing_to_do_for_a_hand_that_is_shipped(capsys):
    assert main(["hand", "get", "nsa_hand"]) == 0
    assert "nothing to download" in capsys.readouterr().out


def test_get_of_a_wrong_file_fails_and_keeps_nothing(mine, tmp_path, data_folder, capsys):
    def change(said):
        said["urdf"] = {"file": "f.urdf", "url": (tmp_path / "nsa_hand_right.urdf").as_uri(), "sha256": "0" * 64}

    assert main(["hand", "get", str(mine(change))]) == 1
    assert "not the file that was pinned" in capsys.readouterr().err
    assert not data_folder.exists()


def test_show_prints_links_joints_and_what_follows(capsys):
    assert main(["hand", "show", str(resources.find("urdf", "nsa_hand_right.urdf"))]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "-5° … 118°" in lines["right_index_middle"]
    assert "0, 0, 38" in lines["right_index_middle"]
    assert "follows right_pinky_pip ×0.5" in lines["right_pinky_distal"]


def test_show_says_where_a_straight_finger_goes(tmp_path, capsys):
    """To the palm's side; also where the joint turns that way in the negative, or is the last one of its finger."""
    assert main(["hand", "show", str(resources.find("urdf", "nsa_hand_right.urdf"))]) == 0
    text = resources.find("urdf", "nsa_hand_right.urdf").read_text(encoding="utf-8")
    before, after = text.split('<joint name="right_index_pip"')
    axis, limit = 'xyz="0 1 0"', 'lower="-0.0872665" upper="2.05949"'
    assert axis in after
    assert limit in after
    after = after.replace(axis, 'xyz="0 -1 0"', 1).replace(limit, 'lower="-2.05949" upper="0.0872665"', 1)
    (tmp_path / "mirrored.urdf").write_text(f'{before}<joint name="right_index_pip"{after}', encoding="utf-8")
    assert main(["hand", "show", str(tmp_path / "mirrored.urdf")]) == 0
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    found = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    for link in ("right_index_proximal", "right_index_middle", "right_index_distal"):
        lines = [row for row in found if row and row[0] == link]
        assert [row[-1] for row in lines] == ["+x", "+x"]


def test_show_of_joints_that_slide_has_millimetres(tmp_path, capsys):
    text = (
        '<robot name="r"><link name="a"/><link name="b"/><joint name="j" type="prismatic"><parent link="a"/>'
        '<child link="b"/><axis xyz="0 0 -1"/><limit lower="0.01" upper="0.1" velocity="0.2" effort="1"/>'
        "</joint></robot>"
    )
    (tmp_path / "slide.urdf").write_text(text, encoding="utf-8")
    assert main(["hand", "show", str(tmp_path / "slide.urdf")]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  b")]
    assert [cell.strip() for cell in line.split("  ")[-3:]] == ["10 … 100 mm", "0.2 m/s", "-z"]


def test_check_of_a_right_hand(quick_ceiling, tmp_path, capsys):
    pytest.importorskip("PIL", reason="Pillow is not installed")
    assert main(["hand", "check", "nsa_hand", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "right_pinky_dip ×0.5" in told
    assert "0 errors, 0 warnings" in told
    assert "letters are named right" in told
    assert "(not E R)" in told
    assert (tmp_path / "out" / "nsa_hand_letters.png").stat().st_size > 20_000


def test_check_for_machines(quick_ceiling, mine, monkeypatch, capsys):
    monkeypatch.setattr(hand_check, "_picture", lambda *_: None)

    def change(said):
        said["hands"]["right"]["method"] = "joints"
        said["hands"]["right"]["joints"]["right_index_mcp"]["scale"] = 2.0

    assert main(["hand", "check", str(mine(change)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["joints"]) == 20
    (finding,) = [finding for finding in told["findings"] if finding["level"] == "warning"]
    assert finding["what"] == "right_index_mcp"
    assert finding["file"].endswith("mine.yaml")
    (letters,) = told["letters"]
    assert len(letters["named"]) == 26
    assert set(letters["can_show"]) == set(letters["named"]) - {"E", "R"}
    assert "L" in letters["right"]


def test_a_direct_map_that_closes_what_should_open_is_an_error(quick_ceiling, mine, monkeypatch, capsys):
    monkeypatch.setattr(hand_check, "_picture", lambda *_: None)

    def change(said):
        said["hands"]["right"]["method"] = "joints"
        said["hands"]["right"]["joints"]["right_index_mcp"]["scale"] = -1.0

    assert main(["hand", "check", str(mine(change))]) == 1
    told = capsys.readouterr().out
    assert "error: right_index_mcp: when the human index closes" in told
    assert "1 errors" in told
    assert "26 of 26" not in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said["hands"]["right"]["palm"].update(palmr="+x"), "did you mean 'palmar'?"),
        (
            lambda said: said["hands"]["right"]["fingers"]["index"].update(tip="right_indx_tip"),
            "mean 'right_index_tip'?",
        ),
        (
            lambda said: said["hands"]["right"]["joints"].update(index_0={"from": "index1_flexion"}),
            "no joint 'index_0'",
        ),
        (lambda said: said["controllers"][0]["joints"].append("right_index_mcp"), "is there twice"),
        (lambda said: said["rest"].update(right_index_mcp=9.0), "outside its limits"),
        (lambda said: said.update(hands={}), "nothing would move"),
    ],
)
def test_what_cannot_be_read_is_told_without_a_traceback(mine, change, words, capsys):
    assert main(["hand", "check", str(mine(change))]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert "mine.yaml" in told or "nsa_hand_right.urdf" in told
    assert told.startswith("nsa hand: ")


def test_without_what_draws_the_rest_is_done(quick_ceiling, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "nsa_ros.rehearsal.pictures", None)
    assert main(["hand", "check", "nsa_hand", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "letters are named right" in told.out
    assert "no picture" in told.err
    assert ".[film]" in told.err


def test_a_folder_that_cannot_be_written_is_told(quick_ceiling, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["hand", "check", "nsa_hand", "--out", str(tmp_path / "file")]) == 1
    assert "--out" in capsys.readouterr().err
