# shellcheck shell=dash
# Puts a new file in place for as long as a shell line agrees to what there is then.
# Needs: refuse.sh, beside.sh, and a new file from write-file.sh.
# shellcheck disable=SC2154

bring_back_() {
  if [ -e "$old_" ]; then mv -fT -- "$old_" "$place_"; else rm -f -- "$place_"; fi
  sync -- .
}

confirm_() { sh -c "$confirm_line_" </dev/null; }

# Asks again without the new content: what fails with the same words then is the fault of another
# file. $1: how sentences name the line; $2: the file's path; $3: 1 if the new content then stays.
compare_() {
  words_=$(confirm_ 2>&1 >/dev/null)
  ln -- "$place_" "$new_path" && trap 'rm -f -- "$new_path"' EXIT && bring_back_ || exit
  if words_before_=$(confirm_ 2>&1 >/dev/null) || [ "$words_before_" != "$words_" ]; then
    fettle_refuse "$1 refused what there is with the new $2, so the former one is back" \
      'correct its content, or what else is named'
  fi
  refused_before_="$1 refused what there is, before the change to $2 as well"
  [ "$3" = 1 ] ||
    fettle_refuse "$refused_before_, so the former one is back" 'mend what is named there first'
  mv -fT -- "$new_path" "$place_" && sync -- .
}

# Takes the place of what is there. Before the line has succeeded, any end of the shell brings back
# what was there. $1: the file's name; $2: the line; $3 to $5: as in compare_.
fettle_place_confirmed() {
  place_=./$1 confirm_line_=$2 old_=$new_path.old
  shift 2
  if [ -e "$place_" ]; then ln -- "$place_" "$old_"; fi &&
    trap 'bring_back_; rm -f -- "$new_path"' EXIT &&
    mv -fT -- "$new_path" "$place_" &&
    sync -- . &&
    { confirm_ || compare_ "$@"; } &&
    trap - EXIT &&
    rm -f -- "$old_"
}
