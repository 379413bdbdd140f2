"""Engines that render the note between several source notes."""
