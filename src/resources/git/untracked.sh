# shellcheck shell=dash

# Says what is untracked of the files and directories that git would remove for tracked ones, each
# with a NUL behind it; of a repository in their place, its directory.
fettle_list_untracked() {
  for file_; do
    case $file_ in */) printf "%s\0" "$file_" ;; esac
  done
  exec git --literal-pathspecs ls-files --others -z -- "$@"
}
