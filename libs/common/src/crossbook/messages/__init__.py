"""Everything that crosses a process boundary. One module a family; `docs/messages.md` is generated from them."""
