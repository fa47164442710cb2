# shellcheck shell=dash
# Needs: refuse.sh.

# Ends where the package lists lack one of these, each a name that may have a version
# (`git=1:2.39*`). apt says so too, below what else it prints.
fettle_apt_missing() {
  for wanted_; do
    name_=${wanted_%%=*}
    if [ -z "$(apt-cache policy -- "$name_" 2>/dev/null)" ]; then
      fettle_refuse "no package $name_ in the package lists of the host" \
        'correct the name, or add the repository that has it before this; updateCache has the lists fetched anew'
    fi
    if [ "$name_" != "$wanted_" ] && [ -z "$(apt-cache show -- "$wanted_" 2>/dev/null)" ]; then
      fettle_refuse "no version ${wanted_#*=} of $name_ in the package lists of the host" \
        "name one of these: $(apt-cache madison -- "$name_" | cut -d'|' -f2 | tr -d '\n')"
    fi
  done
}
