# shellcheck shell=dash
# Looks at a virtual environment of Python without starting Python: names and versions are in the
# names of `.dist-info` and `.egg-info`, and the version of an interpreter is in its real path's
# name (`python3.11`) or in the environment's `version`. The answer:
#
#   owner deploy 1000 4096
#   sees system
#   interpreter /usr/bin/python3.11
#   outdated
#   own flask-2.2.2.dist-info
#   strange app.py
#   python /usr/bin/python3.11
#   system six-1.16.0.egg-info
#
# `owner` is said of the requirements' file too, behind the environment.

# A tab.
tab_='	'

# 128 MiB for each program that follows: one that reads lines takes an endless file for one line.
limit_memory_() { ulimit -S -v 131072 2>/dev/null || :; }

# Says what is installed in a directory, $2, a line for each, which begins with a word, $1. The name
# of an `.egg-info` need not hold a version.
distributions_() {
  for entry_ in "$2"/*.dist-info "$2"/*.egg-info; do
    [ -e "$entry_" ] || continue
    distribution_=${entry_##*/}
    case ${distribution_%.*} in
    *-*) ;;
    *)
      its_version_=
      for metadata_ in "$entry_/METADATA" "$entry_/PKG-INFO"; do
        [ -n "$its_version_" ] || [ ! -f "$metadata_" ] ||
          its_version_=$(limit_memory_; exec sed -n '/^Version: /{s///p;q;}' "$metadata_")
      done
      distribution_=${distribution_%.*}-${its_version_:-0}.dist-info
      ;;
    esac
    echo "$1 $distribution_"
  done
}

# Says what is installed beside an interpreter, $1, of a version, $2.
beside_() {
  base_=${1%/bin/*}
  for packages_ in \
    "$base_/lib/python3/dist-packages" \
    "$base_/lib/python$2/site-packages" \
    "$base_/lib/python$2/dist-packages"; do
    distributions_ system "$packages_"
  done
  [ "$base_" != /usr ] || distributions_ system "/usr/local/lib/python$2/dist-packages"
}

# Finds a program by its path or its name: $found_.
which_() {
  found_=$1
  case $1 in
  */*) ;;
  *)
    found_='' folders_=$PATH:
    until [ -x "$found_" ] && [ ! -d "$found_" ]; do
      [ -n "$folders_" ] || return
      found_=${folders_%%:*}/$1
      folders_=${folders_#*:}
    done
    ;;
  esac
  [ -x "$found_" ]
}

# Reads pyvenv.cfg.
config_() {
  while IFS=" =$tab_" read -r option_ value_ || [ -n "$option_" ]; do
    case $option_ in
    [Ii]nclude-[Ss]ystem-[Ss]ite-[Pp]ackages)
      case $value_ in
      [Tt][Rr][Uu][Ee]*)
        echo sees system
        sees_system_=1
        ;;
      esac
      ;;
    version)
      rest_=${value_#*.}
      version_=${value_%%.*}.${rest_%%[!0-9]*}
      ;;
    esac
  done
}

# Says what lies in the directory of an environment, $1, and is none of it: `strange app.py`.
fettle_list_strange() {
  for entry_ in "$1"/* "$1"/.[!.]*; do
    case ${entry_##*/} in
    bin | include | lib | lib64 | man | share | pyvenv.cfg) continue ;;
    pip-selfcheck.json | CACHEDIR.TAG | .gitignore | .lock) continue ;;
    esac
    if [ -e "$entry_" ] || [ -L "$entry_" ]; then echo "strange ${entry_##*/}"; fi
  done
}

# Finds the version of an interpreter, $1, in its name.
version_of_() { case $1 in */python3.*) version_=${1##*/python} ;; esac; }

# Looks at what is at a path, $1.
# $2: the interpreter that a new environment is made with; empty where none is to be made.
# $3: 1 to count the system's packages, also where the environment does not see them yet.
# $4, where there is one: the file of requirements. Its size comes with the owner, from one stat(1),
# and stays in $size_.
# Status 90: there is no interpreter; 93: it is no directory; 94: the directory holds other things.
fettle_venv() {
  path_=$1 wanted_python_=$2 sees_system_=$3
  new_python_='' python_='' version_='' size_=''
  shift 3
  if [ -e "$path_" ] && [ ! -d "$path_" ]; then return 93; fi
  if [ -d "$path_" ] && [ ! -f "$path_/pyvenv.cfg" ]; then
    list_=$(ls -A -- "$path_") || return
    [ -z "$list_" ] || return 94
  fi
  which_ "$wanted_python_" && new_python_=$(readlink -f -- "$found_")
  python_=$new_python_
  if [ -f "$path_/pyvenv.cfg" ]; then
    owners_=$(exec stat -c 'owner %U %u %s' -- "$path_" "$@" 2>/dev/null)
    printf '%s\n' "$owners_"
    # shellcheck disable=SC2034
    size_=${owners_##* }
    config_ <"$path_/pyvenv.cfg" || return
    if [ -e "$path_/bin/python" ]; then
      python_=$(readlink -f -- "$path_/bin/python")
      echo "interpreter $python_"
    fi
    version_of_ "$python_"
    [ -d "$path_/lib/python$version_" ] || [ -d "$path_/lib/pypy$version_" ] || echo outdated
    for packages_ in "$path_"/lib/python3*/site-packages "$path_"/lib/pypy3*/site-packages; do
      distributions_ own "$packages_"
    done
    fettle_list_strange "$path_"
  else
    version_of_ "$python_"
  fi
  [ -n "$python_" ] || [ -z "$wanted_python_" ] || return 90
  echo "python ${new_python_:-$python_}"
  [ "$sees_system_" = 0 ] || beside_ "$python_" "$version_"
  return 0
}
