"""Generates all notes of a pack with NSynth: a queue of shards in a folder, for any workers."""
