# shellcheck shell=dash
# Keeps which packages are installed in "$kept", and brings that back. Each list has a line for each
# package: name, status, version, and `auto` where it came as a dependency of others:
#   git	installed	1:2.39.5-0+deb12u3	-
#   libc6:i386	config-files	2.36-9	auto
# A name has its architecture where that is not the host's own, as apt writes it.
# Needs: refuse.sh, enter.sh, apt-get.sh.
# shellcheck disable=SC2154

newline_='
'

# Prints the list of all packages.
list_packages_() {
  set -- /var/lib/apt/extended_states
  [ -e "$1" ] || set -- /dev/null
  # shellcheck disable=SC2016
  { native_=$(dpkg --print-architecture) &&
    rows_=$(dpkg-query -W -f '${Package}\t${Architecture}\t${db:Status-Status}\t${Version}\n'); } || exit
  printf '%s\n' "$rows_" | awk -v native="$native_" -v marks="$1" '
    function named(name, architecture) {
      return architecture == native || architecture == "all" ? name : name ":" architecture
    }
    BEGIN {
      while ((getline line <marks) > 0) {
        split(line, part, ": ")
        if (part[1] == "Package") name = part[2]
        if (part[1] == "Architecture") architecture = part[2]
        if (line == "Auto-Installed: 1") auto[named(name, architecture)]
      }
      FS = OFS = "\t"
    }
    { name = named($1, $2); print name, $3, $4, name in auto ? "auto" : "-" }'
}

# Prints the new configuration files that dpkg and ucf have put beside changed ones.
list_beside_() { find /etc \( -name '*.dpkg-dist' -o -name '*.ucf-dist' \) -type f; }

# Keeps the lists. $1: `before`, `after` or `now`. That of packages gets its name when both are whole.
fettle_keep_packages() {
  list_beside_ >"$kept/$1.beside" && list_packages_ >"$kept/$1.new" &&
    mv -- "$kept/$1.new" "$kept/$1" || exit
}

# Says what has to be done, a line for each:
#   purge NAME, remove NAME: it came, and left configuration files before, or none
#   install NAME=VERSION: it went, or has another version
#   auto NAME, manual NAME: it is marked otherwise
# Only what the change has done counts. Where no list tells what was there after it, that is: the
# packages that it names; new ones that came as dependencies; and any other version.
# $1: the list before; $2: the one after, or /dev/null; $3: the one of now; the rest: the names.
ways_back_() {
  before_=$1 after_=$2 now_=$3
  shift 3
  awk -v asked=" $* " -v before="$before_" -v after="$after_" -F '\t' '
    function is_there(status) {
      return status != "" && status != "not-installed" && status != "config-files"
    }
    function load(file, status, version, mark, field) {
      while ((getline <file) > 0) {
        status[$1] = $2; version[$1] = $3; mark[$1] = $4
      }
    }
    BEGIN {
      load(before, status0, version0, mark0)
      load(after, status1, version1, mark1)
      is_known = after != "/dev/null"
    }
    { now[$1] = $2; version[$1] = $3; mark[$1] = $4 }
    END {
      for (name in now) {
        if (!is_there(now[name]) || is_there(status0[name])) continue
        is_ours = index(asked, " " name " ") || mark[name] == "auto"
        if (is_known) is_ours = is_there(status1[name])
        if (is_ours) print (status0[name] == "config-files" ? "remove" : "purge"), name
      }
      for (name in status0) {
        if (!is_there(status0[name])) continue
        is_same = is_there(now[name]) && version[name] == version0[name]
        was_same = is_known && is_there(status1[name]) && version1[name] == version0[name]
        if (!is_same && !was_same) print "install", name "=" version0[name]
        is_ours = index(asked, " " name " ") || !is_same && !was_same
        if (is_ours && (!is_same || mark[name] != mark0[name]))
          print (mark0[name] == "auto" ? "auto" : "manual"), name
      }
    }' "$now_"
}

# The names behind one verb, of `ways_`.
ways_by_() { printf '%s\n' "$ways_" | sed -n "s/^$1 //p"; }

# Ends where apt would remove anything but these. $1: their names, each on a line; the rest: words for
# apt-get.
refuse_others_() {
  came_=$1
  shift
  simulated_=$(fettle_apt_simulated "$@") || explain_versions_
  others_=$(fettle_apt_others "$simulated_" "$came_")
  [ -z "$others_" ] ||
    fettle_refuse "other packages need what came, and would be removed too: $others_" \
      'remove those first'
}

# Says which versions there are no longer, and ends.
explain_versions_() {
  for wanted_ in $(ways_by_ install); do
    apt-cache madison -- "${wanted_%%=*}" | cut -d'|' -f2 | tr -d ' ' |
      grep -qxF -e "${wanted_#*=}" ||
      fettle_refuse "version ${wanted_#*=} of ${wanted_%%=*} is no longer in the package lists of the host" \
        'add the repository that has it, or install another version by hand'
  done
  exit 100
}

# Removes the files of `list_beside_` that the change or the way back has made.
remove_beside_() {
  list_beside_ | while IFS= read -r path_; do
    grep -qxF -e "$path_" "$kept/before.beside" && continue
    # Somebody else has made it since.
    [ -e "$kept/after" ] && grep -qxF -e "$path_" "$kept/now.beside" &&
      ! grep -qxF -e "$path_" "$kept/after.beside" && continue
    (fettle_enter "${path_%/*}" && rm -f -- "./${path_##*/}") || exit
  done
}

# Brings the packages back. The arguments are the names of those that the change is about.
fettle_take_back_packages() {
  for wanted_; do
    shift
    wanted_=${wanted_%%=*}
    set -- "$@" "${wanted_%":$(dpkg --print-architecture)"}"
  done
  fettle_keep_packages now
  after_=$kept/after
  [ -e "$after_" ] || after_=/dev/null
  ways_=$(ways_back_ "$kept/before" "$after_" "$kept/now" "$@") || exit
  came_=$(ways_by_ purge && ways_by_ remove)
  IFS=$newline_
  # shellcheck disable=SC2046
  set -- $(ways_by_ install) $(printf '%s\n' "$came_" | sed -n 's/..*/&-/p')
  if [ $# -gt 0 ]; then
    refuse_others_ "$came_" install --allow-downgrades --no-install-recommends -- "$@"
    fettle_apt_repaired install --allow-downgrades --no-install-recommends -- "$@" || exit
  fi
  # shellcheck disable=SC2046
  set -- $(ways_by_ purge)
  [ $# = 0 ] || fettle_apt_repaired purge -- "$@" || exit
  for verb_ in auto manual; do
    # shellcheck disable=SC2046
    set -- $(ways_by_ $verb_)
    [ $# = 0 ] || apt-mark -q $verb_ -- "$@" || exit
  done
  remove_beside_
}
