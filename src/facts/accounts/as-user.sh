# shellcheck shell=dash
# Runs commands as another user of the host.

# Runs a command as a user, $1, by name or number, with that user's home; directly where the shell
# already is that user. Status 91: there is no such user. The shell's `~` looks an account up
# without starting a program; getent is for what it does not know, and for numbers.
fettle_as() {
  user_=$1 home_=
  case $1 in
  [!_A-Za-z]* | *[!A-Za-z0-9_.-]*) ;;
  *) eval "home_=~$1" ;;
  esac
  case $home_ in
  /*) ;;
  *)
    home_=$(getent passwd -- "$1") || {
      printf '%s\n' "there is no user $1" >&2
      return 91
    }
    user_=${home_%%:*}
    home_=${home_%:*}
    home_=${home_##*:}
    ;;
  esac
  shift
  [ "${USER:-$(id -un)}" = "$user_" ] || set -- runuser -u "$user_" -- "$@"
  HOME=$home_ USER=$user_ LOGNAME=$user_ "$@"
}
