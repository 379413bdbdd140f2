"""Chips and buses, real and simulated; this room knows chips, never music."""
