# Sourced by ./demo and ./test: says what this machine lacks, makes an environment once, sets the variables of ROS 2.
#
# Uses ROOT (the repository). After `prepare NAME requirement-file…`, VENV is the environment's folder.
# NSA_ROS_DISTRO=jazzy|kilted asks for the wheels of that distribution; without it a ROS 2 that is sourced
# (Jazzy or newer) is used, else the Jazzy wheels.

export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*" >&2; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

choose_ros() { # sets DISTRO and INSTALLED (1: a ROS 2 that is sourced is used; 0: wheels)
    DISTRO=${NSA_ROS_DISTRO:-}
    INSTALLED=0
    if [ -n "$DISTRO" ]; then
        [ -f "$ROOT/requirements/$DISTRO.txt" ] ||
            die "NSA_ROS_DISTRO is '$DISTRO'; there are wheels for jazzy and kilted."
    elif [ -n "${ROS_DISTRO:-}" ]; then
        case "$ROS_DISTRO" in
        [a-h]* | iron | indigo | lunar | melodic | noetic)
            die "ROS '$ROS_DISTRO' is sourced, but nsa_ros needs ROS 2 Jazzy or newer.
Open a shell in which no ROS is sourced and run this again: ROS 2 Jazzy is then installed from PyPI, into .venv only."
            ;;
        esac
        DISTRO=$ROS_DISTRO
        INSTALLED=1
    else
        DISTRO=jazzy
    fi
}

choose_python() { # sets PYTHON: the first Python >= 3.10; an installed ROS 2 is bound to its own
    local candidates="python3 python3.12 python3.13 python3.11 python3.10" candidate
    [ "$INSTALLED" = 1 ] && candidates=python3
    PYTHON=
    for candidate in ${NSA_PYTHON:-$candidates}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            PYTHON=$(command -v "$candidate")
            return
        fi
    done
}

install_command() { # the command that installs packages here: python venv headers compiler cmake make
    local kind
    kind=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}")
    case " $kind " in
    *" debian "* | *" ubuntu "*) echo "sudo apt-get install -y python3 python3-venv python3-dev g++ cmake make" ;;
    *" fedora "* | *" rhel "*) echo "sudo dnf install -y python3 python3-devel gcc-c++ cmake make" ;;
    *" arch "*) echo "sudo pacman -S --needed python gcc cmake make" ;;
    *" suse "* | *" opensuse "*) echo "sudo zypper install -y python3 python3-devel gcc-c++ cmake make" ;;
    *) echo "(with your distribution's package manager) python3 with venv and headers, g++, cmake, make" ;;
    esac
}

check_machine() {
    local missing=()
    if [ -z "$PYTHON" ]; then
        missing+=("Python 3.10 or newer")
    else
        "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || missing+=("Python's venv module (python3-venv)")
        [ -f "$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] ||
            missing+=("Python's header files (python3-dev)")
    fi
    command -v "${CXX:-g++}" >/dev/null || missing+=("a C++ compiler (g++)")
    command -v cmake >/dev/null || missing+=("CMake (cmake)")
    command -v make >/dev/null || command -v ninja >/dev/null || missing+=("make")
    [ ${#missing[@]} -eq 0 ] && return
    say "This machine lacks:"
    printf '  - %s\n' "${missing[@]}" >&2
    die "Install what is missing, then run this again:
  $(install_command)"
}

step() { # step "what" command…: run with the output in a log; show it when it fails
    local what=$1 log=$ROOT/out/setup.log start=$SECONDS
    shift
    printf '%s … ' "$what" >&2
    if "$@" >"$log" 2>&1; then
        say "done ($((SECONDS - start)) s)"
    else
        say "failed"
        tail -n 25 "$log" >&2
        die "$what failed; the whole output is in out/setup.log. Nothing has to be cleaned up before another try."
    fi
}

current() { [ -f "$VENV/.nsa-$1" ] && [ "$(cat "$VENV/.nsa-$1")" = "$2" ]; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

make_venv() {
    local options=(--clear)
    [ "$INSTALLED" = 1 ] && options+=(--system-site-packages)
    "$PYTHON" -m venv "${options[@]}" "$VENV" && touch "$VENV/COLCON_IGNORE"
}

install_packages() {
    if [ "$INSTALLED" = 1 ]; then
        "$VENV/bin/python" -c 'import numpy; print("numpy==" + numpy.__version__)' >"$VENV/.nsa-constraints" || return
        set -- "$@" -c "$VENV/.nsa-constraints"
    fi
    "$VENV/bin/python" -m pip install --no-input --progress-bar off "$@" &&
        "$VENV/bin/python" -m pip install --no-input --no-deps --no-build-isolation --editable "$ROOT" &&
        { [ "$INSTALLED" = 1 ] || "$VENV/bin/python" "$ROOT/tools/patch_wheels.py"; }
}

build_messages() { # into the environment itself, which is an ament prefix
    local python=$VENV/bin/python
    rm -rf "$VENV/colcon"
    "$python" -m colcon --log-base "$VENV/colcon/log" build \
        --base-paths "$ROOT/ros2_ws/src/nsa_msgs" --build-base "$VENV/colcon/build" \
        --install-base "$VENV" --merge-install --event-handlers console_direct+ \
        --cmake-args -DBUILD_TESTING=OFF "-DPython3_EXECUTABLE=$python" \
        "-DPYTHON_INSTALL_DIR=$("$python" -c 'import sys; print("lib/python%d.%d/site-packages" % sys.version_info[:2])')"
}

prepare() { # prepare NAME requirement-file…: the environment ROOT/NAME[-distribution], made or brought up to date
    local name=$1 file requirements=() files=() key
    shift
    choose_ros
    choose_python
    if [ "$INSTALLED" = 1 ]; then name=$name-ros-$DISTRO; elif [ "$DISTRO" != jazzy ]; then name=$name-$DISTRO; fi
    VENV=$ROOT/$name
    if [ "$INSTALLED" = 1 ]; then set -- installed "$@"; else set -- "$DISTRO" numpy "$@"; fi
    for file in build "$@"; do
        requirements+=(-r "$ROOT/requirements/$file.txt")
        files+=("$ROOT/requirements/$file.txt")
    done

    export AMENT_PREFIX_PATH=$VENV${AMENT_PREFIX_PATH:+:$AMENT_PREFIX_PATH}
    export CMAKE_PREFIX_PATH=$VENV${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}
    export PATH=$VENV/bin:$PATH
    unset _ROS_WHEELS_BOOTSTRAP_COMPLETE PYTHONHOME
    if [ "$INSTALLED" = 1 ]; then
        export LD_LIBRARY_PATH=$VENV/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    else
        export RMW_IMPLEMENTATION=rmw_fastrtps_cpp
    fi

    mkdir -p "$ROOT/out"
    exec 9>"$ROOT/out/.setup.lock"
    if command -v flock >/dev/null; then flock 9; fi

    key="$ROOT ${PYTHON:-none}"
    if ! current venv "$key"; then
        check_machine
        [ "$INSTALLED" = 1 ] && say "Using the ROS 2 $DISTRO that is sourced." ||
            say "No ROS 2 is sourced: using ROS 2 $DISTRO from PyPI, in $name only. This happens once."
        step "Making the environment $name" make_venv
        echo "$key" >"$VENV/.nsa-venv"
    fi
    key=$(digest "${files[@]}" "$ROOT/setup.py" "$ROOT/tools/patch_wheels.py")
    if ! current packages "$key"; then
        check_machine
        step "Installing packages" install_packages "${requirements[@]}"
        rm -f "$VENV/.nsa-messages"
        echo "$key" >"$VENV/.nsa-packages"
    fi
    key=$(find "$ROOT/ros2_ws/src/nsa_msgs" -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum)
    if ! current messages "$key"; then
        check_machine
        step "Building the messages (nsa_msgs)" build_messages
        echo "$key" >"$VENV/.nsa-messages"
    fi
    exec 9>&-
}
