"""What the word vectors know."""
