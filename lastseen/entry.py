"""What the command's script loads: nothing, until it runs. Each process that `replay` starts loads it, too."""


def main() -> None:
    try:
        from lastseen.__main__ import app

        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # INTERRUPTED of lastseen.terminal, which may not be loaded yet.
