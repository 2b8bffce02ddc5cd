import pytest

from nsa_ros.errors import NsaError
from nsa_ros.study.answers import read_answers, read_participant


def test_a_file_is_read_whole(study, answered):
    participant = read_participant(answered("p1", 1, lambda film: (3, 8), "water"), study)
    assert participant.id == "p1"
    assert participant.complete
    assert participant.practice == "Welcome"
    assert participant.background["identity"] == ["deaf", "teacher"]
    assert [answer.film for answer in participant.answers] == study.groups[1]
    assert {(a.understood, a.naturalness, a.alignment) for a in participant.answers} == {("water", 3, 8)}


def test_skipped_and_missing_films(study, answered):
    first, second, *_ = study.groups[0]
    judged = {"film": second, "understood": "", "naturalness": 0, "alignment": 10}
    rows = [{"film": first, "skipped": True}, judged]
    participant = read_participant(answered("p1", 0, lambda film: (0, 0), answers=rows), study)
    assert participant.skipped == (first,)
    assert len(participant.answers) == 1
    assert not participant.complete


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "x"}, "is not a file of answers"),
        ({"study": "other"}, "belongs to study 'other'"),
        ({"consent": False}, "no consent"),
        ({"group": 3}, "groups are 0 to 2"),
        ({"group": True}, "groups are 0 to 2"),
        ({"answers": None}, "no list of answers"),
        ({"answers": [{"film": "zz"}]}, "film 'zz', which group 0 was not shown"),
        ({"answers": [3]}, "film None"),
        ({"participant": 3}, "participant is 3"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(study, answered, changes, message):
    path = answered("p1", 0, lambda film: (1, 1), **changes)
    with pytest.raises(NsaError, match=message) as error:
        read_participant(path, study)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("rating", [11, -1, 2.5, None, "7", True])
def test_ratings_are_whole_numbers_from_0_to_10(study, answered, rating):
    with pytest.raises(NsaError, match="whole number from 0 to 10"):
        read_participant(answered("p1", 0, lambda film: (5, rating)), study)


def test_a_film_answered_twice_is_refused(study, answered):
    row = {"film": study.groups[0][0], "understood": "", "naturalness": 1, "alignment": 1}
    with pytest.raises(NsaError, match="twice"):
        read_participant(answered("p1", 0, lambda film: (1, 1), answers=[row, row]), study)


def test_broken_files_are_left_out_and_the_rest_goes_on(study, answered, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    good = answered("p1", 0, lambda film: (1, 1))
    found, refused = read_answers([broken, tmp_path / "none.json", good], study)
    assert [participant.id for participant in found] == ["p1"]
    assert len(refused) == 2
    assert "broken.json" in refused[0]
    assert "none.json" in refused[1]


def test_of_two_files_of_a_participant_the_fuller_counts(study, answered, tmp_path):
    full = answered("p1", 0, lambda film: (1, 1)).rename(tmp_path / "full.json")
    part = answered("p1", 0, lambda film: (1, 1), answers=[]).rename(tmp_path / "part.json")
    for paths in ([part, full], [full, part]):
        found, refused = read_answers(paths, study)
        assert len(found[0].answers) == 6
        assert refused == [f"{part}: participant p1 is also in {full}"]
