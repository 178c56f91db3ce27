"""The Transcriber seam: speech to text, and what is made of it before it is stored."""
