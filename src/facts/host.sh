# shellcheck shell=dash

# Tells what a host is. The answer is divided by headings; what the host does not know is missing:
#
#   = machine
#   x86_64
#   = cpus
#   4
#   = virtualization
#   kvm
#   = init
#   systemd
#   = addresses
#   1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
#   = ipv4
#   1.1.1.1 via 192.0.2.1 dev eth0 src 192.0.2.7 uid 0
#   = ipv6
#   = files
#   ==> /etc/os-release <==
#   ID=debian
#
# The arguments are files, read by one head(1), which writes the name of each that it finds above
# its content. Asking for a route to an address sends nothing there.
fettle_host() {
  echo '= machine'
  uname -m
  echo '= cpus'
  nproc
  if command -v systemd-detect-virt >/dev/null; then
    echo '= virtualization'
    systemd-detect-virt
  fi
  if [ -d /run/systemd/system ]; then
    echo '= init'
    echo systemd
  elif [ -d /run/openrc ]; then
    echo '= init'
    echo openrc
  fi
  if command -v ip >/dev/null; then
    echo '= addresses'
    ip -o address
    echo '= ipv4'
    ip -4 route get 1.1.1.1 2>/dev/null
    echo '= ipv6'
    ip -6 route get 2606:4700:4700::1111 2>/dev/null
  fi
  echo '= files'
  head -c 65536 "$@" 2>/dev/null || :
}
