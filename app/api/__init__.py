"""The REST kernel: endpoints, problem responses, OpenAPI, security headers. It knows no feature."""
