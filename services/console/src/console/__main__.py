"""`python -m console`: the same as the `crossbook` command."""

from console.shell.main import cli

if __name__ == "__main__":
    cli()
