"""The engine ``elasticsearch``: for more than one machine, and for Kibana."""
