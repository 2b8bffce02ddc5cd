"""Robots written in the tests: a two-fingered hand, as URDF and YAML."""

HAND = """<robot name="tiny">
  <link name="base"/><link name="palm"/>
  <link name="i1"/><link name="i2"/><link name="i_tip"/>
  <link name="t1"/><link name="t2"/><link name="t_tip"/>
  <joint name="mount" type="fixed"><parent link="base"/><child link="palm"/>
    <origin xyz="0 0 0.05" rpy="0 0 0.3"/></joint>
  <joint name="i_knuckle" type="revolute"><parent link="palm"/><child link="i1"/><origin xyz="0.01 0.02 0.09"/>
    <axis xyz="0 2 0"/><limit lower="-0.2" upper="1.6" velocity="3" effort="1"/></joint>
  <joint name="i_middle" type="revolute"><parent link="i1"/><child link="i2"/><origin xyz="0 0 0.05"/>
    <axis xyz="0 1 0"/><limit lower="0" upper="1.6" velocity="3" effort="1"/>
    <mimic joint="i_knuckle" multiplier="0.5" offset="0.1"/></joint>
  <joint name="i_end" type="fixed"><parent link="i2"/><child link="i_tip"/><origin xyz="0 0 0.04"/></joint>
  <joint name="t_turn" type="revolute"><parent link="palm"/><child link="t1"/>
    <origin xyz="0.02 0.04 0.03" rpy="0.9 0 0.4"/>
    <axis xyz="0 0 1"/><limit lower="0.2" upper="1.4" velocity="2" effort="1"/></joint>
  <joint name="t_bend" type="revolute"><parent link="t1"/><child link="t2"/><origin xyz="0 0 0.04"/>
    <axis xyz="0 1 0"/><limit lower="-0.1" upper="1.5" velocity="2" effort="1"/></joint>
  <joint name="t_end" type="fixed"><parent link="t2"/><child link="t_tip"/><origin xyz="0 0 0.04"/></joint>
  <link name="lid"/>
  <joint name="slide" type="prismatic"><parent link="base"/><child link="lid"/><origin xyz="0 0 0" rpy="0 1 0"/>
    <axis xyz="0 0 1"/><limit lower="0.01" upper="0.1" velocity="1" effort="1"/></joint>
</robot>
"""

ROBOT = """
title: Tiny hand
urdf: {file: tiny.urdf, license: Apache-2.0}
hands:
  right:
    palm: {link: palm, distal: +z, palmar: +x}
    fingers:
      index: {mcp: i1, pip: i2, tip: i_tip}
      thumb: {pip: t2, tip: {link: t2, at: [0, 0, 0.04]}}
rest: {t_bend: 0.3}
limits: {acceleration: 50, joints: {"t_*": {velocity: 1.5, jerk: 900}}}
capsules: [{link: palm, to: [0, 0, 0.09], radius: 0.02}]
controllers: [{name: tiny_controller, joints: [t_bend, t_turn, i_knuckle]}]
tempo: 0.5
"""


def write(folder, robot=ROBOT, hand=HAND):
    """The two files in a folder; the path of the YAML."""
    (folder / "tiny.urdf").write_text(hand)
    file = folder / "tiny.yaml"
    file.write_text(robot)
    return file
