/** The shells that completion supports. */
export const shells = ['bash', 'zsh', 'fish'] as const

export type CompletedShell = (typeof shells)[number]

// Each script runs the program that is being typed: `fettle complete -- WORDS` prints `:files`,
// `:folders` or `:` on the first line, then a candidate on each line, with its description after a
// tab. So a script that was saved to a file also knows the flags of a newer version.

/**
 * bash splits words at `:` and `=` too, and replaces only the last part. The script therefore takes
 * the words from the line, and cuts that part's beginning off the answers.
 */
const bash = `_fettle() {
  local IFS=$' \\t\\n' line=\${COMP_LINE:0:COMP_POINT} last reply pieces
  local -a words
  read -ra words <<<"$line"
  case $line in *[[:space:]]) words+=('') ;; esac
  last=\${words[\${#words[@]}-1]}
  pieces=\${last%"\${last##*[:=]}"}
  COMPREPLY=()
  {
    read -r reply
    case $reply in
      :files) mapfile -t COMPREPLY < <(compgen -f -- "\${last#"$pieces"}"); compopt -o filenames 2>/dev/null ;;
      :folders) mapfile -t COMPREPLY < <(compgen -d -- "\${last#"$pieces"}"); compopt -o filenames 2>/dev/null ;;
    esac
    while IFS=$'\\t' read -r reply _; do COMPREPLY+=("\${reply#"$pieces"}"); done
  } < <("\${words[0]/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _fettle fettle
`

const zsh = `#compdef fettle
_fettle() {
  local -a replies values meanings
  local reply kind
  replies=("\${(@f)$("\${(Q)words[1]/#\\~/$HOME}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  kind=$replies[1]
  for reply in "\${(@)replies[2,-1]}"; do
    [[ -n $reply ]] || continue
    values+=("\${reply%%$'\\t'*}")
    meanings+=("\${reply%%$'\\t'*}\${\${reply#*$'\\t'}:+  -- \${reply#*$'\\t'}}")
  done
  (( $#values )) && compadd -l -d meanings -a values
  case $kind in
    :files) compset -P '--*='; _files ;;
    :folders) compset -P '--*='; _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _fettle ]; then _fettle "$@"; else compdef _fettle fettle; fi
`

const fish = `function __fettle_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l program (string replace -r '^~' $HOME -- $words[1])
  set -l replies ($program complete -- $words[2..] 2>/dev/null)
  switch "$replies[1]"
    case :files
      __fish_complete_path (commandline -ct)
    case :folders
      __fish_complete_directories (commandline -ct)
  end
  printf '%s\\n' $replies[2..]
end
complete -c fettle -f -a '(__fettle_complete)'
`

/** The script with which a shell completes fettle's command line. */
export const completionScript = (shell: CompletedShell): string => ({ bash, zsh, fish })[shell]
