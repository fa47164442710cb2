# shellcheck shell=dash
# Says what is at paths. Each of stat(1), readlink(1), sha256sum(1) and head(1) is started once for
# all of them, and only when one of them needs it.
#
# Set before, for each key by its number from 0, such as 3:
#   path3           its path
#   size3           the only size at which its digest is wanted; not set: any up to $most_digested
#   unless3         where its bytes are wanted: the SHA-256 with which they are not
# And most_digested, longest_content: bytes; slow_disk: bytes a second.
#
# Every line of the answer names a key by its number or stands in the order of such lines, so that
# no path can imitate an answer. Behind the line `targets` each target ends in a NUL; behind
# `contents` stand as many bytes as stat(1) has told, or $longest_content and one more:
#   at 0
#   absent 1
#   at 2
#   closed 3 1
#   stat 81a4 0 0 6 1764547200 root:root
#   stat a1ff 0 0 5 1764547200 root:root
#   link 2
#   targets
#   plain<NUL>sum 0
#   5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  /etc/plain
#   bytes 0
#   contents
#   hello
#   end
# Needs: hidden.sh.
# shellcheck disable=SC2154,SC2034,SC2086

newline_='
'

# Asks a function, $1, about keys, $2 and so on. Those that it agrees to are added to $listed_, and
# their paths to $arguments_, as words for eval:
#   "$path0" "$path3"
# The function finds a key in $key_ and its path in $path_.
ask_() {
  question_=$1
  shift
  for key_; do
    eval "path_=\$path$key_"
    ! "$question_" || {
      arguments_="$arguments_ \"\$path$key_\""
      listed_="$listed_ $key_"
    }
  done
}

# Says that a path may not be looked at, and which one is closed: the one $1 names above it. Where a
# link leads there that is not said, since it has another path.
say_closed_() {
  link_=$path_
  while [ -n "$link_" ]; do
    if [ -L "$link_" ]; then
      echo "closed $key_"
      return
    fi
    link_=${link_%/*}
  done
  echo "closed $key_ $1"
}

# What is there.
is_there_() {
  if [ -e "$path_" ] || [ -L "$path_" ]; then
    echo "at $key_"
    return 0
  fi
  if fettle_is_hidden "$path_"; then say_closed_ "$up_"; else echo "absent $key_"; fi
  return 1
}

# Links that are followed, and what is no such link.
leads_on_() { [ -L "$path_" ] && [ -e "$path_" ] && echo "at $key_"; }
stays_() { if [ -L "$path_" ] && [ -e "$path_" ]; then return 1; else is_there_; fi; }

is_link_() { [ -L "$path_" ] && echo "link $key_"; }

# Files whose digest is to be taken. A file of another size than is wanted is not read, nor one of
# any size that is too long: somebody may have made it endless.
is_digested_() {
  [ -f "$path_" ] || return 1
  if [ ! -r "$path_" ]; then
    say_closed_ 0
    return 1
  fi
  eval "size_=\${size_is_$key_:-$((most_digested + 1))} wanted_size_=\${size$key_-}"
  case $wanted_size_ in
  "$size_") ;;
  '') [ "$size_" -le $most_digested ] ;;
  *) false ;;
  esac && total_=$((total_ + size_)) && echo "sum $key_"
}
is_own_digested_() { [ ! -L "$path_" ] && is_digested_; }

# Files whose digest is another one.
differs_() {
  eval "unless_=\$unless$key_"
  case "$newline_$digests_$newline_" in
  *"$newline_$unless_  $path_$newline_"*) return 1 ;;
  esac
  [ -f "$path_" ] && [ -r "$path_" ] && echo "bytes $key_"
}
is_own_differing_() { [ ! -L "$path_" ] && differs_; }

# What follows is about the listed keys, and does nothing where there are none.

start_list_() { arguments_='' listed_=''; }

# Shows what they are, and keeps their sizes: $size_is_3. $1: options of stat(1).
show_attributes_() {
  [ -n "$arguments_" ] || return 0
  attributes_=$(eval "exec stat $1 -c 'stat %f %u %g %s %Y %U:%G' --$arguments_")
  printf '%s\n' "$attributes_"
  set -- $listed_
  IFS=$newline_
  set -f
  for line_ in $attributes_; do
    line_=${line_#* * * * }
    eval "size_is_$1=\${line_%% *}"
    shift
  done
  unset IFS
  set +f
}

# $1: `f` for what links lead to at last, or nothing; $2 and so on: paths. Not every readlink(1)
# takes several.
targets_of_() {
  option_=$1
  shift
  echo targets
  readlink "-$option_"z -- "$@" 2>/dev/null || for path_; do
    readlink "-$option_"n -- "$path_"
    printf '\0'
  done
}
show_targets_() { [ -z "$arguments_" ] || eval "targets_of_ '$1'$arguments_"; }

# A file that becomes endless meanwhile is not read for ever.
show_digests_() {
  [ -n "$arguments_" ] || return 0
  digests_=$(
    ulimit -S -t $((10 + total_ / slow_disk)) 2>/dev/null || :
    eval "exec sha256sum --$arguments_"
  )
  printf '%s\n' "$digests_"
}

show_contents_() {
  [ -n "$arguments_" ] || return 0
  echo contents
  eval "head -q -c $((longest_content + 1)) --$arguments_"
}

# Looks at keys, whose numbers have spaces between them. $1, $2: those whose path may be a link, and
# those through which a link is followed; $3, $4: which of these have a digest; $5, $6: or bytes.
fettle_look_at_paths() {
  digests_='' total_=0
  start_list_
  ask_ leads_on_ $2
  show_attributes_ -L
  start_list_
  ask_ stays_ $2
  ask_ is_there_ $1
  show_attributes_ ''
  start_list_
  ask_ is_link_ $2
  show_targets_ f
  start_list_
  ask_ is_link_ $1
  show_targets_ ''
  start_list_
  ask_ is_digested_ $4
  ask_ is_own_digested_ $3
  show_digests_
  start_list_
  ask_ differs_ $6
  ask_ is_own_differing_ $5
  show_contents_
  echo end
}
