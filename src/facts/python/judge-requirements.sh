# shellcheck shell=dash
# Reads and judges what is to be installed in an environment: venv.ts. The answer:
#
#   requirement flask>=2
#   judged 0 met
#
# Needs: as-user.sh, as-owner.sh, venv.sh.
# shellcheck disable=SC2154

newline_='
'
# UTF-8's byte order mark, which no editor shows.
mark_='﻿'
# Requirements that nobody can judge without building or fetching.
unclear_='://|[[:space:]]@[[:space:]]|^[[:space:]]*(-e|--editable|[./])'
# Those that only Python can judge.
for_python_='^[[:space:]]*(-r|--requirement|-c|--constraint)|;'

# Asks the Python of an environment, $1, by a script, $2, as its owner.
fettle_judge() {
  [ ! -x "$1/bin/python" ] || {
    words_=$(fettle_as_owner "$(stat -c %u "$1")" "$1" sh -c "$2" 2>&1 </dev/null)
    status_=$?
    echo "judged $status_ ${words_##*"$newline_"}"
  }
}

# Says the lines of a file of requirements, $1, and has an environment's Python judge what only it
# can. sed(1) tells each line as it is and, without its comment, of what kind it is.
# $2: the most bytes that it may have; $3: the environment; $4: the script that judges.
# Status 95: it is longer.
fettle_requirements() {
  if [ -f "$1" ]; then
    [ -n "$size_" ] && [ ! -L "$1" ] || size_=$(stat -L -c %s -- "$1")
    [ "$size_" -le "$2" ] || return 95
    kinds_="\\,$unclear_,{s/.*/unclear/p; d; }; \\,$for_python_,s/.*/for pip/p"
    requirements_=$(
      limit_memory_
      exec sed -nE "1s/^$mark_//; s/^/requirement /p; s/^requirement //; s/#.*//; $kinds_" "$1"
    ) && printf '%s\n' "$requirements_" || return
    case $requirements_ in
    *"${newline_}unclear"*) ;;
    *"${newline_}for pip"*) fettle_judge "$3" "$4" ;;
    esac
  else
    echo 'no requirements'
  fi
}
