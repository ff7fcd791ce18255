"""Word embeddings learned from scratch on film reviews, against pretrained GloVe."""
