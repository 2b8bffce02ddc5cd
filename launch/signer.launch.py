"""Signer, robot_state_publisher, RViz, browser viewer, robot hands and recorder, in one launch.

ros2 launch nsa_ros signer.launch.py [argument:=value …]      (--show-args lists them)
ros2 topic pub --once /sign_text std_msgs/msg/String "{data: 'hello'}"

Several signers, in one process with one model, each with the rest in a namespace of its own:

ros2 launch nsa_ros signer.launch.py names:=ada,bob
ros2 topic pub --once /ada/sign_text std_msgs/msg/String "{data: 'hello'}"

With a robot, which commands nothing until it is activated (docs/robots-ros.md):

ros2 launch nsa_ros signer.launch.py robot:=allegro_right
ros2 lifecycle set /allegro_right activate

Without hardware, a robot that stands beside the figure in RViz and activates by itself:

ros2 launch nsa_ros signer.launch.py robot:=nsa_hand robot_simulated:=true
ros2 topic pub --once /sign_text std_msgs/msg/String "{data: 'hello'}"
"""

import importlib.util
import os
import tempfile
from dataclasses import dataclass, replace

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, GroupAction, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode, Node, PushROSNamespace
from launch_ros.parameter_descriptions import ParameterValue

from nsa_ros import resources
from nsa_ros.robots.description.robot import Robot, load_robot, signing_tempo
from nsa_ros.ros import robot_view
from nsa_ros.ros.names import RobotChoice, robot_choices, signer_names
from nsa_ros.signing.timeline import SLOWEST

SWITCH = ["true", "false"]
TRANSFORM_LIMIT = 1000.0
"""robot_state_publisher drops joint states that come sooner than this frequency allows; far above any rate, none is."""

TF_IN_NAMESPACE = [("/tf", "tf"), ("/tf_static", "tf_static")]

APART = [
    ("robot_description", "signer/robot_description"),
    ("/tf", "signer/tf"),
    ("/tf_static", "signer/tf_static"),
]
"""Where the figure's description and transforms go when a robot follows, whose own have the usual names."""

SIMULATED = "simulated"
"""Namespace of simulated robots: what is commanded there, no real robot hears."""


@dataclass(frozen=True)
class Simulated:
    """A simulated robot beside the figure."""

    choice: RobotChoice
    robot: Robot
    place: robot_view.Placed


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
            "robot",
            default_value="",
            description="robots that follow, separated by commas: NAME, NAMESPACE/NAME or the path of a YAML file, "
            "e.g. allegro_right or right/allegro_right,left/allegro_left; each is a node in a process of its own",
        ),
        DeclareLaunchArgument(
            "urdf",
            default_value="",
            description="URDF file of the robot, or a folder that holds those of all; by default where nsa hand get "
            "put it",
        ),
        DeclareLaunchArgument(
            "robot_simulated",
            default_value="false",
            choices=SWITCH,
            description="no hardware: each is simulated (no physics) in the namespace simulated, and RViz shows it",
        ),
        DeclareLaunchArgument(
            "robot_active",
            default_value=LaunchConfiguration("robot_simulated"),
            choices=SWITCH,
            description="activate the robots as soon as their joint states are measured: they move by themselves; by "
            "default those that are simulated do",
        ),
        DeclareLaunchArgument(
            "robot_speed",
            default_value="1.0",
            description="factor of the robots' velocity limits, 0.05 to 1; for first trials",
        ),
        DeclareLaunchArgument(
            "robot_output",
            default_value="robot",
            choices=["robot", "joint_trajectory", "position", "joint_state"],
            description="type of the robots' commands; robot takes what each YAML says",
        ),
        DeclareLaunchArgument(
            "speed",
            default_value="",
            description="speed of the signing; by default 1, or the slowest tempo of the robots that follow, times "
            "robot_speed",
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
    named = value("robot").perform(context)
    followers = robot_choices(named) if named else []
    shown: list[Simulated] = []
    if value("robot_simulated").perform(context) == "true":
        followers = [replace(choice, namespace=f"{SIMULATED}/{choice.namespace}".rstrip("/")) for choice in followers]
        made = [load_robot(choice.robot, value("urdf").perform(context) or None) for choice in followers]
        shown = [Simulated(*row) for row in zip(followers, made, robot_view.placed(made), strict=True)]
    speed = value("speed").perform(context)
    slowed = float(value("robot_speed").perform(context)) if followers else 1.0
    tempo = float(speed) if speed else max(slowed * signing_tempo(choice.robot for choice in followers), SLOWEST)
    parameters = [
        str(resources.find("config", "signer.yaml")),
        {
            "signer": value("signer"),
            "provider": value("provider"),
            "precision": value("precision"),
            "rate": ParameterValue(value("rate"), value_type=float),
            "bundle": ParameterValue(value("model"), value_type=str),
        },
        *([{"speed": tempo}] if speed or followers else []),
        *common(further),
    ]
    base = f"/{value('namespace').perform(context).strip('/')}".rstrip("/")
    if not names:
        node = Node(package="nsa_ros", executable="signer", name="signer", output="screen", parameters=parameters)
        return [node, *following(followers, shown, f"{base}/signer", further)]
    process = Node(
        package="nsa_ros", executable="signers", output="screen", arguments=["--names", names], parameters=parameters
    )
    groups = [
        GroupAction([PushROSNamespace(name), *following(followers, shown, f"{base}/{name}/signer", further)])
        for name in signer_names(names)
    ]
    return [process, *groups]


def following(choices: list[RobotChoice], shown: list[Simulated], signer: str, further: str) -> list[Action]:
    """What belongs to one signer, in its namespace: robot_state_publisher, RViz, viewer, robots."""
    simulation = [action for robot in shown for action in simulated(robot, signer, further)]
    return [*beside(bool(choices), shown), *robots(choices, signer, further), *simulation]


def common(further: str) -> list[object]:
    """Parameters of every node: the clock, and the user's file."""
    return [sim_time(), *([further] if further else [])]


def robots(choices: list[RobotChoice], signer: str, further: str) -> list[Action]:
    """A process for each robot that follows a signer."""
    value = LaunchConfiguration
    parameters = {
        "urdf": ParameterValue(value("urdf"), value_type=str),
        "active": ParameterValue(value("robot_active"), value_type=bool),
        "speed": ParameterValue(value("robot_speed"), value_type=float),
        "output": ParameterValue(value("robot_output"), value_type=str),
    }
    return [
        LifecycleNode(
            package="nsa_ros",
            executable="robot",
            name=choice.node,
            namespace=choice.namespace,
            output="screen",
            parameters=[{**choice.defaults(signer), **parameters}, *common(further)],
        )
        for choice in choices
    ]


def simulated(shown: Simulated, signer: str, further: str) -> list[Action]:
    """What stands in for a robot, and what shows it: its frames are named with its path before, beside the figure's."""
    choice, root = shown.choice, shown.robot.urdf.links[0]
    numbers = {
        **dict(zip(("--x", "--y", "--z"), shown.place.position, strict=True)),
        **dict(zip(("--qx", "--qy", "--qz", "--qw"), shown.place.rotation.as_quat(), strict=True)),
    }
    transforms = [("/tf", f"{signer}/tf"), ("/tf_static", f"{signer}/tf_static")]
    value = LaunchConfiguration
    parameters = {
        "robot": choice.robot,
        "urdf": ParameterValue(value("urdf"), value_type=str),
        "output": ParameterValue(value("robot_output"), value_type=str),
    }
    return [
        Node(
            package="nsa_ros",
            executable="simulated_robot",
            name=choice.simulated,
            namespace=choice.namespace,
            output="screen",
            parameters=[parameters, *common(further)],
        ),
        Node(
            package="robot_state_publisher",
            executable="robot_state_publisher",
            name=f"{choice.node}_state_publisher",
            namespace=choice.namespace,
            parameters=[
                {
                    "robot_description": ParameterValue(robot_view.description(shown.robot), value_type=str),
                    "frame_prefix": f"{choice.path}/",
                    "publish_frequency": TRANSFORM_LIMIT,
                },
                sim_time(),
            ],
            remappings=[("robot_description", f"{choice.node}/robot_description"), *transforms],
        ),
        Node(
            package="tf2_ros",
            executable="static_transform_publisher",
            name=f"{choice.node}_place",
            namespace=choice.namespace,
            arguments=[
                *(word for name, number in numbers.items() for word in (name, f"{number:.6f}")),
                *("--frame-id", "base_link", "--child-frame-id", f"{choice.path}/{root}"),
            ],
            parameters=[sim_time()],
            remappings=transforms,
        ),
    ]


def rviz_file(shown: list[Simulated]) -> str:
    """RViz's configuration: the figure, and simulated robots beside it."""
    figure = resources.find("rviz", "signer.rviz")
    if not shown:
        return str(figure)
    text = robot_view.view(
        figure.read_text(encoding="utf-8"),
        [robot.choice.path for robot in shown],
        [robot.place for robot in shown],
    )
    with tempfile.NamedTemporaryFile("w", prefix="signer_", suffix=".rviz", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name


def sim_time() -> dict[str, ParameterValue]:
    return {"use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)}


def beside(apart: bool, shown: list[Simulated]) -> list[Action]:
    """robot_state_publisher, RViz, viewer; `apart` from a robot's; RViz shows simulated robots, too."""
    value = LaunchConfiguration
    remappings = APART if apart else TF_IN_NAMESPACE
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
        remappings=[("joint_states", "signer/joint_states"), *remappings],
    )
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        name="rviz2",
        condition=IfCondition(value("rviz")),
        arguments=["-d", rviz_file(shown)],
        parameters=[sim_time()],
        remappings=remappings,
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
            "(.*/)?(sign_text|robot_description|joint_states|joint_trajectory|commands|joint_commands|status"
            "|signer/(joint_states|smplx|status|marker))",
        ],
        output="screen",
        condition=IfCondition(LaunchConfiguration("record")),
    )
    return LaunchDescription(
        [*arguments(), PushROSNamespace(LaunchConfiguration("namespace")), OpaqueFunction(function=signer), record]
    )
