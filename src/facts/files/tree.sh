# shellcheck shell=dash

# Says of everything in a directory, $2, on the same file system what it is; links are not followed.
# Lines begin with the key's number, $1:
#   0 81a4 0 0 0 0 root:root
#   1 none
fettle_tree() {
  if [ -d "$2" ] && [ ! -L "$2" ]; then
    find "$2" -xdev -exec stat -c "$1 %f %u %g 0 0 %U:%G" -- {} +
  else
    echo "$1 none"
  fi
}
