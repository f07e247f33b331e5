"""`waypost completion`: what a shell needs to complete commands and options."""

import click

_HINTS = {
    "bash": 'eval "$(waypost completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(waypost completion zsh)"   # in ~/.zshrc',
    "fish": "waypost completion fish > ~/.config/fish/completions/waypost.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(tuple(_HINTS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion of a SHELL; its first line says where to put it."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, "click knows these shells"
    click.echo(f"# {_HINTS[shell]}")
    click.echo(made(context.find_root().command, {}, "waypost", "_WAYPOST_COMPLETE").source())
