"""What is in a data set, in a few lines."""

from __future__ import annotations

from collections import Counter

from nsa_ros.learning.data.corpus import PARTS, Corpus


def describe(corpus: Corpus, dropped: bool = False) -> list[str]:
    """Kind, clips, hours, lengths, source, licence, status, and what was left out and why.

    Args:
        corpus: as `reading.read_data` gives it.
        dropped: name every clip that was left out, not only how many for which cause.
    """
    meta, fps = corpus.meta, corpus.meta["fps"]
    lines = [f"{key:12}{meta[key]}" for key in ("kind", "source", "license", "status")]
    for part in PARTS:
        passages = getattr(corpus, part)
        frames = [len(passage.poses) for passage in passages]
        lengths = f", {min(frames) / fps:.1f} to {max(frames) / fps:.1f} s" if any(frames) else ""
        aligned = sum(passage.aligned for passage in passages)
        lines.append(
            f"{part:12}{len(passages)} clips, {len({p.text for p in passages})} texts, {sum(frames) / fps / 3600:.3g} h"
            f"{lengths}, {aligned} with alignment"
        )
    if texts := [passage.text for part in PARTS for passage in getattr(corpus, part) if passage.text]:
        characters = sorted(texts, key=len)
        lines += [f"{'shortest':12}{characters[0]}", f"{'longest':12}{characters[-1]}"]
    lines.append(f"{'motion':12}{fps:g} frames/s, expression basis {meta['expression_basis']}, {meta['hands']} hand")
    lines += [
        f"{'set':12}weight {row['weight']:g}, {row['clips']} clips: {row['source']}" for row in meta.get("sets", ())
    ]
    lines += [f"{'note':12}{note}" for note in meta["notes"]]
    lines.append(f"{'dropped':12}{len(meta['dropped'])} clips")
    if dropped:
        lines += [f"  {part}/{name}: {cause}" for part, name, cause in meta["dropped"]]
    else:
        lines += [f"  {count:6} {cause}" for cause, count in Counter(row[2] for row in meta["dropped"]).most_common(20)]
    return lines
