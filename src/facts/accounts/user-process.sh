# shellcheck shell=dash

# Says the users that have processes, and one process of each line:
#
#   1000 4711
#   end
#
# Like userdel(8) it leaves out those of containers, which have another root or other users.
# The arguments are ids of users, with -o -user between them.
fettle_user_processes() {
  find /proc -maxdepth 1 -name '[1-9]*' \( -user "$@" \) -printf '%U %f\n' 2>/dev/null |
    while read -r user_ process_; do
      [ "/proc/$process_/root" -ef / ] &&
        [ "/proc/$process_/ns/user" -ef /proc/self/ns/user ] && echo "$user_ $process_"
    done
  echo end
}
