# shellcheck shell=dash
# Needs: apt-get.sh.

# Fetches the package lists. They have a lock of their own, for which apt does not wait. What apt
# calls a warning, an index that was not fetched, is a failure here.
fettle_apt_update() {
  waited_=0
  until said_=$(fettle_apt_get update -o APT::Update::Error-Mode=any 2>&1); do
    case $said_ in
    *'Could not get lock /var/lib/apt/lists/lock'*) ;;
    *) waited_=60 ;;
    esac
    [ $waited_ -lt 60 ] || {
      printf '%s\n' "$said_" >&2
      exit 100
    }
    waited_=$((waited_ + 1))
    sleep 5
  done
  touch /var/lib/apt/lists
}
