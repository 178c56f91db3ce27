"""What docs/deploying.md, docs/deploying/, docker-compose.yml and the Dockerfile say is held against the code
and, as far as it goes without an engine for containers, run."""
