"""The parts that touch processes, files, sockets and the terminal."""
