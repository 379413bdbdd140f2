"""The instrument: sound packs, panel and MIDI to sound, screens and patches."""
