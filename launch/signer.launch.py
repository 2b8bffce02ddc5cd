"""Signer, robot_state_publisher, RViz, browser viewer and recorder, in one launch.

ros2 launch nsa_ros signer.launch.py [argument:=value …]      (--show-args lists them)
ros2 topic pub --once /sign_text std_msgs/msg/String "{data: 'hello'}"
"""

import importlib.util
import os

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node, PushROSNamespace
from launch_ros.parameter_descriptions import ParameterValue

from nsa_ros import resources

SWITCH = ["true", "false"]
TRANSFORM_LIMIT = 1000.0
"""robot_state_publisher drops joint states that come sooner than this frequency allows; far above any rate, none is."""

TF_IN_NAMESPACE = [("/tf", "tf"), ("/tf_static", "tf_static")]


def has_package(name: str) -> bool:
    try:
        get_package_prefix(name)
    except PackageNotFoundError:
        return False
    return True


def arguments() -> list[DeclareLaunchArgument]:
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and has_package("rviz2")
    viser = importlib.util.find_spec("viser") is not None
    return [
        DeclareLaunchArgument(
            "signer",
            default_value="model",
            choices=["model", "reference"],
            description="who signs: the neural model, or the reference signer (phonology)",
        ),
        DeclareLaunchArgument(
            "model",
            default_value="default",
            description="model bundle: a name under models/, or the path of a bundle folder",
        ),
        DeclareLaunchArgument(
            "provider",
            default_value="auto",
            choices=["auto", "cpu", "cuda", "tensorrt"],
            description="ONNX Runtime execution provider; auto takes the fastest that works",
        ),
        DeclareLaunchArgument(
            "rate",
            default_value="100.0",
            description="joint states and transforms published per second [Hz], 10 to 1000",
        ),
        DeclareLaunchArgument(
            "rviz",
            default_value=str(display).lower(),
            choices=SWITCH,
            description="show the figure in RViz; by default where there is a display",
        ),
        DeclareLaunchArgument(
            "viewer",
            default_value=str(viser).lower(),
            choices=SWITCH,
            description="serve the browser page; by default where viser is installed",
        ),
        DeclareLaunchArgument(
            "viewer_port",
            default_value="8080",
            description="first port tried for the browser page; the next free one is taken",
        ),
        DeclareLaunchArgument(
            "record",
            default_value="false",
            choices=SWITCH,
            description="record text, status, joint states and SMPL-X frames as MCAP, below the current folder",
        ),
        DeclareLaunchArgument(
            "namespace", default_value="", description="namespace of every node and topic, /tf included"
        ),
        DeclareLaunchArgument(
            "use_sim_time",
            default_value="false",
            choices=SWITCH,
            description="stamp and pace with /clock instead of the machine's clock",
        ),
    ]


def generate_launch_description() -> LaunchDescription:
    value = LaunchConfiguration
    sim_time = {"use_sim_time": ParameterValue(value("use_sim_time"), value_type=bool)}
    rate = ParameterValue(value("rate"), value_type=float)
    signer = Node(
        package="nsa_ros",
        executable="signer",
        name="signer",
        output="screen",
        parameters=[
            str(resources.find("config", "signer.yaml")),
            {"signer": value("signer"), "provider": value("provider"), "rate": rate},
            {"bundle": ParameterValue(value("model"), value_type=str)},
            sim_time,
        ],
    )
    state_publisher = Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        name="robot_state_publisher",
        parameters=[
            {
                "robot_description": resources.find("urdf", "signer.urdf").read_text(encoding="utf-8"),
                "publish_frequency": TRANSFORM_LIMIT,
            },
            sim_time,
        ],
        remappings=[("joint_states", "signer/joint_states"), *TF_IN_NAMESPACE],
    )
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        name="rviz2",
        condition=IfCondition(value("rviz")),
        arguments=["-d", str(resources.find("rviz", "signer.rviz"))],
        parameters=[sim_time],
        remappings=TF_IN_NAMESPACE,
    )
    viewer = Node(
        package="nsa_ros",
        executable="viewer",
        name="viewer",
        output="screen",
        condition=IfCondition(value("viewer")),
        parameters=[{"port": ParameterValue(value("viewer_port"), value_type=int)}, sim_time],
    )
    record = ExecuteProcess(
        cmd=[
            "ros2",
            "bag",
            "record",
            "--storage",
            "mcap",
            "--regex",
            "(.*/)?(sign_text|robot_description|signer/(joint_states|smplx|status|marker))",
        ],
        output="screen",
        condition=IfCondition(value("record")),
    )
    return LaunchDescription(
        [*arguments(), PushROSNamespace(value("namespace")), signer, state_publisher, rviz, viewer, record]
    )
