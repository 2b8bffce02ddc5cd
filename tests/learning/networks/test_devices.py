"""Networks compute on the device of their weights: nothing that they make themselves stays on the CPU."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import CONFIG

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.decoders import DECODERS
from nsa_ros.learning.networks.kinematics import POINTS, Kinematics
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlanBatch, PlannerModel
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.representation import ROTATIONS, Representation

META = torch.device("meta")  # shapes without values: refuses to meet the CPU, and every machine has it


def frame(rotation):
    channels = 3 * ROTATIONS[rotation] + 1
    return Representation(rotation, (16, 18, 40), (0,), np.zeros(channels), np.ones(channels), named_pose("neutral"))


@pytest.mark.parametrize("kind", ["aligned", "sentence", "words", "tokens"])
@pytest.mark.parametrize("cell", DECODERS)
def test_the_motion_model_runs_where_its_weights_are(kind, cell):
    config = replace(CONFIG, conditioning=kind, denoiser=replace(CONFIG.denoiser, cell=cell))
    model = MotionModel(config, frame("rotvec"), 9, 12).to(META)
    ids = torch.zeros(2, 7, 3, dtype=torch.int64, device=META)
    text = torch.zeros(2, 32, dtype=torch.int64, device=META)
    timing, place = torch.zeros(2, 7, TIMING, device=META), torch.ones(2, 7, 2, device=META)
    context = Context(ids, ids, timing, text, place, torch.zeros(2, dtype=torch.bool, device=META))
    made, state = model(torch.zeros(2, 7, 10, device=META), context, torch.ones(2, device=META), model.start(2))
    assert made.device.type == state.device.type == "meta"


def test_the_planner_runs_where_its_weights_are():
    model = PlannerModel(CONFIG.text, CONFIG.planner, 12, 9).to(META)
    steps = torch.zeros(2, 5, dtype=torch.int64, device=META)
    tokens = torch.zeros(2, 32, dtype=torch.int64, device=META)
    batch = PlanBatch(tokens, steps[:, 0], steps, steps, steps, steps, torch.ones(2, 5, device=META))
    with pytest.raises(RuntimeError, match="item"):  # only the report's numbers are missing: the loss was computed
        model.loss(batch)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_kinematics_runs_where_its_buffers_are(rotation):
    kinematics = Kinematics(default_skeleton(), frame(rotation)).to(META)
    made = kinematics(torch.zeros(4, len(frame(rotation).mean), device=META))
    assert (made.device.type, made.shape) == ("meta", (4, POINTS, 3))
