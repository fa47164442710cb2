# shellcheck shell=dash
# Tells the state of one submodule, in it. This text is quoted twice: see changes.sh. The answer:
#
#   changed lib/app.py
#   ahead 2 lib
#   Would remove lib/notes.txt
#
# Set before: clean_options (those of git-clean(1) as one text, empty where nothing is removed);
# sha1 and displaypath are git-submodule(1)'s.
# Needs: changes.sh.
# shellcheck disable=SC2154

# Commits of its own are those that its repository does not have.
fettle_inspect_submodule() {
  head_=$(git rev-parse --quiet --verify HEAD) || exit 0
  state_=$(fettle_tracked_state) || exit
  fettle_changed "$state_" "$displaypath/"
  [ "$head_" = "$sha1" ] || {
    own_=$(git rev-list --count HEAD --not --remotes --tags) && echo "ahead $own_ $displaypath"
  } || exit
  [ -n "$clean_options" ] || exit 0
  found_=$(eval "git clean -n $clean_options") || exit
  IFS=$newline_
  set -f
  # shellcheck disable=SC2086
  set -- $found_
  set +f
  unset IFS
  for line_; do
    case $line_ in
    "Would remove "*) printf "Would remove %s\n" "$displaypath/${line_#Would remove }" ;;
    esac
  done
}
