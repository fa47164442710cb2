# shellcheck shell=dash

# Says which of some directories, the outermost first, is the first that is missing, by its number
# from 0; `taken` where something that is no directory is in its place. It starts no process.
#   missing 1
#   taken 0
#   none
fettle_first_missing() {
  index_=0
  for directory_; do
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
