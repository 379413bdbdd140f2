"""NSynth (Engel et al. 2017, arXiv:1704.01279): the WaveNet autoencoder, exact, and fast to run."""
