"""A study in which fluent signers judge films of signing, blinded, and what their answers say."""
