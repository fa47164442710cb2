# shellcheck shell=dash

# Says the instances of a template that are not stopped, as systemctl(1) does, then whether the
# template has a file outside /etc/systemd/system (systemd.unit(5) names the directories), and
# whether an instance is started at boot, which links of units tell. $1 and $2: what stands before
# and behind an instance's name.
#
#   @instances
#   app@one.service loaded active running App
#   elsewhere
#   enabled
fettle_instances() {
  echo @instances
  systemctl list-units --all --plain --no-legend --no-pager \
    --state=active,reloading,activating,deactivating -- "$1*$2" || exit
  for file_ in /etc/systemd/system.*/"$1$2" /run/systemd/*/"$1$2" \
    /usr/local/lib/systemd/system/"$1$2" /usr/lib/systemd/system/"$1$2" \
    /lib/systemd/system/"$1$2"; do
    [ ! -e "$file_" ] || {
      echo elsewhere
      break
    }
  done
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
