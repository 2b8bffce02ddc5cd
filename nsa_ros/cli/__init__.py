"""The `nsa` command. Each verb is a module of this room and is imported only when it is called.

A verb module has `configure(parser)` and `run(arguments) -> int`, the exit status; that of a verb which is a word of
Python (`import`) has an underscore after its name.
"""

from __future__ import annotations

import argparse
import importlib
import keyword
import sys
from collections.abc import Sequence

from nsa_ros import __version__
from nsa_ros.errors import NsaError

VERBS = {
    "sign": "English text to motion, as a file or a film, without ROS",
    "vocabulary": "what can be signed",
    "corpus": "make the corpus that models learn from",
    "train": "train a model, export it as a bundle and evaluate it",
    "export": "a trained run to a bundle, a bundle to TensorRT engines",
    "evaluate": "judge a bundle on unseen texts and write the report page",
    "reality": "the lexicon or a bundle against captures of people signing",
    "study": "films that fluent signers judge, and what their answers say",
    "fit": "landmarks or videos of signers to SMPL-X motion",
    "import": "skeletal animation (BVH, glTF, VRM) as SMPL-X motion",
    "hand": "robots that can follow: list them, get their URDF, check and rehearse one",
    "view": "play a motion file in the browser",
    "bench": "measure this machine: latency, speed, memory, jitter",
    "doctor": "what is installed, what works, what to do",
    "run": "start a ROS 2 node (signer, robot, viewer) without ros2 launch",
    "robot": "activate, stop and watch a robot's node without the ros2 command",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit status: 0 done, 1 an error the user can mend (named on stderr), 130 interrupted."""
    argv = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="nsa",
        description="American Sign Language motion from English text. The output is synthetic and has not been "
        "reviewed by Deaf signers; it does not replace an interpreter.",
    )
    parser.add_argument("--version", action="version", version=f"nsa_ros {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="verb", required=True)
    chosen = next((word for word in argv if not word.startswith("-")), None)
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            module = importlib.import_module(f"nsa_ros.cli.{name}{'_' * keyword.iskeyword(name)}")
            module.configure(verb)
            verb.set_defaults(execute=module.run)
    try:
        arguments = parser.parse_args(argv)
        status: int = arguments.execute(arguments)
        sys.stdout.flush()
        return status
    except NsaError as error:
        print(f"nsa {chosen}: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"nsa {chosen}: {error}. `nsa doctor` says what is not installed and how to install it.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"nsa {chosen}: stopped; what is whole is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
