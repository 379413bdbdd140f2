"""Turns source notes into sound packs, offline."""
