# shellcheck shell=dash
# shellcheck disable=SC2154

# Keeps the output of a script in "$kept". $1: its name there; $2: the most bytes, of more only that it
# was too large; $3: the script.
fettle_keep_output() {
  { (eval "$3") || : >"$kept/failed"; } | head -c $(($2 + 1)) >"$kept/$1" || return
  if [ "$(stat -c %s -- "$kept/$1")" -gt "$2" ]; then
    rm -f -- "$kept/$1" && : >"$kept/$1.too-large"
  else
    [ ! -e "$kept/failed" ]
  fi
}
