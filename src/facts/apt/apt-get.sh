# shellcheck shell=dash

fettle_apt_get() {
  apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold -o APT::Cmd::Pattern-Only=true "$@"
}

# The same, and once more where a dpkg that was killed has left its journal behind: apt, once it has
# the lock, asks for what is done here.
fettle_apt_repaired() {
  fettle_apt_get "$@" && return
  status_=$?
  [ -n "$(ls -A /var/lib/dpkg/updates)" ] || return $status_
  dpkg --force-confdef --force-confold --configure -a && fettle_apt_get "$@"
}

# Says what would be done, and changes nothing: caches that are out of date are made in memory, where
# apt would write them to /var/cache/apt. It takes no lock.
fettle_apt_simulated() {
  fettle_apt_get -s -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# Names what apt would remove besides some packages. $1: a simulation; $2: their names, each on a line.
fettle_apt_others() {
  printf '%s\n' "$1" |
    sed -n -e 's/^Remv \([^ ]*\).*/\1/p' -e 's/^Purg \([^ ]*\).*/\1/p' |
    grep -vxF -e "$2" | tr '\n' ' '
}
