"""The documents of the notation say what the program knows: their entries are entries, and no name is missing."""

import re
from pathlib import Path

import pytest
import yaml

import nsa_ros
from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.locations import SPACE
from nsa_ros.phonology.sign import CONFIDENCE, LOCAL, NONMANUALS, PATHS, STATUS, TYPES, WORD_CLASSES

DOCS = Path(nsa_ros.__file__).parents[1] / "docs"
if not DOCS.is_dir():
    pytest.skip("the documents are not beside the package", allow_module_level=True)


@pytest.mark.parametrize("name", ["notation.md", "adding-a-sign.md"])
def test_every_entry_of_the_documents_can_be_read(name):
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)
    assert blocks
    for gloss, entry in (item for block in blocks for item in yaml.safe_load(block).items()):
        parse_sign(gloss, entry, name)


@pytest.mark.parametrize(
    "names", [TYPES, PATHS, LOCAL, NONMANUALS, WORD_CLASSES, CONFIDENCE, STATUS, tuple(SPACE)], ids=lambda n: n[0]
)
def test_the_notation_lists_every_name(names):
    words = set(re.findall(r"[\w-]+", (DOCS / "notation.md").read_text("utf-8")))
    assert [name for name in names if name not in words] == []


def test_the_published_counts_are_those_of_the_lexicon():
    signs = lexicon().values()
    unverified = sum(sign.source == "general knowledge, unverified" for sign in signs)
    reviewed = sum(sign.status == "reviewed" for sign in signs)
    confident = [sum(sign.confidence == level for sign in signs) for level in CONFIDENCE]
    counts = [len(signs), unverified, len(signs) - unverified, *confident, reviewed]
    said = re.search(r"^of [\d,]+ signs .*$", (DOCS / "notation.md").read_text("utf-8"), re.MULTILINE)[0]
    assert [int(count.replace(",", "")) for count in re.findall(r"\d[\d,]*", said.replace(", ", " "))] == counts


@pytest.mark.parametrize("name", ["notation.md", "adding-a-sign.md"])
def test_pictures_and_links_lead_somewhere(name):
    targets = re.findall(r"\]\(((?!https?:)[^)#]+)\)", (DOCS / name).read_text("utf-8"))
    assert [target for target in targets if not (DOCS / target).exists()] == []
