"""Text: normalisation, spelling of unknown words, tokens. Standard library only."""
