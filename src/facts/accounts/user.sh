# shellcheck shell=dash
# Reads accounts. The answer of all functions:
#
#   deploy:x:1000:1000::/home/deploy:/bin/sh
#   =
#   deploy:x:1000:
#   =
#   deploy:$y$j9T$…:19876:0:99999:7:::
#   = 0 0
#
# First passwd(5), then all of group(5), shadow(5), and how the first two questions ended. getent(1)
# asks every source of nsswitch.conf; without it the files are read, and of shadow nothing.

# The arguments are names.
fettle_passwd_and_group() {
  if command -v getent >/dev/null; then
    getent passwd -- "$@"
    passwd_status_=$?
    echo '='
    getent group
  else
    cat /etc/passwd
    passwd_status_=$?
    echo '='
    cat /etc/group
  fi
  group_status_=$?
  echo '='
}

# The arguments are names, none where no password is wanted.
fettle_shadow() {
  if [ $# != 0 ] && command -v getent >/dev/null; then getent shadow -- "$@"; fi
  echo "= $passwd_status_ $group_status_"
}
