# shellcheck shell=dash

# Looks at a key, $1, and succeeds where its public half has a file, whose content then follows. The
# answer is one of:
#
#   absent
#   none
#   file
#   made c3NoLWVkMjU1MTkgQUFBQQo=
#
# `none` is no file. Without `PATH.pub`, ssh-keygen(1) derives the public key: through a pipe, since
# it refuses files that others may read.
fettle_public_key() {
  if [ ! -e "$1" ]; then
    echo absent
  elif [ ! -f "$1" ]; then
    echo none
  elif [ -f "$1.pub" ]; then
    echo file
    return 0
  else
    echo "made $(head -c 65536 -- "$1" | ssh-keygen -y -P '' -f /dev/stdin | base64 -w0)"
  fi
  return 1
}
