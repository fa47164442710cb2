# shellcheck shell=dash
# What every script of ours starts with. PATH is set before.

set -u
umask 022
cd / || exit
export LC_ALL=C PATH
# Without SIGPIPE a command outlives the link that shows its output.
trap '' PIPE
