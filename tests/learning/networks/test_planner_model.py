import itertools

import torch

from nsa_ros.learning.networks.planner_model import PlanBatch, PlannerConfig, PlannerModel
from nsa_ros.learning.networks.text_encoder import TextConfig
from nsa_ros.signing.alignment import END

LETTERS = 8
FIRST_UNIT = 2


def copy_batch(rng, size=16, longest=6, shift=0):
    """Spelling: every token is signed as the unit of its own, in order."""
    rows = torch.zeros(size, 16, dtype=torch.int64)
    units, pointers = (torch.zeros(size, longest + 1, dtype=torch.int64) for _ in range(2))
    steps = torch.zeros(size, longest + 1)
    for row in range(size):
        count = int(torch.randint(1, longest + 1, (), generator=rng))
        letters = torch.randint(LETTERS, (count,), generator=rng)
        rows[row, shift : shift + count], rows[row, shift + count] = letters + 1, LETTERS + 1
        units[row, :count], units[row, count] = letters + FIRST_UNIT, END
        pointers[row, : count + 1] = torch.arange(count + 1) + shift
        steps[row, : count + 1] = 1.0
    start = torch.full((size,), shift - 1)
    return PlanBatch(rows, start, units, pointers, units + 3, torch.zeros_like(units), steps)


def make():
    torch.manual_seed(0)
    config = TextConfig(width=16, layers=1, heads=2, tokens=16)
    return PlannerModel(config, PlannerConfig(hidden=32, longest=16), LETTERS + 1, FIRST_UNIT + LETTERS)


def greedy(model, tokens, choices=None, continues=None):
    values, keys = model.cell.read(model.text(tokens)[1])
    choices = tokens.new_zeros(*tokens.shape, 2) if choices is None else choices
    continues = torch.zeros_like(tokens) if continues is None else continues
    state, unit, token, frames = torch.zeros(1, 1, 32), torch.tensor([0]), torch.tensor([-1]), torch.tensor([1])
    made = []
    for _ in range(tokens.shape[1]):
        mask = (tokens != 0).float()
        unit, token, _, duration, state = model.cell(values, keys, mask, choices, continues, state, unit, token, frames)
        frames = duration.argmax(-1) + 1
        made.append((int(unit), int(token), int(frames)))
        if int(unit) == END:
            break
    return made


def test_it_learns_to_copy_longer_spellings_than_it_was_shown_with_doubled_letters():
    model, rng = make(), torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for update in range(160):
        loss, _ = model.loss(copy_batch(rng, shift=update % 8))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    letters = [3, 3, 1, 0, 0, 5, 2, 2, 7]
    tokens = torch.tensor([[*(c + 1 for c in letters), LETTERS + 1, *[0] * (15 - len(letters))]])
    with torch.no_grad():
        made = greedy(model, tokens)
    assert [unit for unit, _, _ in made] == [*(c + FIRST_UNIT for c in letters), END]
    assert [token for _, token, _ in made] == list(range(len(letters) + 1))
    assert [frames for _, _, frames in made[:-1]] == [c + FIRST_UNIT + 3 for c in letters]


def test_unknown_durations_give_no_gradient():
    model = make()
    batch = copy_batch(torch.Generator().manual_seed(1))._replace(frames=torch.zeros(16, 7, dtype=torch.int64))
    _, parts = model.loss(batch)
    assert parts["duration"] == 0.0
    assert parts["unit"] > 0.0


def test_even_an_untrained_planner_spells_a_word_it_has_begun_to_its_end():
    model = make().eval()
    tokens = torch.tensor([[1, 2, 2, 3, 4, 5, 6, 7, 8, 1, 2, 0]])
    spelling = torch.tensor([[3, 4, 4, 5, 6, 7, 3, 3, 4, 5, 6, 0]])
    continues = torch.tensor([[0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]])
    with torch.no_grad():
        made = greedy(model, tokens, spelling[..., None], continues)
    pairs = [(before, after) for before, after in itertools.pairwise(made) if before[1] < 10]
    assert pairs
    assert all(after[1] == before[1] + 1 for before, after in pairs)
    assert all(unit == spelling[0, token] for unit, token, _ in made if token < 11)


def test_a_token_is_signed_as_one_of_its_choices_the_likeliest_of_them():
    model = make().eval()
    tokens = torch.tensor([[1, 2, 3, 0]])
    with torch.no_grad():
        free = greedy(model, tokens)[0]
        likeliest, token = free[0], free[1]
        others = [unit for unit in range(FIRST_UNIT, FIRST_UNIT + LETTERS) if unit != likeliest]
        choices = torch.zeros(1, 4, 3, dtype=torch.int64)
        choices[0, token, :2] = torch.tensor(others[:2])
        assert greedy(model, tokens, choices)[0][0] in others[:2]
        choices[0, token] = torch.tensor([others[0], likeliest, others[1]])
        assert greedy(model, tokens, choices)[0][:2] == (likeliest, token)
