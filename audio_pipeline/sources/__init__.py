"""Source notes: found in a folder, checked, and prepared for rendering."""
