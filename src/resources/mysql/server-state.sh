# shellcheck shell=dash
# Keeps what a server of MySQL has in "$kept", and brings it back, by the server's own client.
#   defaults  the character set and the collation of a database, with a tab between them
#   account   the statements that make an account, one a line, as the client's batch output
# Nothing: the server had none.
# Needs: refuse.sh, client.sh.
# shellcheck disable=SC2154

# Runs the client, the arguments; SQL may come through standard input. What the client says repeats
# statements, which may hold hashes of passwords: only what the server says of them is shown, and what
# that quotes is not. Status 90 and more: it could not ask.
ask_() {
  { said_=$("$@" 2>&1 >&3); } 3>&1
  status_=$?
  case $status_$said_ in
  0*'ERROR '*) ;;
  0*) return ;;
  esac
  printf '%s\n' "$said_" | sed -n '/^ERROR /{s/ near .*/ …/;p;}' >&2
  [ "$status_" -lt 90 ] ||
    fettle_refuse 'MariaDB could not be asked' 'see that it runs: systemctl status mariadb.service'
  return 1
}

# $1: SQL that tells the defaults; the others: the client.
fettle_keep_database() {
  sql_=$1
  shift
  ask_ "$@" --execute="$sql_" >"$kept/defaults" || exit
}

# $1: the database, quoted; $2: its name; $3: SQL that counts what is in it; the others: the client.
fettle_take_back_database() {
  database_=$1 name_=$2 counting_=$3
  shift 3
  if [ -s "$kept/defaults" ]; then
    read -r charset_ collation_ <"$kept/defaults" &&
      ask_ "$@" --execute="ALTER DATABASE $database_ CHARACTER SET $charset_ COLLATE $collation_" ||
      exit
    return
  fi
  count_=$(ask_ "$@" --execute="$counting_") || exit
  [ "$count_" = 0 ] ||
    fettle_refuse "the database $name_ has $count_ tables and routines by now, which would be lost" \
      'drop it yourself if it is not needed any more'
  ask_ "$@" --execute="DROP DATABASE IF EXISTS $database_" || exit
}

# $1: SQL that counts the accounts of this name; $2: SQL that tells how it is made; the others: the
# client.
fettle_keep_account() {
  counting_=$1 telling_=$2
  shift 2
  count_=$(ask_ "$@" --execute="$counting_") || exit
  [ "$count_" = 0 ] || ask_ "$@" --execute="$telling_" >"$kept/account" || exit
}

# Prints the statements that make the account again. The batch output has escaped newlines, tabs and
# backslashes.
account_statements_() {
  while IFS= read -r line_; do
    case $line_ in
    'CREATE USER '*) line_="CREATE OR REPLACE USER ${line_#CREATE USER }" ;;
    esac
    printf '%b;\n' "$line_"
  done <"$kept/account"
}

# $1: SQL that removes the account; the others: the client. It goes on after an error, so that what
# can be granted is granted.
fettle_take_back_account() {
  removing_=$1
  shift
  if [ -f "$kept/account" ]; then
    account_statements_ | ask_ "$@" --force || exit
  else
    ask_ "$@" --execute="$removing_" || exit
  fi
}
