"""What stands beside a picture or inside its file, read into facts and rights."""
