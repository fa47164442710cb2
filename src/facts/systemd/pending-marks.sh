# shellcheck shell=dash

# Ends the block where one of these directories may not be read:
#
#   hidden /var/lib/fettle
fettle_hidden_marks() {
  for directory_; do
    [ ! -d "$directory_" ] || { [ -r "$directory_" ] && [ -x "$directory_" ]; } || {
      echo "hidden $directory_"
      exit
    }
  done
}

# Says the marks in a directory, $2, each behind a word, $1:
#
#   0 restart 5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e file[app.conf]
fettle_marks() {
  for mark_ in "$2"/*; do
    [ ! -f "$mark_" ] || {
      line_=
      read -r line_ <"$mark_" || :
      printf '%s %s\n' "$1" "$line_"
    }
  done
}
