"""`nsa fit`: what is asked for is done, and what cannot work is refused with a word on what to do."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fake_fitting import fitted

from nsa_ros.body.motion import save_npz
from nsa_ros.capture.fitted import load_fitted
from nsa_ros.capture.quality import quality
from nsa_ros.cli import fit as verb
from nsa_ros.cli import main
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.reading import read_data
from nsa_ros.learning.fitting.bulk import sources
from nsa_ros.learning.fitting.bulk.lot import fit_lot
from nsa_ros.learning.fitting.prior import load_prior


def hands(frames, seed=0):
    """Landmarks of both hands as parts of the picture, with nothing behind them. Shape (F, 2, 21, 3)."""
    points = fitted(frames, seed=seed).reprojected()[:, 16:].reshape(frames, 2, 21, 2)
    return np.concatenate([points / [1280, 720], np.zeros((frames, 2, 21, 1))], axis=-1)


class Here:
    """Fits in this process."""

    slots = 1

    def __init__(self, work):
        self._work = work

    def submit(self, lot):
        self._lot = lot

    def next(self):
        return self._lot, fit_lot(self._lot, self._work)

    def close(self):
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A fit that knows the answer; it fails for a clip of 13 frames. Returns what it was given."""
    asked = []

    def fit(fitter, clips, starts):
        asked.append((fitter, clips, starts))
        if any(len(clip) == 13 for clip in clips):
            raise NsaError("thirteen frames cannot be fitted")
        made = [replace(fitted(len(clip), clip.fps), quality={}) for clip in clips]
        labels = {"license": "CC0-1.0", "expression_basis": "nsa-open-1"}
        return [
            replace(one, quality={**quality(clip, one), "verdict": "usable"}, labels={**labels, **dict(clip.labels)})
            for clip, one in zip(clips, made, strict=True)
        ]

    monkeypatch.setattr(sources.Fitter, "__call__", fit)
    monkeypatch.setattr(verb, "workers", lambda arguments, work: Here(work))
    return asked


@pytest.fixture
def clips(tmp_path):
    """A folder of three clips, the second of which fails, and what is said in the first."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, frames in (("a", 20), ("b", 13), ("c", 30)):
        np.save(folder / f"{name}.npy", hands(frames))
    (folder / "texts.csv").write_text("file,text\na.npy,Drink coffee.\n")
    return folder


def test_one_clip_becomes_a_motion_with_a_report(clips, tmp_path, capsys, quick):
    out = tmp_path / "motion.npz"
    told = ["--fps", "30", "--size", "640x360", "--mirrored", "--no-depth", "--focal", "700"]
    told += ["--license", "CC BY 4.0", "--source", "my own"]
    assert main(["fit", str(clips / "a.npy"), "--out", str(out), *told]) == 0
    fit = load_fitted(out)
    assert (len(fit.motion), fit.motion.fps) == (20, 30.0)
    assert (fit.labels["license"], fit.labels["source"]) == ("CC BY 4.0", "my own")
    printed = capsys.readouterr().out
    assert "verdict: usable" in printed
    assert "20 frames at 30 frames/s; hands seen: left 100%, right 100%" in printed
    ((fitter, (clip,), starts),) = quick
    assert (clip.size, clip.depth, list(starts)) == ((640, 360), False, [None])
    assert fitter.settings.focal == 700.0


def test_the_report_of_one_clip_as_json(clips, tmp_path, capsys):
    assert main(["fit", str(clips / "a.npy"), "--out", str(tmp_path / "m.npz"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "usable"
    assert report["frames"] == 20
    assert report["labels"]["status"] == "captured, monocular"


def test_a_clip_that_cannot_be_fitted_is_an_error_and_writes_nothing(clips, tmp_path, capsys):
    assert main(["fit", str(clips / "b.npy"), "--out", str(tmp_path / "m.npz")]) == 1
    assert "thirteen frames cannot be fitted" in capsys.readouterr().err
    assert not (tmp_path / "m.npz").exists()


def test_a_folder_is_fitted_and_a_failure_shows_in_the_status(clips, tmp_path, capsys):
    out = tmp_path / "fits"
    assert main(["fit", str(clips), "--out", str(out)]) == 1
    assert "3 clips: 2 fitted, 0 skipped, 1 failed" in capsys.readouterr().out
    assert load_fitted(out / "a.npz").labels["text"] == "Drink coffee."
    (clips / "b.npy").unlink()
    assert main(["fit", str(clips), "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["skipped"], report["fitted"]) == (2, 0)
    assert main(["fit", str(clips), "--out", str(out), "--fps", "12", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fitted"] == 2
    assert main(["fit", str(clips), "--out", str(out), "--fps", "12", "--json", "--again"]) == 0
    assert json.loads(capsys.readouterr().out)["fitted"] == 2


def test_how2signs_layout_is_read_as_a_data_set(clips, tmp_path, capsys):
    out = tmp_path / "fits"
    assert main(["fit", str(clips), "--out", str(out), "--how2sign"]) == 1
    assert "1 clips have no text, without which they are not trained on: give --texts" in capsys.readouterr().out
    corpus = read_data(out)
    assert [passage.text for passage in corpus.train] == ["Drink coffee."]
    assert (corpus.meta["license"], corpus.meta["hands"]) == ("CC0-1.0", "flat")
    assert (out / "fits" / "c.npz").exists()


def test_an_estimate_to_start_from_goes_to_the_fit(clips, tmp_path, quick):
    start = tmp_path / "start.npz"
    save_npz(start, fitted(20, seed=5).motion)
    assert main(["fit", str(clips / "a.npy"), "--init", str(start), "--out", str(tmp_path / "m.npz")]) == 0
    (motion,) = quick[0][2]
    np.testing.assert_allclose(motion.poses[:, 1:22], fitted(20, seed=5).motion.poses[:, 1:22])
    folder = tmp_path / "starts"
    folder.mkdir()
    start.rename(folder / "a.npz")
    main(["fit", str(clips), "--init", str(folder), "--out", str(tmp_path / "fits")])
    begun = {len(clip) for _, given, starts in quick[1:] for clip, start in zip(given, starts, strict=True) if start}
    assert begun == {20}


def test_an_overlay_is_filmed(clips, tmp_path):
    pytest.importorskip("av")
    film = tmp_path / "a.mp4"
    np.save(clips / "a.npy", hands(4))
    main(["fit", str(clips / "a.npy"), "--out", str(tmp_path / "m.npz"), "--overlay", str(film)])
    assert film.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.npy", "--out", "m.npz", "--ray", "auto"], "--ray is for many clips; give a folder"),
        (["a.npy", "--out", "m.npz", "--how2sign"], "--how2sign is for many clips"),
        ([".", "--out", "fits", "--overlay", "x.mp4"], "--overlay is for one clip"),
        ([".", "--out", "m.npz"], "holds 3 clips, such as a and b; give a folder as --out"),
        (["a.npy", "c.npy", "--out", "fits"], "one INPUT is needed"),
        (["prior", "--out", "prior.npz"], "a clip of that name ./prior"),
        (["prior", "motions", "--out", "prior.npz"], "motions is not there"),
        (["prior", ".", "--out", "prior"], "a prior is a .npz file"),
        (["prior", ".", "--out", "prior.npz"], "has no motion to learn from: no .npz file"),
        (["missing.npy", "--out", "m.npz"], "missing.npy is not there"),
        (["a.npy", "--out", "m.npz", "--size", "wide"], "--size is 'wide'"),
        (["a.npy", "--out", "m.npz", "--fps", "0"], "--fps"),
        (["a.npy", "--out", "m.npz", "--focal", "-1"], "focal length of -1"),
        (["a.npy", "--out", "m.npz", "--overlay", "film.avi"], "give a .mp4 or .gif"),
        (["a.npy", "--out", "m.npz", "--init", "none.npz"], "none.npz is not there (--init)"),
        ([".", "--out", "fits", "--init", "none"], "none has no estimate for any of 3 clips, such as a.npz"),
        (["a.npy", "--out", "m.npz", "--prior", "none.npz"], "no prior at none.npz"),
        ([".", "--out", "a.npy"], "a.npy is a file; a folder is needed"),
        (["a.npy", "--out", "m.npz", "--device", "abacus"], "--device 'abacus' is no device of torch"),
        (["a.npy", "--out", "m.npz", "--smplx", "none.npz"], "none.npz"),
        ([".", "--out", "fits", "--workers", "-1"], "--workers is -1"),
        ([".", "--out", "fits", "--texts", "none.csv"], "none.csv cannot be read as a table of texts"),
    ],
)
def test_what_cannot_work_is_refused(clips, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(clips)
    before = sorted(clips.rglob("*"))
    assert main(["fit", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert sorted(clips.rglob("*")) == before


def test_a_prior_is_learned_from_a_folder_of_motions(tmp_path, capsys):
    folder = tmp_path / "motions"
    folder.mkdir()
    for seed in range(3):
        made = fitted(500, seed=seed, license="MIT")
        save_npz(folder / f"{seed}.npz", made.motion, **made.labels)
    fitted(500, verdict="reject").save(folder / "rejected.npz")
    (folder / "broken.npz").write_bytes(b"not a zip")
    out = tmp_path / "prior.npz"
    assert main(["fit", "prior", str(folder), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert "a prior of 1500 frames in 3 motions" in printed.out
    assert "licence of what it was learned from: MIT" in printed.out
    assert "left out 1 files: a fit with the verdict reject: made up" in printed.err
    prior = load_prior(out)
    assert (prior.labels["license"], prior.labels["frames"]) == ("MIT", "1500")
