"""For all tests: laws are searched for counterexamples without a deadline, so that a busy machine fails nothing."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
