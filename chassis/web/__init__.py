"""How a service speaks HTTP: app, middleware, bodies, problems, pages. Knows no domain."""
