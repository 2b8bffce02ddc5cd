"""Point the CMake files of the ros-* wheels at this environment.

The wheels' exported CMake files name the include folders of the machine that built them (Python's and NumPy's).
Run it with the environment's Python, again after another ros-*-msgs package was installed;
running it twice is harmless.
"""

import re
import sys
import sysconfig
from pathlib import Path

import numpy

FOREIGN = {
    r"/opt/python/[^;\"\s)]*/include/python3\.\d+t?(?=[;\"\s)])": sysconfig.get_path("include"),
    r"/opt/python/[^;\"\s)]*/numpy/_?core/include(?=[;\"\s)])": numpy.get_include(),
}


def main() -> None:
    for file in Path(sys.prefix).glob("share/*/cmake/*.cmake"):
        text = patched = file.read_text(encoding="utf-8")
        for pattern, here in FOREIGN.items():
            patched = re.sub(pattern, here.replace("\\", "/"), patched)
        if patched != text:
            file.write_text(patched, encoding="utf-8")


if __name__ == "__main__":
    main()
