# shellcheck shell=dash

# Says where a directory that is a symbolic link leads at last; of one that leads to no directory it
# says the target as written, which takes a process.
show_link_() {
  printf 'link %s ' "$index_"
  if cd -P -- "$directory_" 2>/dev/null; then
    printf '%s' "$PWD"
  else
    readlink -n -- "$directory_"
  fi
  printf '\0'
}

# Says which of some directories, the outermost first, is the first that is missing, by its number
# from 0; `taken` where something that is no directory is in its place. Before that it says which of
# them are links. It starts no process where these lead to directories.
#   missing 1
#   taken 0
#   link 1 /srv/app/releases/7<NUL>none
fettle_first_missing() {
  index_=0
  for directory_; do
    [ ! -L "$directory_" ] || show_link_
    if [ ! -d "$directory_" ]; then
      if [ -e "$directory_" ] || [ -L "$directory_" ]; then
        echo "taken $index_"
      else
        echo "missing $index_"
      fi
      return
    fi
    index_=$((index_ + 1))
  done
  echo none
}
