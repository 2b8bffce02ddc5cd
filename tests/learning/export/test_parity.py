import numpy as np
import pytest
from tiny import make_bundle, make_graphs

from nsa_ros.body.skeleton import INDEX
from nsa_ros.learning.export.differences import Differences
from nsa_ros.learning.export.parity import KINDS, LIMITS, exceeded, summary
from nsa_ros.learning.export.rendering import plan_torch, sample_onnx, sample_torch
from nsa_ros.signing.bundle import load_bundle
from nsa_ros.signing.networks import Networks


@pytest.fixture(scope="module")
def made():
    bundle = load_bundle(make_bundle() / "bundle")
    _, corpus, trained, _ = make_graphs()
    return bundle, Networks(bundle, "cpu"), corpus, trained


@pytest.mark.parametrize("cut", [[4], [16], [4, 16], [4, 4, 16]])
def test_every_partition_in_onnx_equals_the_whole_in_torch(made, cut):
    bundle, networks, corpus, trained = made
    passage = max(corpus.test, key=lambda p: len(p.poses))
    whole = sample_torch(trained.motion, bundle, passage, seed=3)
    (parts,) = sample_onnx(networks, bundle, [passage], [3], cut)
    decoded = [bundle.representation.decode(channels)[0] for channels in (whole, parts)]
    np.testing.assert_allclose(decoded[0], decoded[1], atol=1e-4)


def test_texts_in_one_call_are_as_alone(made):
    bundle, networks, corpus, _ = made
    passages, seeds = corpus.test[:5], [5, 1, 9, 2, 7]
    together = sample_onnx(networks, bundle, passages, seeds)
    for passage, seed, frames in zip(passages, seeds, together, strict=True):
        (alone,) = sample_onnx(networks, bundle, [passage], [seed])
        np.testing.assert_allclose(frames, alone, atol=1e-5)


def test_the_planner_in_onnx_is_the_planner_in_torch(made):
    bundle, networks, corpus, trained = made
    tokens = corpus.test[0].sentences[0].tokens
    assert list(networks.planner(tokens).plan(seed=0)) == plan_torch(trained.planner, networks, bundle, tokens, seed=0)


def test_differences_are_in_degrees_and_millimetres(made):
    bundle = made[0]
    frame = bundle.representation
    poses = np.repeat(frame.still[None], 10, axis=0)
    turned = poses.copy()
    turned[3, INDEX["right_wrist"]] = 0.0
    poses[3, INDEX["right_wrist"]] = [0.0, 0.0, np.radians(10.0)]
    differences = Differences(frame)
    differences.add(*(frame.encode(p, np.zeros((10, 10))) for p in (poses, turned)))
    found = differences.figures()
    joints = len(frame.joints)
    assert found["degrees"] == pytest.approx([10.0 / (10 * joints), 0.0, 10.0], rel=0.01, abs=0.01)
    mean, _, largest = found["fingertips_mm"]
    assert 10.0 < largest < 40.0, "ten degrees at the length of a hand"
    assert 0.02 * largest < mean < 0.05 * largest, "five of ten fingertips in a tenth of the frames"
    assert 5.0 < found["joints_mm"][2] < largest, "finger joints are nearer to the wrist than fingertips"


def figures(fingertips, others=(0.0, 0.0, 0.0)):
    found = {"degrees": list(others), "joints_mm": list(others), "fingertips_mm": list(fingertips)}
    return dict.fromkeys(KINDS, found)


def test_what_exceeds_a_limit_is_said_with_its_figure():
    assert exceeded("int8", figures((1.0, 3.0, 15.0), (99.0, 99.0, 99.0))) == []
    said = exceeded("int8", figures((1.01, 3.0, 15.0)))
    assert said == [f"{kind}: fingertips_mm mean 1.01, at most 1" for kind in KINDS]
    assert len(exceeded("fp16", figures((0.1, 3.5, 16.0)))) == 6
    assert len(exceeded("fp32", figures((0.0, 0.0, 0.0), (0.0, 0.0, 0.02)))) == 6


def test_what_is_not_a_number_exceeds_every_limit():
    assert len(exceeded("fp16", figures((np.nan, 0.0, 0.0)))) == 3


def test_the_summary_has_a_line_for_each_precision():
    good, bad = figures((0.4, 2.0, 7.0)), figures((1.5, 2.0, 7.0))
    report = {
        "fp32": {**good, "shipped": True, "exceeded": []},
        "int8": {**bad, "shipped": False, "exceeded": exceeded("int8", bad)},
    }
    first, second = summary(report)
    assert first.startswith("fp32 from torch")
    assert first.endswith("text 0.4, 2, 7; together 0.4, 2, 7: shipped")
    assert second.startswith("int8 from fp32")
    assert "NOT SHIPPED, over its limits (step: fingertips_mm mean 1.5, at most 1;" in second
    assert set(LIMITS) == {"fp32", "fp16", "int8"}
