# shellcheck shell=dash

# Says the marks in a directory, $1, by the names of their files:
#
#   4711 1 0a1b2c… 9f8e7d…
fettle_webhook_marks() {
  if [ -d "$1" ]; then
    cd "$1" && for mark_ in *; do
      if [ -f "$mark_" ]; then
        [ -r "$mark_" ] || {
          echo "$mark_ may not be read" >&2
          exit 1
        }
        line_=
        read -r line_ <"$mark_" || :
        printf '%s %s\n' "$mark_" "$line_"
      fi
    done
  elif [ -d /var/lib/fettle ] && [ ! -x /var/lib/fettle ]; then
    echo 'no permission to look into /var/lib/fettle' >&2
    exit 1
  fi
}
