"""The command line as a shell without job control starts its background jobs: SIGINT is ignored."""

import signal

from entrypoints.cli.main import main

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()
