# shellcheck shell=dash
# Has a new file of write-file.sh judged before it takes its place.
# Needs: refuse.sh, beside.sh.
# shellcheck disable=SC2154

# Has a shell line, $1, judge the new file; whatever it prints is told. Where it refuses the present
# file too, the fault may be another one's. $2: how sentences name the line; $3: the file's name;
# $4: its path.
fettle_validate() {
  sh -c "$1" sh "$PWD/${new_path#./}" </dev/null || case $? in
  126 | 127)
    fettle_refuse "$2 could not be run, so $4 was not written" \
      'add the package that has the program before this, or correct validate'
    ;;
  *)
    if [ -f "./$3" ] && ! sh -c "$1" sh "$PWD/$3" </dev/null >/dev/null 2>&1; then
      fettle_refuse "$2 refused the new $4, and the present one as well" \
        'correct its content, or what is named of other files'
    fi
    fettle_refuse "$2 refused the new $4" 'correct its content'
    ;;
  esac
}
