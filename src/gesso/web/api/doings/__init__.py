"""What the server does for a person, as JSON: jobs, making, collecting, runs, figures."""
