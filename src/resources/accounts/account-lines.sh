# shellcheck shell=dash
# Keeps the lines of an account in files such as passwd(5) and group(5), and brings them back. In
# "$kept" there are two files for each: PASSWD has the lines, PASSWD.place the name on the line before
# the account's own.
# shellcheck disable=SC2154,SC2016

# For awk. `name` is the account, `from` the first field that is a list of names: 4 in group(5), 3 in
# gshadow(5), 5 where there is none.
lists_of_names_='
  BEGIN { FS = OFS = ":"; name = ENVIRON["name"]; from = ENVIRON["from"] }
  function lists(list,  all, i) {
    for (i = split(list, all, ","); i > 0; i--) if (all[i] == name) return 1
    return 0
  }
  function without(list,  all, count, i, others) {
    count = split(list, all, ",")
    for (i = 1; i <= count; i++)
      if (all[i] != name) others = others (others == "" ? "" : ",") all[i]
    return others
  }
  function listed(line,  field, i) {
    split(line, field, ":")
    for (i = from; i <= 4; i++) if (lists(field[i])) return 1
    return 0
  }'

# Keeps the lines of a file below /etc, $1, that are of the account, $2, or list it. $3: `from`.
keep_lines_() {
  [ -f "/etc/$1" ] || return 0
  name=$2 from=$3 place=$kept/$1.place awk "$lists_of_names_"'
    $1 == name { if (!found++) print before >ENVIRON["place"]; print }
    $1 != name && listed($0) { print }
    { before = $1 }
  ' "/etc/$1" >"$kept/$1"
}

# Puts a new version of a file below /etc, $1, in place, if it differs.
place_() {
  if cmp -s -- "/etc/.$1.fettle" "/etc/$1"; then
    rm -f -- "/etc/.$1.fettle"
  else
    sync -- "/etc/.$1.fettle" && mv -f -- "/etc/.$1.fettle" "/etc/$1"
  fi
}

# Brings the lines of a file back. What else was changed in a group since then stays. $1 to $3: as in
# keep_lines_.
restore_lines_() {
  [ -f "$kept/$1" ] && [ -f "/etc/$1" ] || return 0
  place_=
  [ ! -f "$kept/$1.place" ] || IFS= read -r place_ <"$kept/$1.place"
  cp -a -- "/etc/$1" "/etc/.$1.fettle" &&
    name=$2 from=$3 place=$place_ awk "$lists_of_names_"'
    FILENAME == ARGV[1] {
      if ($1 == name) own = own $0 "\n"
      was[$1] = $0
      next
    }
    { line[++count] = $0; if ($1 == name) present = 1 }

    function stripped(text,  i) {
      $0 = text
      for (i = from; i <= 4; i++) $i = without($i)
      return $0
    }
    # The line of a group, which lists the account where it did before.
    function restored(now, old,  before, others, i) {
      if (old == "" && !listed(now)) return now
      others = stripped(now)
      if (others == stripped(old)) return old
      split(old, before, ":")
      $0 = others
      for (i = from; i <= 4; i++) if (lists(before[i])) $i = $i ($i == "" ? "" : ",") name
      return $0
    }
    function print_once(lines) { if (!printed++) printf "%s", lines }

    END {
      for (i = 1; i <= count; i++) {
        split(line[i], field, ":")
        if (field[1] != name) print restored(line[i], was[field[1]])
        else if (from > 4 || own == "") print_once(own)
        else { printed = 1; print restored(line[i], was[name]) }
        if (!present && field[1] == ENVIRON["place"]) print_once(own)
      }
      print_once(own)
    }
  ' "$kept/$1" "/etc/$1" >"/etc/.$1.fettle" && place_ "$1"
}

# Gives the users of a group, $1, the id that it had.
restore_primary_groups_() {
  was_=$(awk -F: -v name="$1" '$1 == name { print $3 }' "$kept/group") &&
    now_=$(awk -F: -v name="$1" '$1 == name { print $3 }' /etc/group) || return
  case $was_ in '' | "$now_") return ;; esac
  [ -n "$now_" ] || return 0
  cp -a -- /etc/passwd /etc/.passwd.fettle &&
    awk -v was="$was_" -v now="$now_" '
    BEGIN { FS = OFS = ":" }
    $4 == now { $4 = was }
    { print }
  ' /etc/passwd >/etc/.passwd.fettle && place_ passwd
}

# What to do with each file of a user, $2, or a group: $1 is keep_lines_ or restore_lines_.
each_of_user_() {
  "$1" passwd "$2" 5 && "$1" shadow "$2" 5 && "$1" group "$2" 4 && "$1" gshadow "$2" 3 &&
    "$1" subuid "$2" 5 && "$1" subgid "$2" 5
}
each_of_group_() { "$1" group "$2" 5 && "$1" gshadow "$2" 5; }

fettle_keep_user() { each_of_user_ keep_lines_ "$1"; }
fettle_keep_group() { each_of_group_ keep_lines_ "$1"; }

# These two need the lock of the files.
fettle_restore_user() { each_of_user_ restore_lines_ "$1"; }
fettle_restore_group() { restore_primary_groups_ "$1" && each_of_group_ restore_lines_ "$1"; }
