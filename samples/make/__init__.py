"""Makes the sample recordings out of `samples/texts`: voices, sound, title cards, captions."""
