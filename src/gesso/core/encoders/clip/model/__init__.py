"""A model as it lies on the disk: its folder, its graphs, its card on the shelf."""
