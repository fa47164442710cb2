# shellcheck shell=dash
# Removes marks, which restart-marks.sh has written, from a directory, $1.
# shellcheck disable=SC2034

# Those of an effect, $2, once it has succeeded.
fettle_clear_marks() {
  for mark_ in "$1"/*; do
    [ ! -f "$mark_" ] || { read -r effect_ line_ <"$mark_" && [ "$effect_" != "$2" ]; } ||
      rm -f -- "$mark_"
  done
}

# Those of other instances than $2.
fettle_clear_old_marks() {
  for mark_ in "$1"/*; do
    [ ! -f "$mark_" ] || { read -r effect_ noted_ line_ <"$mark_" && [ "$noted_" = "$2" ]; } ||
      rm -f -- "$mark_"
  done
}
