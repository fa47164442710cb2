# shellcheck shell=dash
# For the tree of which the shell is in the top directory. find(1) only says which entries are meant
# (`./a/b`): by the time they are changed, who may rename in the tree can have put links in their
# places or above them. So each place is asked of the kernel when it is open.
# Needs: refuse.sh.

# Puts the path of the present directory into $top_, empty for `/`.
find_top_() { top_=$(readlink /proc/self/cwd) top_=${top_%/}; }

# Puts the absolute path of `./a/b`, as the kernel would tell it, into $path_.
path_of_() {
  path_=$top_${1#.}
  path_=${path_:-/}
}

refuse_replaced_() { fettle_refuse "$path_ was replaced meanwhile"; }
