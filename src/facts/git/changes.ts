/**
 * Shell that defines `changed_ STATE PREFIX`: of what `statusCommand` printed, a line
 * `changed PATH` for each tracked file that is not as the commit gives it.
 *
 * git calls some files modified right after it has written them, and no checkout mends that: CRLF
 * that was committed under `text eol=lf`, an expanded `$Id$`, a filter that is not the inverse of
 * the other. Such a file is what the commit gives if it holds the bytes that a checkout writes.
 */
export const changedFiles = `given_() { [ -f "$1" ] && [ ! -L "$1" ] && git cat-file --filters "HEAD:$1" 2>/dev/null | cmp -s - "$1"; }
changed_() {
  while IFS= read -r l_; do
    case $l_ in
    "1 "*) f_=\${l_#1 * * * * * * * } ;;
    "u "*) f_=\${l_#u * * * * * * * * * } ;;
    *) continue ;;
    esac
    case $l_ in
    "1 .M N... "*)
      m_=\${l_#1 .M N... ?????? }
      case $m_ in "\${m_%% *} \${m_%% *} "*) ! given_ "$f_" || continue ;; esac
      ;;
    esac
    printf "changed %s\\n" "$2$f_"
  done <<E_
$1
E_
}`

/**
 * The tracked files of one repository that differ, in git-status(1)'s format v2. Submodules are
 * asked by themselves.
 */
export const statusCommand =
  'git status --porcelain=v2 --branch --no-ahead-behind --untracked-files=no --no-renames --ignore-submodules=all'
