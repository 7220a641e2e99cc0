"""What docker-compose.yml brings up, as local processes: its services, their database, and a small disk."""
