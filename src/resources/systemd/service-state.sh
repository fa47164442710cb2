# shellcheck shell=dash
# Keeps whether a unit is active, and the links that enable, alias and mask it, and brings that back.
# "$kept" has:
#   active  its ActiveState
#   names   its names and those of the units that are enabled with it, one on each line
#   links   links, each a path, a tab and the target: those of these units
# Needs: refuse.sh.
# shellcheck disable=SC2154

# Prints the links of all units, and those of init scripts, with which systemctl(1) enables these.
all_links_() {
  for place_ in /etc/systemd/system /run/systemd/system /etc/rc?.d; do
    [ ! -d "$place_" ] || find "$place_" -type l -printf '%p\t%l\n' || return
  done
}

# Prints those of them that are of the units in "$kept/names": by their own name or their target's.
links_() {
  all_links_ | awk -F'\t' '
    function base(path) { sub(".*/", "", path); return path }
    FILENAME == ARGV[1] { units[$0]; sub("[.]service$", "", $0); scripts[$0]; next }
    $1 ~ "^/etc/rc" { if (base($2) in scripts) print; next }
    base($1) in units || base($2) in units { print }
  ' "$kept/names" - | sort
}

# $1: the unit; of a template, which cannot be active, only the links are kept.
fettle_keep_unit() {
  : >"$kept/active"
  case $1 in
  *@.*) names_=$1 ;;
  *)
    systemctl show -p ActiveState --value -- "$1" >"$kept/active" &&
      names_="$1 $(systemctl show -p Names --value -- "$1")" || return
    ;;
  esac
  also_=$(systemctl cat -- "$1" 2>/dev/null | sed -n 's/^Also=//p')
  # shellcheck disable=SC2086
  printf '%s\n' $names_ $also_ | sort -u >"$kept/names" && links_ >"$kept/links"
}

restore_links_() {
  links_ >"$kept/links.now" || return
  comm -13 "$kept/links" "$kept/links.now" | while IFS= read -r link_; do
    path_=${link_%%	*}
    rm -f -- "$path_" || return
    # As systemctl(1) does.
    case ${path_%/*} in *.wants | *.requires | *.upholds) rmdir -- "${path_%/*}" 2>/dev/null || : ;; esac
  done || return
  comm -23 "$kept/links" "$kept/links.now" | while IFS= read -r link_; do
    path_=${link_%%	*}
    mkdir -p -- "${path_%/*}" && ln -sT -- "${link_#*	}" "$path_" || return
  done || return
  cmp -s -- "$kept/links" "$kept/links.now" || systemctl daemon-reload
}

restore_activity_() {
  read -r was_ <"$kept/active" || return 0
  case $was_/$(systemctl show -p ActiveState --value -- "$1") in
  active/active | active/reloading | reloading/active) ;;
  active/* | reloading/* | activating/*) systemctl start -- "$1" ;;
  inactive/inactive | inactive/failed | failed/inactive | failed/failed) ;;
  inactive/* | failed/*) systemctl stop -- "$1" ;;
  esac || fettle_refuse "$1 was $was_, and could not be made so" "see its journal: journalctl -u $1"
}

fettle_take_back_unit() { restore_links_ && restore_activity_ "$1"; }
