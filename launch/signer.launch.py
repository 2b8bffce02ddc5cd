"""Signer, robot_state_publisher, RViz, browser viewer and recorder, in one launch.

ros2 launch nsa_ros signer.launch.py [argument:=value …]      (--show-args lists them)
ros2 topic pub --once /sign_text std_msgs/msg/String "{data: 'hello'}"

Several signers, in one process with one model, each with the rest in a namespace of its own:

ros2 launch nsa_ros signer.launch.py names:=ada,bob
ros2 topic pub --once /ada/sign_text std_msgs/msg/String "{data: 'hello'}"
"""

import importlib.util
import os

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, GroupAction, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node, PushROSNamespace
from launch_ros.parameter_descriptions import ParameterValue

from nsa_ros import resources
from nsa_ros.ros.names import signer_names

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
            "names",
            default_value="",
            description="e.g. ada,bob: nodes /ada/signer and /bob/signer in one process; without names one /signer",
        ),
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
            "precision",
            default_value="fp32",
            choices=["fp32", "int8", "fp16"],
            description="arithmetic of the model; int8 is faster on a CPU, fp16 on a GPU",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value="",
            description="YAML file with further parameters, for instance of one of several signers (/bob/signer)",
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


def signer(context: LaunchContext) -> list[Action]:
    """The process of the signer, or of several, and what stands beside each."""
    value = LaunchConfiguration
    names = value("names").perform(context)
    further = value("params_file").perform(context)
    parameters = [
        str(resources.find("config", "signer.yaml")),
        {
            "signer": value("signer"),
            "provider": value("provider"),
            "precision": value("precision"),
            "rate": ParameterValue(value("rate"), value_type=float),
            "bundle": ParameterValue(value("model"), value_type=str),
        },
        sim_time(),
        *([further] if further else []),
    ]
    if not names:
        node = Node(package="nsa_ros", executable="signer", name="signer", output="screen", parameters=parameters)
        return [node, *beside()]
    process = Node(
        package="nsa_ros", executable="signers", output="screen", arguments=["--names", names], parameters=parameters
    )
    groups = [GroupAction([PushROSNamespace(name), *beside()]) for name in signer_names(names)]
    return [process, *groups]


def sim_time() -> dict[str, ParameterValue]:
    return {"use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)}


def beside() -> list[Action]:
    """What belongs to one signer, in its namespace: robot_state_publisher, RViz, viewer."""
    value = LaunchConfiguration
    state_publisher = Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        name="robot_state_publisher",
        parameters=[
            {
                "robot_description": resources.find("urdf", "signer.urdf").read_text(encoding="utf-8"),
                "publish_frequency": TRANSFORM_LIMIT,
            },
            sim_time(),
        ],
        remappings=[("joint_states", "signer/joint_states"), *TF_IN_NAMESPACE],
    )
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        name="rviz2",
        condition=IfCondition(value("rviz")),
        arguments=["-d", str(resources.find("rviz", "signer.rviz"))],
        parameters=[sim_time()],
        remappings=TF_IN_NAMESPACE,
    )
    viewer = Node(
        package="nsa_ros",
        executable="viewer",
        name="viewer",
        output="screen",
        condition=IfCondition(value("viewer")),
        parameters=[{"port": ParameterValue(value("viewer_port"), value_type=int)}, sim_time()],
    )
    return [state_publisher, rviz, viewer]


def generate_launch_description() -> LaunchDescription:
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
        condition=IfCondition(LaunchConfiguration("record")),
    )
    return LaunchDescription(
        [*arguments(), PushROSNamespace(LaunchConfiguration("namespace")), OpaqueFunction(function=signer), record]
    )
