"""The one exception root of the package."""


class NsaError(Exception):
    """Something a user can mend. The message names the thing, the value, what is allowed and what to do next."""
