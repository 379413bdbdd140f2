"""What runs on the card at each start: it takes what a musician has put on the boot partition."""
