"""Identity without IO: tokens, passwords, throttling, codes, privileges."""
