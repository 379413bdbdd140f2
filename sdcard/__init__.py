"""Puts sound packs and images on cards, and checks what is there."""
