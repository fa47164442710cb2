# shellcheck shell=dash
# Notes what something still has to follow: restart-marks.ts tells what a mark holds.
# Set before: instance_links, the folder in which systemd links each running unit to its instance.
# shellcheck disable=SC2154

# Succeeds where a unit's name is an alias, which is a link where unit files lie (systemd.unit(5)).
is_alias_() {
  for root_ in /etc /run /usr/lib /lib; do
    [ ! -L "$root_/systemd/system/$1" ] || return 0
  done
  return 1
}

# Says which instance of a unit runs, or `none`. A unit that is not active has no link, an alias
# neither, so systemctl is asked about aliases.
instance_of_() {
  instance_=$(readlink -- "$instance_links/invocation:$1") || {
    is_alias_ "$1" && instance_=$(systemctl show -p InvocationID --value -- "$1" 2>/dev/null)
  } || instance_=''
  echo "${instance_:-none}"
}

# Writes a mark. What is noted already stays as it is.
# $1: its directory; $2: its file's name; $3: the effect; $4: the unit, or what is to be run;
# $5: the trigger.
fettle_mark() {
  case $3 in run) noted_=- ;; *) noted_=$(instance_of_ "$4") ;; esac
  if [ -f "$1/$2" ] && read -r line_ <"$1/$2" && [ "$line_" = "$3 $noted_ $5" ]; then return; fi
  mkdir -p -- "$1" &&
    new_=$(mktemp -- "$1/.XXXXXXXX") &&
    printf '%s %s %s\n' "$3" "$noted_" "$5" >"$new_" &&
    sync -- "$new_" &&
    mv -f -- "$new_" "$1/$2" &&
    sync -- "$1" || exit 1
}
