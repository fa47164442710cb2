# shellcheck shell=dash
# Goes into a directory by a link, as enter.sh does by a path.
# Needs: refuse.sh, enter.sh.
# shellcheck disable=SC2154,SC2034

# Goes into the directory of a file, $2, that a link, $1, leads to.
fettle_enter_through() {
  entered_='' left_=$1/
  cd / && walk_ file && {
    [ "$entered_/$name_" = "$2" ] || fettle_refuse "$1 does not lead to $2 any more"
  }
}
