"""From the internet to checked files: reviews and pretrained vectors."""
