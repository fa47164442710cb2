# shellcheck shell=dash
# Needs: refuse.sh, unit-state.sh.
# shellcheck disable=SC2034,SC2154

# Watches a unit, $1, after an operation, $2, that was noted in a file, $3, until it has run for $4
# hundredths of a second.
fettle_watch_operation() {
  unit_=$1
  read -r since_ begun_ first_run_ <"$3" && rm -f -- "$3" || exit
  while :; do
    look_ && clock_ && passed_=$((now_ - begun_))
    after_="$((passed_ / 100)) s after its $2"
    case $state_ in
    active | reloading) ;;
    inactive)
      fail_ "$unit_ was inactive $after_: it ended by itself ($result_), or a condition of its unit is not met"
      ;;
    failed) fail_ "$unit_ ended $after_ ($result_)" ;;
    *) fail_ "$unit_ was $state_ ($result_) $after_" ;;
    esac
    [ "$run_" = " $first_run_" ] ||
      fail_ "$unit_ ended and was started again by systemd within $((passed_ / 100)) s of its $2"
    left_=$(($4 - passed_))
    [ "$left_" -gt 0 ] || break
    [ "$left_" -lt 100 ] || left_=100
    sleep "$((left_ / 100)).$((left_ / 10 % 10))$((left_ % 10))"
  done
}
