"""What the studies of tutorials share."""
