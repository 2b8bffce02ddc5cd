"""Learning: the network, diffusion, training, evaluation and export. The only room that imports torch."""
