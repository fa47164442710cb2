# shellcheck shell=dash
# Says where links of units cannot be made or removed.

# Prints the links that the [Install] sections of units ask for, each behind the number of its unit
# from 0. Reads what systemctl(1) says of the units: their Id, FragmentPath and DropInPaths.
fettle_wanted_links() {
  awk '
    function note(key, suffix,   count, words, i) {
      count = split(said[key], words, " ")
      for (i = 1; i <= count; i++) print number + 0, "/etc/systemd/system/" words[i] suffix
    }
    function install(file,   line, is_in, key) {
      while (file != "" && (getline line <file) > 0) {
        if (line ~ /^[ \t]*\[/) is_in = line ~ /^[ \t]*\[Install\]/
        else if (is_in && match(line, /^[ \t]*[A-Za-z]+[ \t]*=/)) {
          key = substr(line, 1, RLENGTH - 1)
          gsub(/[ \t]/, "", key)
          line = substr(line, RLENGTH + 1)
          # Nothing forgets what was said before.
          said[key] = line ~ /[^ \t]/ ? said[key] " " line : ""
        }
      }
      close(file)
    }
    function end_unit(   count, files, i) {
      split("", said)
      install(fragment)
      count = split(drop_ins, files, " ")
      for (i = 1; i <= count; i++) install(files[i])
      note("WantedBy", ".wants/" id)
      note("RequiredBy", ".requires/" id)
      note("UpheldBy", ".upholds/" id)
      note("Alias", "")
      fragment = drop_ins = ""
      number++
    }
    /^Id=/ { id = substr($0, 4) }
    /^FragmentPath=/ { fragment = substr($0, 14) }
    /^DropInPaths=/ { drop_ins = substr($0, 13) }
    /^$/ { end_unit() }
    END { end_unit() }
  '
}

# Says of these units, by their numbers from 0, the directories of their links to which root may not
# write, and whether the link is there. Who may enable units besides root, others decide.
#   missing 0 /etc/systemd/system/multi-user.target.wants
#   there 2 /etc/systemd/system
#   end
fettle_closed_links() {
  if [ "$(id -u)" = 0 ]; then
    units_=$(systemctl show --no-pager -p Id -p FragmentPath -p DropInPaths -- "$@") || exit
    printf '%s\n' "$units_" | fettle_wanted_links | while read -r number_ link_; do
      place_=${link_%/*}
      [ -d "$place_" ] || place_=/etc/systemd/system
      [ ! -w "$place_" ] || continue
      if [ -L "$link_" ]; then echo "there $number_ $place_"; else echo "missing $number_ $place_"; fi
    done
  fi
  echo end
}
