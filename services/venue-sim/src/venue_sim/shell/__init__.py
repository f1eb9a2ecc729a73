"""What touches the world: HTTP and WebSocket servers, the clock, files, configuration."""
