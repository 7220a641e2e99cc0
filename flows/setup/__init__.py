"""The command ``setup``: templates, roles and users in Elasticsearch, and Kibana furnished."""
