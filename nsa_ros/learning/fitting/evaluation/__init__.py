"""What a fit is worth: against known truth, as a detector would have seen it."""
