"""The verb study: what a good teacher sees in a picture, measured, shown, said in two sentences."""
