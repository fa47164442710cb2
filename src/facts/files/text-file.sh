# shellcheck shell=dash

# Says what is at a path: `absent`, `closed` for what may not be read, `other` for what is no file,
# or `has`, and then it succeeds. Needs: hidden.sh.
fettle_text_file() {
  if [ ! -e "$1" ]; then
    if fettle_is_hidden "$1"; then echo closed; else echo absent; fi
  elif [ ! -f "$1" ]; then
    echo other
  elif [ ! -r "$1" ]; then
    echo closed
  else
    echo has
    return 0
  fi
  return 1
}
