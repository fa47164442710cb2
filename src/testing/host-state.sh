# shellcheck shell=dash
# Prints the state of the host, for tests: each path and unit, a tab, and what differs when it has
# changed in any way.
#
# Of a path: kind, inode, mode and owner; size, time of modification and the target of a link; the
# time of change, which stands for the content, since no program can set it:
#   /etc/passwd	f 1182 644 root:root	1403 1764492020.51 	1764492020.51
# Of a unit that is active or has failed: its state and the instance that runs; whether systemd has
# loaded another version of its file. What is enabled or masked is a link below /etc:
#   cron.service	active 0123456789abcdef0123456789abcdef	no

# Lists the paths of one place. Left out is what changes by itself: systemd's records of timers, the
# lock that every apply takes, what it keeps for taking changes back, the temporary files of running
# services; and what dpkg knows of each package besides its status, which would take longer than
# everything else.
list_paths_() {
  find "$1" -xdev \( -path /var/lib/systemd -o -path /var/lib/dpkg/info \
    -o -path /var/lib/fettle/undo -o -path '/tmp/systemd-private-*' \
    -o -path '/run/fettle/lock*' -o -path '/run/fettle/run.*' \) \
    -prune -o ! -path /tmp ! -path /run/fettle \
    -printf '%p\t%y %i %m %u:%g\t%s %T@ %l\t%C@\n'
}

# Lists services and sockets. Left out are those of logins, and those that D-Bus starts for a while
# when somebody asks them.
list_units_() {
  systemctl show -p Id,ActiveState,InvocationID,NeedDaemonReload '*.service' '*.socket' | awk -F= '
    { value[$1] = $2 }
    function say() {
      if (value["ActiveState"] != "inactive" &&
          value["Id"] !~ /^(user@|user-runtime-dir@|systemd-(hostnamed|localed|timedated)[.]|$)/)
        print value["Id"] "\t" value["ActiveState"] " " value["InvocationID"] "\t" value["NeedDaemonReload"]
      delete value
    }
    /^$/ { say() }
    END { say() }'
}

fettle_state() {
  for place_ in /etc /home /opt /root /run/fettle /srv /tmp /usr/local /var/lib /var/spool; do
    [ ! -e "$place_" ] || list_paths_ "$place_"
  done
  list_units_
}

# Prints the digest of each file that is not too large, where administrators and resources write.
fettle_contents() {
  for place_ in /etc /home /opt /root /srv /usr/local /var/lib/fettle /var/spool; do
    [ ! -e "$place_" ] || find "$place_" -xdev -path /var/lib/fettle/undo -prune -o \
      -type f -size -4096k -exec sha256sum -- {} +
  done
}
