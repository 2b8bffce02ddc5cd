"""`nsa fit`: SMPL-X motion from landmarks or videos of signers, one clip or thousands; and the prior that fits use."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.capture.fitted import Fitted
    from nsa_ros.capture.landmarks import Landmarks
    from nsa_ros.capture.readers import ClipReference, ReadOptions

PRIOR = "prior"
"""First word of the other form of the command."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.usage = (
        "nsa fit INPUT --out FILE.npz [options]\n"
        "       nsa fit INPUT --out DIR [options]\n"
        f"       nsa fit {PRIOR} MOTIONS --out FILE.npz"
    )
    parser.add_argument(
        "input",
        nargs="+",
        metavar="INPUT",
        help="landmarks (.pose, .npz, .npy, a folder of OpenPose frames), a video, or a folder of any of these. "
        f"`{PRIOR} MOTIONS` learns a pose prior from a folder of motions instead (a clip of that name is ./{PRIOR})",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PATH", help="FILE.npz for one clip, or a folder for all of INPUT"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    _seen(parser.add_argument_group("what was filmed (asked of the files where left out)"))
    _method(parser.add_argument_group("how it is fitted"))
    one = parser.add_argument_group("one clip")
    one.add_argument("--overlay", type=Path, metavar="FILE.mp4", help="film of landmarks, fit and figure")
    _many(parser.add_argument_group("many clips"))


def _seen(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--fps", type=float, metavar="N", help="frames per second")
    group.add_argument("--size", metavar="WxH", help="of the picture in pixels, such as 1280x720")
    group.add_argument(
        "--mirrored", action=argparse.BooleanOptionalAction, default=None, help="the signer is seen as in a mirror"
    )
    group.add_argument("--person", type=int, metavar="N", help="which one of several, from 0 (default: most prominent)")
    group.add_argument("--focal", type=float, metavar="PX", help="focal length in pixels (default: found)")
    group.add_argument(
        "--depth", action=argparse.BooleanOptionalAction, default=None, help="use the depth of the landmarks, or not"
    )
    group.add_argument("--detector", metavar="PYTHON", help="Python that has MediaPipe, for videos (docs/fitting.md)")
    group.add_argument("--keep-landmarks", action="store_true", help="keep what was detected beside each video")
    group.add_argument("--source", default="", help="where it comes from; stays with the motion")
    group.add_argument("--license", default="", help="its licence; stays with the motion")
    group.add_argument(
        "--texts", type=Path, metavar="PATH", help="table of what is said (default: looked for in INPUT)"
    )


def _method(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--init", type=Path, metavar="PATH", help="SMPL-X estimate to start from, of many clips a folder of NAME.npz"
    )
    group.add_argument(
        "--mean-hand", type=Path, metavar="FILE", help="licensed SMPLX_*.npz whose mean hand --init is relative to"
    )
    group.add_argument("--prior", type=Path, metavar="FILE", help=f"of `nsa fit {PRIOR}` (default: the shipped one)")
    group.add_argument("--smplx", type=Path, metavar="FILE", help="licensed SMPLX_*.npz to fit instead of our figure")
    group.add_argument("--device", default="auto", help="of torch: auto, cpu, cuda (default auto)")


def _many(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", type=int, default=0, metavar="N", help="at a time (default: as many as cores)")
    group.add_argument(
        "--ray", metavar="ADDRESS", help="fit on a Ray cluster: HOST:PORT, ray://HOST:PORT, auto; local starts one here"
    )
    group.add_argument("--again", action="store_true", help="fit also what is there already")
    group.add_argument("--how2sign", action="store_true", help="write How2Sign's layout besides, to train on")


def run(arguments: argparse.Namespace) -> int:
    if arguments.input[0] == PRIOR and len(arguments.input) == 2:
        return prior(Path(arguments.input[1]), arguments)
    if len(arguments.input) > 1 or arguments.input[0] == PRIOR:
        raise NsaError(
            f"one INPUT is needed, given are {' '.join(arguments.input)}. For several files give their folder, for a "
            f"prior `nsa fit {PRIOR} MOTIONS --out FILE.npz`, for a clip of that name ./{PRIOR}"
        )
    return one(arguments) if arguments.out.suffix == ".npz" else many(arguments)


def one(arguments: argparse.Namespace) -> int:
    from nsa_ros.learning.fitting.bulk.lot import fit_clip

    _refuse(arguments, ("workers", "ray", "again", "how2sign"), "for many clips; give a folder as --out")
    (task, *more), work, options = _work(arguments)
    if more:
        raise NsaError(
            f"{arguments.input[0]} holds {1 + len(more)} clips, such as {task.name} and {more[0].name}; give a folder "
            "as --out to fit them all, or the file of one"
        )
    if arguments.overlay and arguments.overlay.suffix not in (".mp4", ".gif"):
        raise NsaError(f"--overlay {arguments.overlay}: give a .mp4 or .gif file")
    begun = time.monotonic()
    landmarks, start = work.read(task)
    read = time.monotonic()
    fitted = fit_clip(task, landmarks, start, work)
    seconds = time.monotonic() - read
    fitted.save(arguments.out)
    if arguments.overlay:
        overlay(arguments, task.reference, options, landmarks, fitted)
    if arguments.json:
        said = {"out": str(arguments.out), "seconds": {"read": round(read - begun, 2), "fit": round(seconds, 2)}}
        print(json.dumps({**said, **fitted.quality, "labels": fitted.labels}, indent=1, ensure_ascii=False))
    else:
        print("\n".join([f"{arguments.out}: fitted in {seconds:.1f} s", *told(fitted.quality)]))
    return 0


def overlay(
    arguments: argparse.Namespace,
    reference: ClipReference,
    options: ReadOptions,
    landmarks: Landmarks,
    fitted: Fitted,
) -> None:
    """Film landmarks, fit and figure, on the video if there is one."""
    from nsa_ros.capture.quality import picture_points
    from nsa_ros.viewer.overlay import Lens, overlay_film, video_pictures
    from nsa_ros.viewer.scene import Scene

    camera = fitted.camera
    seen, confidence = picture_points(landmarks)
    rate = None if options.fps else landmarks.fps
    pictures = video_pictures(reference.path, rate) if reference.kind == "video" else None
    if pictures and options.mirrored:
        pictures = (picture[:, ::-1] for picture in pictures)
    overlay_film(
        arguments.overlay,
        fitted.motion,
        Lens(camera.focal, camera.centre, camera.position, camera.size),
        seen,
        confidence,
        fitted.reprojected(),
        background=pictures,
        title=landmarks.name,
        scene=Scene(fitted.skeleton),
    )


def told(quality: dict[str, Any]) -> list[str]:
    """A report for people."""
    seen, lines = quality["seen"], [f"verdict: {quality['verdict']}"]
    lines += [f"  - {reason}" for reason in quality["reasons"]]
    hands = ", ".join(f"{side} {seen[f'{side}_hand']:.0%}" for side in ("left", "right"))
    lines.append(f"{quality['frames']} frames at {quality['fps']:g} frames/s; hands seen: {hands}")
    for part in ("hands", "body"):
        row = quality["reprojection"][part]
        if row and row["median_px"] is not None:
            palm = f" ({row['median_palm']:.0%} of a palm's width)" if row["median_palm"] is not None else ""
            lines.append(f"{part}: {row['median_px']:.1f} pixels{palm} off the landmarks, median")
    jitter = quality["jitter"]
    if jitter:
        lines.append(f"jitter: {jitter['fit']:.1f} m/s², of the landmarks {jitter['raw']:.1f}")
    return lines + [f"note: {note}" for note in quality["notes"]]


def many(arguments: argparse.Namespace) -> int:
    from nsa_ros.learning.fitting.bulk.fits import Fits
    from nsa_ros.learning.fitting.bulk.layout import How2SignFits
    from nsa_ros.learning.fitting.bulk.run import fit_many

    _refuse(arguments, ("overlay",), "for one clip; give a file as INPUT and FILE.npz as --out")
    if arguments.out.is_file():
        raise NsaError(f"--out {arguments.out} is a file; a folder is needed, or FILE.npz for one clip")
    tasks, work, _ = _work(arguments)
    fits = How2SignFits(arguments.out, work.key, tasks) if arguments.how2sign else Fits(arguments.out, work.key)
    summary = fit_many(tasks, lambda: workers(arguments, work), fits, work.group, arguments.again)
    if arguments.json:
        print(json.dumps(summary.as_dict(), indent=1, ensure_ascii=False))
    else:
        print("\n".join([*summary.lines(), *fits.notes(), f"wrote {fits.root}"]))
    return 1 if summary.count("failed") else 0


def workers(arguments: argparse.Namespace, work: Any) -> Any:
    """Where clips are fitted: on the cluster, or in processes here."""
    from nsa_ros.learning.fitting.bulk.cluster import RayCluster
    from nsa_ros.learning.fitting.bulk.processes import Processes, room

    if arguments.ray:
        return RayCluster(arguments.ray, work, arguments.workers, gpus=float(arguments.device.startswith("cuda")))
    return Processes(arguments.workers or room(arguments.device), work)


def _work(arguments: argparse.Namespace) -> tuple[list[Any], Any, ReadOptions]:
    from nsa_ros.capture.readers import ReadOptions, clips_in
    from nsa_ros.learning.fitting.bulk.sources import tasks, work
    from nsa_ros.learning.fitting.bulk.texts import Texts
    from nsa_ros.learning.fitting.settings import Settings

    if arguments.workers < 0:
        raise NsaError(f"--workers is {arguments.workers}; it must be 0 (one for each core) or more")
    options = ReadOptions(
        fps=arguments.fps,
        size=pixels(arguments.size) if arguments.size else None,
        mirrored=arguments.mirrored,
        person=arguments.person,
        depth=arguments.depth,
        detector=arguments.detector,
        keep=arguments.keep_landmarks,
    )
    path, smplx, mean_hand, initial = (
        place and (place.absolute() if arguments.ray else place)  # workers elsewhere have another working directory
        for place in (Path(arguments.input[0]), arguments.smplx, arguments.mean_hand, arguments.init)
    )
    texts = Texts(arguments.texts or (path if path.is_dir() else None))
    settings = Settings(focal=arguments.focal, smplx=smplx, device=arguments.device)
    made = work(options, settings, arguments.prior, mean_hand)
    labels = {key: said for key in ("source", "license") if (said := getattr(arguments, key))}
    return tasks(clips_in(path), texts, labels, initial), made, options


def pixels(text: str) -> tuple[int, int]:
    """Width and height from `1280x720`.

    Raises:
        NsaError: something else.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise NsaError(f"--size is {text!r}; give width x height in pixels, such as 1280x720")
    return int(width), int(height)


def _refuse(arguments: argparse.Namespace, names: tuple[str, ...], why: str) -> None:
    given = [name for name in names if getattr(arguments, name)]
    if given:
        raise NsaError(f"--{given[0]} is {why}")


def prior(path: Path, arguments: argparse.Namespace) -> int:
    """Learn a pose prior."""
    from nsa_ros.learning.fitting.motions import Motions
    from nsa_ros.learning.fitting.prior import learn_prior

    if arguments.out.suffix != ".npz":
        raise NsaError(f"--out {arguments.out}: a prior is a .npz file")
    motions = Motions(path)
    for cause, count in motions.left_out.most_common(10):
        print(f"left out {count} files: {cause}", file=sys.stderr)
    learned = learn_prior(motions.motions, motions.labels)
    learned.save(arguments.out)
    if arguments.json:
        print(json.dumps({"out": str(arguments.out), **learned.labels}, indent=1, ensure_ascii=False))
    else:
        print(
            f"{arguments.out}: a prior of {learned.labels['frames']} frames in {len(motions.motions)} motions; "
            f"hand {len(learned.hand.variances)} directions, body {len(learned.body.variances)}.\n"
            f"licence of what it was learned from: {learned.labels['license']}"
        )
    return 0
