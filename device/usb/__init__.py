"""USB sticks: the sound packs on them, and installing these while the music goes on."""
