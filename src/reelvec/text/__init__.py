"""Strings to ids to train, valid, test and unsup."""
