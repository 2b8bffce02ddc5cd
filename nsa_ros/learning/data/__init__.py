"""Motion with text to learn from: the corpus, data sets of others, mixtures."""
