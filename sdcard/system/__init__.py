"""What is on a card beside sound packs: the changes that make a base's system an instrument.

Import from the modules: what runs on the card at each start must not load all of them.
"""
