# shellcheck shell=dash
# Writes a file in the directory that the shell has entered: beside its place, under a new name that
# nobody else may read, with its final owner and mode. It is synced, may be judged (validate.sh),
# and takes the place by a rename. Whatever happens, the path holds the old file or the new one,
# whole.
#
# Everything goes through the open descriptor 3, since who owns the directory may exchange the name
# for a link at any moment.
#
# Needs: refuse.sh, enter.sh, may-write-here.sh, beside.sh.
# shellcheck disable=SC2154

# Opens the new file at descriptor 3. $1: the file's name; $2: the beginning of new names; $3: its
# path, for sentences.
fettle_open_new() {
  if [ -L "./$1" ]; then fettle_refuse "$3 is a symbolic link"; fi
  fettle_may_write_here &&
    fettle_new_path "$2" -f &&
    set -C && exec 3>"$new_path" && set +C
}

# Closes it, with what was written to it on the disk. $1: its mode.
fettle_close_new() {
  chmod -- "$1" /proc/self/fd/3 &&
    sync -- /proc/self/fd/3 &&
    exec 3>&-
}
