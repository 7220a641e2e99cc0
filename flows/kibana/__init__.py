"""Kibana ready-made: from the description in ``mappings/kibana`` to saved objects, and into Kibana."""
