"""BigQuery: a staged load and a merge, each job under a name that makes trying again harmless."""
