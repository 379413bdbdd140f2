"""What faults call the parts that are not hardware."""

SOUND = "sound"  # the sound output
PACK = "pack"  # the one that plays
PACKS = "packs"  # others that cannot be played
CARD = "card"  # reading the notes of the pack that plays
PATCHES = "patches"  # the file of patches
SAVING = "saving"  # whether what is saved outlives the power
SAFE_MODE = "safe mode"  # the settings are not used; the text says why
TOKEN = "web token"  # the file of the web panel's token
