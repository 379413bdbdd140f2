"""Card images: an operating system's image made into an instrument."""
