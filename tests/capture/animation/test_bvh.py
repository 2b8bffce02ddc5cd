"""BVH: the format, and a message with line and bone for every way to break it."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.errors import NsaError

TEXT = """HIERARCHY
ROOT Hips
{
    OFFSET 0 90 0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Left Arm
    {
        OFFSET 10 0 0
        CHANNELS 3 Yrotation Zrotation Xrotation
        End Site
        {
            OFFSET 5 0 0
        }
    }
}
MOTION
Frames: 2
Frame Time: 0.0333333
1 90 3 10 20 30 0 0 0
2 91 3 0 0 0 40 50 60
"""


def read(folder, text=TEXT):
    file = folder / "take.bvh"
    file.write_text(text, encoding="utf-8")
    return read_animation(file)


def test_bones_channels_and_rate(tmp_path):
    animation = read(tmp_path)
    assert animation.rig.names == ("Hips", "Left Arm", "Left Arm end")
    assert animation.rig.parents == (-1, 0, 1)
    take = animation.take()
    assert take.fps == 30.0
    placed = take.place(animation.rig, take.frames(30.0))
    np.testing.assert_allclose(placed.positions[:, 0], [[1, 90, 3], [2, 91, 3]])
    turn = Rotation.from_euler("ZXY", [10, 20, 30], degrees=True).as_matrix()
    np.testing.assert_allclose(placed.rotations[0, 0], turn, atol=1e-12)
    np.testing.assert_allclose(placed.positions[0, 2], [1, 90, 3] + turn @ [15, 0, 0])
    arm = Rotation.from_euler("YZX", [40, 50, 60], degrees=True).as_matrix()
    np.testing.assert_allclose(placed.positions[1, 2], [12, 91, 3] + arm @ [5, 0, 0])


def test_braces_on_the_line_tabs_and_line_ends_of_windows(tmp_path):
    text = (
        TEXT.replace("End Site\n        {", "End Site {").replace("ROOT Hips\n{", "ROOT\tHips {").replace("\n", "\r\n")
    )
    assert read(tmp_path, text).rig.names == read(tmp_path).rig.names


def test_a_position_channel_takes_the_place_of_the_offset(tmp_path):
    text = TEXT.replace(
        "CHANNELS 3 Yrotation Zrotation Xrotation", "CHANNELS 4 Yposition Yrotation Zrotation Xrotation"
    )
    text = text.replace("30 0 0 0\n", "30 7 0 0 0\n").replace("0 0 0 40", "0 0 0 0 40")
    animation = read(tmp_path, text)
    placed = animation.take().place(animation.rig, np.array([1 / 30]))
    np.testing.assert_allclose(placed.positions[0, 1], [12, 91, 3])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (TEXT[TEXT.index("    CHANNELS 6") :], "", "the file ends where a bone or MOTION is expected; it is truncated"),
        ("2 91 3 0 0 0 40 50 60\n", "", "ends after 1 of 2 frames"),
        ("0 40 50 60\n", "0 40", "the file ends inside frame 2 of 2"),
        ("30 0 0 0\n", "30 0 0\n", "line 19: frame 1 has 8 values, the channels of the bones are 9"),
        ("50 60", "nan 60", "line 20: frame 2, Zrotation of bone 'Left Arm' is nan"),
        ("50 60", "5O 60", "line 20: frame 2, Zrotation of bone 'Left Arm' is '5O', not a number"),
        ("50 60", "1e300 60", "line 20: frame 2, Zrotation of bone 'Left Arm' is 1e300"),
        ("OFFSET 10 0 0", "OFFSET 10 0", "line 8: OFFSET of bone 'Left Arm' has 2 values"),
        ("OFFSET 10 0 0", "OFFSET 10 x 0", "line 8: OFFSET of bone 'Left Arm' is 'x'"),
        ("        OFFSET 10 0 0\n", "", "bone 'Left Arm' has no OFFSET"),
        ("CHANNELS 3", "CHANNELS 4", "line 9: CHANNELS of bone 'Left Arm' says 4, names 3"),
        ("Yrotation Zrotation X", "Wrotation Zrotation X", "line 9: channels of bone 'Left Arm' are Wrotation"),
        ("JOINT Left Arm", "JOINT Hips", "line 6: a second bone 'Hips'"),
        ("JOINT Left Arm", "ROOT Left Arm", "line 6: a second ROOT"),
        ("JOINT Left Arm\n    {", "JOINT Left Arm\n", "bone 'Left Arm' needs a {"),
        ("    }\n}\n", "    }\n", "MOTION comes before the brace that closes bone 'Hips'"),
        ("Frames: 2", "Frames: many", "line 17: expected `Frames: N`"),
        ("Frame Time: 0.0333333", "Frame Time: 0", "line 18: the frame time is 0 s"),
        ("0.0333333", "often", "line 18: the frame time is 'often', not a number"),
        ("JOINT", "BONE", "line 6: 'BONE Left Arm' is not expected here"),
    ],
)
def test_what_is_broken_is_named_with_its_line(tmp_path, old, new, message):
    assert old in TEXT
    with pytest.raises(NsaError) as error:
        read(tmp_path, TEXT.replace(old, new, 1))
    assert message in str(error.value)
    assert "take.bvh, line " in str(error.value)


def test_a_skeleton_without_channels_is_refused(tmp_path):
    still = "HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 0\n}\nMOTION\nFrames: 1\nFrame Time: 0.1\n"
    with pytest.raises(NsaError, match="nothing moves"):
        read(tmp_path, still)
