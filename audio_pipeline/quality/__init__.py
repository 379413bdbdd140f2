"""The quality suite: measures of a morph, gates that a pack must pass, and a report page."""
