import sys

from nsa_ros.cli import main

sys.exit(main())
