"""For the tests of Kibana's objects: KQL and Lens as Elasticsearch requests, and a server like Kibana."""
