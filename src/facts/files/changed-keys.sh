# shellcheck shell=dash
# Compares a file of lines `KEY=value` with the text that it should hold. Only names of keys are told,
# never values, nor anything made from them.

newline_='
'

is_key_name_() {
  case $1 in '' | [!A-Z_a-z]* | *[!A-Z_a-z0-9.-]*) return 1 ;; esac
  [ ${#1} -le 64 ]
}

# Puts the lines of a text, $1, into $entries_, each behind the name of its key and section:
#   client.password password = hunter2
# Fails where a line is neither `KEY=value`, `KEY: value` nor `[section]`, blank or a comment.
read_entries_() {
  entries_=$newline_ section_=
  for line_ in $1; do
    case $line_ in
    [#\;]*) ;;
    \[*\])
      section_=${line_#?}
      section_=${section_%?}
      is_key_name_ "$section_" || return 1
      section_=$section_.
      ;;
    *[![:space:]]*)
      pair_=${line_#export }
      name_=${pair_%%[=:]*}
      value_=${pair_#"$name_"}
      name_=${name_%"${name_##*[![:blank:]]}"}
      case $value_ in =* | : | :[[:blank:]]*) ;; *) return 1 ;; esac
      is_key_name_ "$name_" || return 1
      entries_=$entries_$section_$name_\ $line_$newline_
      ;;
    esac
  done
}

# Whether two lists of entries have the name of a key in common.
share_a_name_() {
  for entry_ in $1; do
    case $2 in *"$newline_${entry_%% *} "*) return 0 ;; esac
  done
  return 1
}

# Names the keys of the entries, $1, that others, $2, lack. $3: what those are of which they lack the
# name, too.
name_lacking_() {
  for entry_ in $1; do
    name_=${entry_%% *}
    case $2 in
    *"$newline_$entry_$newline_"*) ;;
    *"$newline_$name_ "*) echo "changed $name_" ;;
    *) echo "$3 $name_" ;;
    esac
  done
}

# Says of the file, $1, how the keys change with the next bytes of the input, $2 many:
#   keys
#   changed DB_PASSWORD
#   added CACHE_URL
#   changed DB_PASSWORD
#   removed OLD_TOKEN
#   end
# A changed key is named twice, because each text lacks the line of the other. Or `other`: one of the
# texts has other lines, the file is longer than $3 bytes, or no key is in both. What has no key in
# common may be a password with a `=` in it.
fettle_changed_keys() {
  wanted_=$(dd bs=65536 count="$2" iflag=fullblock,count_bytes 2>/dev/null) present_=
  [ -L "$1" ] || [ ! -f "$1" ] || [ ! -r "$1" ] || present_=$(head -c $(($3 + 1)) -- "$1")
  IFS=$newline_
  set -f
  if
    [ ${#present_} -le "$3" ] && read_entries_ "$wanted_" && wanted_=$entries_ &&
      read_entries_ "$present_" && share_a_name_ "$wanted_" "$entries_"
  then
    echo keys
    name_lacking_ "$wanted_" "$entries_" added
    name_lacking_ "$entries_" "$wanted_" removed
    echo end
  else
    echo other
  fi
  unset IFS
  set +f
}
