"""Messages of the gRPC API, generated from proto/hanse/v1 (README.md says how). Do not edit."""
