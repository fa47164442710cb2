# shellcheck shell=dash
# Needs: refuse.sh.

newline_='
'

# Asks what the package lists say, and writes no cache.
ask_lists_() { apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@" 2>/dev/null; }

# The policies of packages, each a name that may have a version.
policies_of_() {
  for wanted_; do
    shift
    set -- "$@" "${wanted_%%=*}"
  done
  ask_lists_ policy -- "$@"
}

# Whether a package, $1, is in the lists. `policies_` has those of all: apt-cache reads the lists
# anew each time, which takes a second.
is_in_lists_() {
  case $newline_$policies_ in
  *"$newline_${1%%:*}:"*) ;;
  *) return 1 ;;
  esac
  case $1 in
  *:*) [ -n "$(ask_lists_ policy -- "$1")" ] ;;
  esac
}

# Ends where the package lists lack one of these, each a name that may have a version
# (`git=1:2.39*`). apt says so too, below what else it prints.
fettle_apt_missing() {
  policies_=$(policies_of_ "$@")
  for wanted_; do
    name_=${wanted_%%=*}
    is_in_lists_ "$name_" ||
      fettle_refuse "no package $name_ in the package lists of the host" \
        'correct the name, or add the repository that has it before this; updateCache has the lists fetched anew'
    if [ "$name_" != "$wanted_" ] && [ -z "$(ask_lists_ show -- "$wanted_")" ]; then
      fettle_refuse "no version ${wanted_#*=} of $name_ in the package lists of the host" \
        "name one of these: $(ask_lists_ madison -- "$name_" | cut -d'|' -f2 | tr -d '\n')"
    fi
  done
}
