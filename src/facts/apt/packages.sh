# shellcheck shell=dash
# Reads packages as dpkg and apt know them. The answer of all functions, tabs between fields:
#
#   lists 120
#   native amd64
#   foreign wine32:i386
#   git  installed  amd64  install  ok  1:2.39.5-0+deb12u3  foreign  git-completion, git-core

newline_='
'
# A tab.
tab_='	'
# The fields of a row: `parseRow` has their names.
# shellcheck disable=SC2016
row_format_='${Package}\t${db:Status-Status}\t${Architecture}\t${db:Status-Want}\t${db:Status-Eflag}\t${Version}\t${Multi-Arch}\t${Provides}\n'

# Says the age of the package lists, which is that of their directory: an update touches it. Where
# nothing was fetched yet there is no file of packages in it. What /proc/self is for a process is as
# old as that process, so it tells the time without starting date(1).
fettle_apt_lists() {
  set -- /var/lib/apt/lists/*_Packages*
  if [ -e "$1" ]; then
    # shellcheck disable=SC2046
    set -- $(stat -c %Y /var/lib/apt/lists /proc/self/) && echo "lists $(($2 - $1))"
  else
    echo 'lists none'
  fi
}

# Finds the host's own architecture, which is dpkg's.
find_native_() {
  native_=$newline_$rows_
  native_=${native_#*"${newline_}dpkg${tab_}installed$tab_"}
  native_=${native_%%"$tab_"*}
}

# Reads the rows of these packages, and of dpkg.
fettle_apt_find() {
  rows_=$(dpkg-query -W -f "$row_format_" -- dpkg "$@" 2>/dev/null)
  find_native_
}

# Reads the rows of all packages, and says the architecture.
fettle_apt_list() {
  rows_=$(dpkg-query -W -f "$row_format_") || return
  find_native_
  echo "native $native_"
}

# Whether a package, $1, is installed for an architecture, $2. `all` fits each.
is_installed_() {
  case $newline_$rows_ in
  *"$newline_$1${tab_}installed$tab_$2$tab_"* | *"$newline_$1${tab_}installed${tab_}all$tab_"*) ;;
  *) return 1 ;;
  esac
}

# Whether all of these are installed, each a name that may have an architecture: git, libc6:i386.
fettle_apt_has() {
  for wanted_; do
    case $wanted_ in
    *:native | *:any | *:all) is_installed_ "${wanted_%:*}" "$native_" ;;
    *:*) is_installed_ "${wanted_%:*}" "${wanted_#*:}" ;;
    *) is_installed_ "$wanted_" "$native_" ;;
    esac || return
  done
}

# Of the names that are installed for another architecture alone: says which apt does not know for
# the host's own.
fettle_apt_foreign() {
  foreign_=
  for wanted_; do
    case $wanted_ in
    *:*) ;;
    *)
      case $newline_$rows_ in
      *"$newline_$wanted_${tab_}installed$tab_"*)
        is_installed_ "$wanted_" "$native_" || foreign_="$foreign_ $wanted_"
        ;;
      esac
      ;;
    esac
  done
  [ -z "$foreign_" ] || {
    # shellcheck disable=SC2086
    policy_=$(apt-cache policy $foreign_) &&
      printf '%s\n' "$policy_" | sed -n 's/^\([^ :]*:[^ :]*\):$/foreign \1/p'
  }
}

# Says the architecture and the rows.
fettle_apt_show() {
  echo "native $native_"
  printf '%s\n' "$rows_"
}

# Says the rows in which one of these stands: `-e NAME` for each.
fettle_apt_matching() { printf '%s\n' "$rows_" | grep -F "$@" || [ $? = 1 ]; }
