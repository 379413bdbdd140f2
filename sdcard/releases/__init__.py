"""Releases: what the instrument runs, how a new one comes on a card, and how the best is chosen."""
