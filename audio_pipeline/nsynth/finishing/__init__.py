"""Makes what the network has generated into notes of a pack."""
