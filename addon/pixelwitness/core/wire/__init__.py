"""A request and its answer as they were sent, and views of them: parameters, JSON, bodies, hosts."""
