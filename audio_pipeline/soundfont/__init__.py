"""Source notes from SoundFonts (.sf2)."""
