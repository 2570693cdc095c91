"""The verb collect: art comes in from folders, museums and sites, with its rights."""
