"""The guardian's process: sockets, files, the supervisor. Nothing is decided here."""
