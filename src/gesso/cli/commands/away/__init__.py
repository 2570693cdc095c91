"""The commands that take a studio elsewhere: warehouses, questions, backups, other stores."""
