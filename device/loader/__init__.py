"""Brings the sounds of a pack from the card to the engine before the voices get there."""
