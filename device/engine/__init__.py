"""The real-time mixer: a C kernel and its Python handle."""
