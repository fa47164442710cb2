# shellcheck shell=dash

# Says the instances of a template that are not stopped, as systemctl(1) does, and then whether one
# is started at boot, which links of units tell. $1 and $2: what stands before and behind an
# instance's name.
#
#   @instances
#   app@one.service loaded active running App
#   enabled
fettle_instances() {
  echo @instances
  systemctl list-units --all --plain --no-legend --no-pager \
    --state=active,reloading,activating,deactivating -- "$1*$2" || exit
  for link_ in /etc/systemd/system/*.wants/"$1"* /etc/systemd/system/*.requires/"$1"*; do
    case $link_ in
    *"$2")
      [ ! -L "$link_" ] || {
        echo enabled
        return
      }
      ;;
    esac
  done
}
