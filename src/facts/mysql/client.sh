# shellcheck shell=dash
# Asks a server of MySQL with its own client.

# Where Debian's server listens.
default_socket_=/run/mysqld/mysqld.sock

# Whether a server may be asked at a socket, $1. One that systemd listens on belongs to a service
# that a connection would start, so that service must be active. Where nobody listens, a connection
# is refused and does no harm. Debian's socket is its service's, whose link is there while it runs;
# only otherwise is systemd asked. Status 91: there is no socket; 92: its service does not run; 93:
# Debian's service runs, but its socket is not there.
is_open_() {
  runs_=
  [ "$1" != $default_socket_ ] || [ ! -L /run/systemd/units/invocation:mariadb.service ] ||
    runs_=yes
  [ -S "$1" ] || {
    [ -z "$runs_" ] || return 93
    return 91
  }
  [ -z "$runs_" ] || return 0
  command -v systemctl >/dev/null || return 0
  path_=$(readlink -f "$1")
  unit_=$(
    systemctl list-sockets --no-legend --full --plain 2>/dev/null |
      while read -r listens_ _ service_; do
        [ "$listens_" != "$path_" ] || echo "$service_"
      done
  )
  [ -z "$unit_" ] || systemctl is-active --quiet -- "$unit_" || return 92
}

# $1: seconds for the answer; $2: the socket, empty for host and port; the rest are the client's
# words. Status 90: there is no client.
fettle_ask_server() {
  client_=mariadb
  command -v mariadb >/dev/null || {
    client_=mysql
    command -v mysql >/dev/null
  } || return 90
  limit_=$1
  [ -z "$2" ] || is_open_ "$2" || return
  shift 2
  timeout -k 5 "$limit_" "$client_" "$@"
}
