"""What the command's script loads: nothing, until it runs. Each process that `replay` starts loads it, too."""


def main() -> None:
    from lastseen.__main__ import app

    app()
