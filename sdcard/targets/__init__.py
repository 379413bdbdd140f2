"""Targets: a card by its folder, its device or image file, or an instrument over the network."""
