# Read by the `flask` command only, below the environment and `.env`: without either it works on the demo.
LINGKE_ENV=demo
