"""Photos as they come in: the sheet that lists them, and decoding them safely."""
